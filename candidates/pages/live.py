"""Live updates of a job's page (table, ledger, counts) and of an application's page."""

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
    """Keeps `candidates/pages/job.html` up to date, for one view of its table."""

    kinds = frozenset({Report.JOB_CHANGED, Report.ITEM_CHANGED, Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        job = Job.objects.visible_to(user).filter(pk=ids.parse_id(query.get("job", ""))).first()
        if job is None:
            raise NotAllowed
        self._job = job
        self._listing = Listing.from_query(self._job.pk, query)
        self.groups = [messages.job_group(self._job.pk)]
        self._shown: list[int] = []  # ids of the rows on the page, in its order
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
        """Update the changed rows. A row that still matches keeps its place, even if it now sorts elsewhere.

        So nothing jumps while somebody reads; the next snapshot or reload sorts the rows again.
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
        """Insert rows that are new on the page; count those whose place is on another page."""
        if not fresh:
            return []
        places = {pk: number for number, pk in enumerate(table.on_page(self._listing))}
        here = sorted(
            (row for row in fresh if row.pk in places), key=lambda row: places[row.pk], reverse=True
        )
        fragments = [self._joined(row, places) for row in here]
        return fragments if len(here) == len(fresh) else [*fragments, self._unseen()]

    def _joined(self, row: Application, places: Mapping[int, int]) -> str:
        """Insert `row` before the first row of the page that sorts after it."""
        place = places[row.pk]
        at = next((i for i, pk in enumerate(self._shown) if places.get(pk, -1) > place), len(self._shown))
        where = f"beforebegin:#application-{self._shown[at]}" if at < len(self._shown) else _AT_END
        self._shown.insert(at, row.pk)
        return f'<tbody hx-swap-oob="{where}">{_rendered(row)}</tbody>'

    def _unseen(self) -> str:
        """Count the matching rows that came since the page was made and are not on it."""
        fresh = table.matching(self._listing).filter(pk__gt=self._seen).exclude(pk__in=self._shown)
        count = fresh.values("pk")[: table.MOST_COUNTED].count() if self._seen else 0
        newest = self._listing.sorted_by(table.NEWEST_FIRST)
        return render_to_string(
            "candidates/table/_unseen.html", {"count": count, "job": self._job, "query": newest.query}
        )

    def _ledger(self) -> list[str]:
        items = ledger.listed_items(self._job)
        counts = ledger.counts_of_job(self._job)
        return [
            render_to_string(
                "candidates/uploads/_uploads.html", {"uploads": open_uploads.find_open_uploads(self._job)}
            ),
            render_to_string("candidates/uploads/_items.html", {"items": items}),
            render_to_string("candidates/uploads/_counts.html", {"counts": counts, "job": self._job}),
        ]


class ApplicationTopic:
    """Keeps `candidates/pages/application.html` up to date: sends each part that has changed."""

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
        """Return the changed parts. The group is the job's, so messages on other applications are ignored."""
        own = self._application.pk
        concerned = any(change.type is Report.JOB_CHANGED or change.id == own for change in changes)
        return self._fresh() if concerned else []

    def _fresh(self) -> list[str]:
        found = dossier.read_dossier(self._application.pk)
        if found is None:
            return []
        parts: dict[str, str] = {**dossier.fragments(found)}
        fresh = {name: html for name, html in parts.items() if self._shown.get(name) != html}
        self._shown |= fresh
        return list(fresh.values())


def _rendered(row: Application) -> SafeString:
    """Return the row's HTML, cached per version in this process."""
    return _render(_Keyed(row))


class _Keyed:
    """Cache key: equal for all reads of the same row and version."""

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
