"""`manage.py reindex`: update what tables of candidates are sorted, filtered and searched by."""

from typing import Any

from django.core.management.base import BaseCommand

from candidates.evaluations import search
from candidates.models import Application

AT_ONCE = 200


class Command(BaseCommand):
    help = (
        "Update the columns and the index that tables of candidates are sorted, filtered and searched by. "
        "It is only needed after rows were changed outside of wfc, for example with SQL."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        pks = list(Application.objects.order_by("pk").values_list("pk", flat=True))
        for at in range(0, len(pks), AT_ONCE):
            Application.objects.filter(pk__in=pks[at : at + AT_ONCE]).touch()
            search.index(pks[at : at + AT_ONCE])
        self.stdout.write(f"{len(pks)} applications updated.")
