"""`manage.py reindex`: what tables of candidates are sorted, filtered and searched by, made anew."""

from typing import Any

from django.core.management.base import BaseCommand

from candidates.evaluations import search
from candidates.models import Application

AT_ONCE = 200


class Command(BaseCommand):
    help = (
        "Read anew what the tables of candidates are sorted, filtered and searched by. Nothing needs it in "
        "the ordinary course: it mends rows that were written past the application, as by SQL."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        pks = list(Application.objects.order_by("pk").values_list("pk", flat=True))
        for at in range(0, len(pks), AT_ONCE):
            Application.objects.filter(pk__in=pks[at : at + AT_ONCE]).touch()
            search.index(pks[at : at + AT_ONCE])
        self.stdout.write(f"{len(pks)} applications were read anew.")
