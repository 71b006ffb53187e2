from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "wfc_site"
    verbose_name = "Wheat From Chaff"

    def ready(self) -> None:
        # This app is the last in the list: the permissions of all others exist when this is called.
        post_migrate.connect(_establish_roles, sender=self)


def _establish_roles(**_: Any) -> None:
    from wfc_site import roles

    roles.establish_roles()
