"""The live page of one job, with its table, its ledger and its counts, and that of one application."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from candidates import table
from candidates.models import Application
from candidates.pages import dossier
from candidates.table import Listing
from candidates.uploads import ledger, open_uploads
from jobs.models import Job
from models_admin.kit import ids, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.topics import NotAllowed

_GONE = '<tr id="application-{}" data-gone></tr>'
_AT_END = "beforeend:#applications"


class JobTopic:
    """What `candidates/pages/job.html` shows of a job, for one view of its table."""

    kinds = frozenset({Report.JOB_CHANGED, Report.ITEM_CHANGED, Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        job = Job.objects.visible_to(user).filter(pk=ids.parse_id(query.get("job", ""))).first()
        if job is None:
            raise NotAllowed
        self._job = job
        self._listing = Listing.from_query(self._job.pk, query)
        self.groups = [messages.job_group(self._job.pk)]
        self._shown: list[int] = []  # the rows that the page holds, in its order
        self._seen = ids.parse_id(query.get("seen", ""))  # the newest row when the page was made

    def snapshot(self) -> list[str]:
        rows = table.page(self._listing).rows
        self._shown = [row.pk for row in rows]
        return [
            render_to_string("candidates/table/_rows.html", {"applications": rows}),
            self._unseen(),
            *self._ledger(),
        ]

    def after(self, changes: Collection[Message]) -> list[str]:
        if not changes:
            return []
        if any(change.type is Report.JOB_CHANGED for change in changes):  # verdicts are out of date now
            return self.snapshot()
        changed = {change.id for change in changes if change.type is Report.APPLICATION_CHANGED}
        return [*self._rows(changed), *self._ledger()]

    def _rows(self, changed: Collection[int]) -> list[str]:
        """What became of the changed rows: one that still matches stays at its place, however it sorts now.

        Nothing jumps under a reader's hand; the next look at all of the page, or a reload, sorts it anew.
        """
        wanted = table.matching(self._listing).filter(pk__in=changed).values_list("pk", flat=True)
        found = {row.pk: row for row in table.rows(sorted(wanted))}
        known = set(self._shown)
        gone = [pk for pk in self._shown if pk in changed and pk not in found]
        self._shown = [pk for pk in self._shown if pk not in gone]
        fragments = [_GONE.format(pk) for pk in gone]
        fragments += [_rendered(row) for pk, row in found.items() if pk in known]
        fragments += self._joining([row for pk, row in found.items() if pk not in known])
        return fragments

    def _joining(self, fresh: Sequence[Application]) -> list[str]:
        """Rows that the page does not hold: each at its place on it, or counted where that is elsewhere."""
        if not fresh:
            return []
        places = {pk: number for number, pk in enumerate(table.on_page(self._listing))}
        here = sorted(
            (row for row in fresh if row.pk in places), key=lambda row: places[row.pk], reverse=True
        )
        fragments = [self._joined(row, places) for row in here]
        return fragments if len(here) == len(fresh) else [*fragments, self._unseen()]

    def _joined(self, row: Application, places: Mapping[int, int]) -> str:
        """`row` before the first of the page's rows that sorts behind it."""
        place = places[row.pk]
        at = next((i for i, pk in enumerate(self._shown) if places.get(pk, -1) > place), len(self._shown))
        where = f"beforebegin:#application-{self._shown[at]}" if at < len(self._shown) else _AT_END
        self._shown.insert(at, row.pk)
        return f'<tbody hx-swap-oob="{where}">{_rendered(row)}</tbody>'

    def _unseen(self) -> str:
        """How many have come since the page was made that match, but stand on another page."""
        fresh = table.matching(self._listing).filter(pk__gt=self._seen).exclude(pk__in=self._shown)
        count = fresh.values("pk")[: table.MOST_COUNTED].count() if self._seen else 0
        newest = self._listing.sorted_by(table.NEWEST_FIRST)
        return render_to_string(
            "candidates/table/_unseen.html", {"count": count, "job": self._job, "query": newest.query}
        )

    def _ledger(self) -> list[str]:
        items = ledger.shown(self._job)
        counts = ledger.of_job(self._job)
        return [
            render_to_string("candidates/uploads/_uploads.html", {"uploads": open_uploads.read(self._job)}),
            render_to_string("candidates/uploads/_items.html", {"items": items}),
            render_to_string("candidates/uploads/_counts.html", {"counts": counts, "job": self._job}),
        ]


class ApplicationTopic:
    """What `candidates/pages/application.html` shows, each part sent when it has changed."""

    kinds = frozenset({Report.JOB_CHANGED, Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        visible = Application.objects.visible_to(user)
        application = visible.filter(pk=ids.parse_id(query.get("application", ""))).only("job_id").first()
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
    return render_to_string("candidates/table/_application.html", {"application": keyed.row})
