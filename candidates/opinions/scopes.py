"""Which applications of a job to screen again, as a URL or form says it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.http import QueryDict

from candidates import table
from candidates.models import Application
from candidates.opinions import screenings
from candidates.table import Listing
from jobs.models import Job
from models_admin.kit import ids


class Which(StrEnum):
    ALL = "all"  # invalid ones and earlier versions as well
    SHOWN = "shown"  # what the table shows with its current filter, on all pages
    STALE = "stale"  # whose verdict is out of date
    ONE = "one"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`filter` is the query string of the job's table, for SHOWN; `application_id` is for ONE."""

    job: Job
    which: Which = Which.ALL
    filter: str = ""
    application_id: int = 0

    @classmethod
    def from_query(cls, job: Job, query: QueryDict) -> "Scope":
        """Parse a URL or form; anything malformed means all."""
        which = query.get("which", "")
        return cls(
            job=job,
            which=Which(which) if which in list(Which) else Which.ALL,
            filter=query.get("filter", "")[:2000],
            application_id=ids.parse_id(query.get("application", "")),
        )

    def applications(self, user: AbstractBaseUser | AnonymousUser) -> QuerySet[Application]:
        """Return those that `user` may see."""
        own = Application.objects.visible_to(user).filter(job=self.job)
        match self.which:
            case Which.SHOWN:
                shown = table.matching(Listing.from_query(self.job.pk, QueryDict(self.filter)))
                return own.filter(pk__in=shown.order_by().values("pk"))
            case Which.STALE:
                return own.filter(pk__in=screenings.stale_applications(self.job).values("pk"))
            case Which.ONE:
                return own.filter(pk=self.application_id)
        return own

    @property
    def words(self) -> str:
        return {
            Which.ALL: "all résumés of the job",
            Which.SHOWN: "the résumés in the filtered table",
            Which.STALE: "the résumés whose verdict is out of date",
            Which.ONE: "this résumé",
        }[self.which]

    @property
    def fields(self) -> dict[str, str]:
        """The form fields that say this."""
        said = {
            "which": self.which.value,
            "filter": self.filter,
            "application": str(self.application_id or ""),
        }
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.fields)
