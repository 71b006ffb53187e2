"""What pyproject.toml cannot say: the wheel has `templates` and `config` inside `wfc_site`."""

from setuptools import find_packages, setup

APPS = ["wfc_site", "jobs", "candidates", "models_admin", "gpu_worker"]
MOVED = {"wfc_site.templates": "templates", "wfc_site.config": "config"}

setup(
    packages=[*find_packages(include=[*APPS, *(f"{app}.*" for app in APPS)]), *MOVED],
    package_dir=MOVED,
    # Each app with everything in it: static files, prompts, and whatever else comes.
    package_data={
        **{app: ["**/*"] for app in APPS},
        "wfc_site.templates": ["**/*"],
        "wfc_site.config": ["*.yaml", "demo/*.pdf", "demo/*.txt"],
    },
    exclude_package_data={"": ["*.py[co]", "*/__pycache__/*"]},
)
