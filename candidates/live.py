"""The live page of one job, with its table, its ledger and its counts, and that of one application."""

from collections.abc import Collection
from functools import lru_cache

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from candidates import dossier, ledger, listing
from candidates.listing import Listing
from candidates.models import Application
from jobs.models import Job
from models_admin import messages
from models_admin.live import NotAllowed
from models_admin.messages import Message, Report


class JobTopic:
    """What `jobs/page.html` shows of a job, for one view of its table."""

    kinds = frozenset({Report.JOB_CHANGED, Report.ITEM_CHANGED, Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        job = Job.objects.visible_to(user).filter(pk=_number(query.get("job", ""))).first()
        if job is None:
            raise NotAllowed
        self._job = job
        self._listing = Listing.from_query(self._job.pk, query)
        self.groups = [messages.job_group(self._job.pk)]
        self._shown: set[int] = set()  # the rows that the page holds
        self._unseen: set[int] = set()  # rows that belong on the newest page, which this is not

    def snapshot(self) -> list[str]:
        rows = listing.rows(self._listing)
        self._shown = {row.pk for row in rows}
        table = {"applications": rows, "digest": listing.digest(rows), "listing": self._listing}
        return [render_to_string("candidates/_rows.html", table), *self._ledger()]

    def after(self, changes: Collection[Message]) -> list[str]:
        if not changes:
            return []
        if any(change.type is Report.JOB_CHANGED for change in changes):  # verdicts are out of date now
            return self.snapshot()
        changed = {change.id for change in changes if change.type is Report.APPLICATION_CHANGED}
        rows = [fragment for pk in sorted(changed) for fragment in self._row(pk)]
        return [*rows, *self._ledger()]

    def _row(self, pk: int) -> list[str]:
        row = listing.row(pk)
        if row is None:
            return []
        html = _rendered(row)
        if pk in self._shown:
            return [html]
        if not listing.matches(self._listing, row):
            return []
        if self._listing.is_newest_page:
            self._shown.add(pk)
            return [f'<tbody hx-swap-oob="afterbegin:#applications">{html}</tbody>']
        self._unseen.add(pk)
        return [render_to_string("candidates/_unseen.html", {"count": len(self._unseen), "job": self._job})]

    def _ledger(self) -> list[str]:
        items = ledger.shown(self._job)
        counts = ledger.of_job(self._job)
        return [
            render_to_string("candidates/_items.html", {"items": items, "digest": ledger.digest(items)}),
            render_to_string("candidates/_counts.html", {"counts": counts, "job": self._job}),
        ]


class ApplicationTopic:
    """What `candidates/application.html` shows, each part sent when it has changed."""

    kinds = frozenset({Report.JOB_CHANGED, Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        visible = Application.objects.visible_to(user)
        application = visible.filter(pk=_number(query.get("application", ""))).only("job_id").first()
        if application is None:
            raise NotAllowed
        self._application = application
        self.groups = [messages.job_group(application.job_id)]
        self._shown: dict[str, str] = {}

    def snapshot(self) -> list[str]:
        self._shown = {}
        return self._fresh()

    def after(self, changes: Collection[Message]) -> list[str]:
        """The group is the job's: what it says of other applications changes nothing here."""
        own = self._application.pk
        concerned = any(change.type is Report.JOB_CHANGED or change.id == own for change in changes)
        return self._fresh() if concerned else []

    def _fresh(self) -> list[str]:
        found = dossier.read(self._application.pk)
        if found is None:
            return []
        parts: dict[str, str] = {**dossier.fragments(found)}
        fresh = {name: html for name, html in parts.items() if self._shown.get(name) != html}
        self._shown |= fresh
        return list(fresh.values())


def _rendered(row: Application) -> SafeString:
    """The row's HTML, rendered once per version in this process."""
    return _render(_Keyed(row))


class _Keyed:
    """A row that is equal to every other reading of the same version of it."""

    def __init__(self, row: Application) -> None:
        self.row = row
        self._key = (row.pk, row.row_version, row.created_at, row.stale)  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=512)
def _render(keyed: _Keyed) -> SafeString:
    return render_to_string("candidates/_application.html", {"application": keyed.row})


def _number(text: str) -> int:
    """The id in `text`, 0 (nobody's) where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
