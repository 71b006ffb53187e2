from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "wfc_site"
    verbose_name = "Wheat From Chaff"
