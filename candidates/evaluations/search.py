"""Finding applications by words: of the person, of the reason, of the résumé as people see it.

Words are cut here, not by the database, so that both databases find the same: no case, no accents, C++ and C#
stay whole. Every word of a query has to begin some word of the application. The person's own words are kept
apart from the others, so that a blind search can leave them out.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from candidates.blind import veil
from candidates.models import Application, Candidate, Evaluation, OutcomeOrder, TranscriptStatus

TABLE = "candidates_searchtext"
WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
LONGEST_WORD = 40
MOST_BYTES = 300_000  # of one application; PostgreSQL keeps 1 MB of distinct words
MOST_ASKED = 8  # words of one query
AT_ONCE = 200

SQLITE_DDL = f"""
    CREATE VIRTUAL TABLE {TABLE} USING fts5(
        person, text, tokenize = "ascii tokenchars '+#'", prefix = '2 3'
    )"""
POSTGRES_DDL = f"""
    CREATE TABLE {TABLE} (
        rowid bigint PRIMARY KEY REFERENCES candidates_application DEFERRABLE INITIALLY DEFERRED,
        person tsvector NOT NULL,
        text tsvector NOT NULL
    );
    CREATE INDEX {TABLE}_person ON {TABLE} USING gin (person);
    CREATE INDEX {TABLE}_text ON {TABLE} USING gin (text)"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written of one application: distinct words, the person's own and the others."""

    application_id: int
    person: Sequence[str]
    text: Sequence[str]


def words(text: str) -> Iterator[str]:
    """Cut `text` into words as they are compared.

    >>> list(words("José, C++ & node.js"))
    ['jose', 'c++', 'node', 'js']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return (found.group()[:LONGEST_WORD] for found in WORD.finditer(plain))


def index(application_ids: Iterable[int]) -> None:
    """Write the words of these applications anew, in the present transaction."""
    pks = sorted(application_ids)
    for at in range(0, len(pks), AT_ONCE):
        write(entry(row) for row in described(Application.objects.all(), pks[at : at + AT_ONCE]))


def described(applications: QuerySet[Application], pks: Sequence[int]) -> QuerySet[Application]:
    """The rows with these ids, as `entry` reads them."""
    said = Evaluation.objects.order_by("pk").only("application", "name", "email", "phone")
    rows = applications.filter(pk__in=pks).select_related("candidate", "current_evaluation", "resume")
    return rows.prefetch_related(Prefetch("evaluations", said)).only(
        "by_outcome",
        "candidate__name",
        "candidate__email",
        "candidate__phone",
        "current_evaluation__reason",
        "resume__pages",
    )


def entry(row: Application) -> Entry:
    """The person's own words are what says who they are, wherever it stands; all, while nobody knows."""
    sealed = row.by_outcome == OutcomeOrder.SEALED  # the reason is not to be seen yet, so it is not found
    reason = row.current_evaluation.reason if row.current_evaluation and not sealed else ""
    texts = [reason, *_pages(row)]
    readings = list(row.evaluations.all())
    identity = veil.identity_of(row.candidate, readings)
    who = _distinct(_who(one) for one in (row.candidate, *readings) if one is not None)
    told = _distinct(map(identity.left_out, texts)) if identity.names else {}
    text = [word for word in told if word not in who]
    person = [*who, *(word for word in _distinct(texts) if word not in told and word not in who)]
    return Entry(application_id=row.pk, person=list(_within(person)), text=list(_within(text)))


def _who(one: Candidate | Evaluation) -> str:
    return f"{one.name} {one.email} {one.phone}"


def _distinct(texts: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(word for text in texts for word in words(text))


def _pages(row: Application) -> list[str]:
    """What people see on the pages; of a document without a word what a parser read there."""
    pages = [page["text"] for page in row.resume.pages]
    if any(page.strip() for page in pages):
        return pages
    read = row.resume.transcripts.filter(status=TranscriptStatus.SUCCEEDED)
    newest = read.order_by("-pk").first()
    return [page["text"] for page in newest.pages] if newest else []


def _within(distinct: Iterable[str]) -> Iterator[str]:
    left = MOST_BYTES
    for word in distinct:
        left -= len(word.encode()) + 1
        if left < 0:
            return
        yield word


def write(entries: Iterable[Entry]) -> None:
    entries = list(entries)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                f"DELETE FROM {TABLE} WHERE rowid = %s", [(e.application_id,) for e in entries]
            )
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, person, text) VALUES (%s, %s, %s)",
                [(entry.application_id, " ".join(entry.person), " ".join(entry.text)) for entry in entries],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, person, text)"
                " VALUES (%s, array_to_tsvector(%s), array_to_tsvector(%s))"
                " ON CONFLICT (rowid) DO UPDATE SET person = EXCLUDED.person, text = EXCLUDED.text",
                [(entry.application_id, list(entry.person), list(entry.text)) for entry in entries],
            )


def condition(query: str, *, blind: bool = False) -> Q:
    """The applications in which every word of `query` begins a word; none where it has no word.

    A `blind` search does not know who people are. No query is wrong: what is no word in it is passed over.
    """
    asked = list(dict.fromkeys(words(query)))[:MOST_ASKED]
    if not asked:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        return Q(pk__in=_fts5(asked, blind))
    found = Q()
    for word in asked:
        found &= Q(pk__in=_tsquery(word, blind))
    return found


def _fts5(asked: Sequence[str], blind: bool) -> RawSQL:
    columns = "text" if blind else "person text"
    beginnings = " AND ".join(f'"{word}" *' for word in asked)
    match = f"{{{columns}}} : ({beginnings})"
    return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [match])


def _tsquery(word: str, blind: bool) -> RawSQL:
    prefix = f"'{word}':*"
    text = f"SELECT rowid FROM {TABLE} WHERE text @@ %s::tsquery"
    if blind:
        return RawSQL(text, [prefix])
    return RawSQL(
        f"{text} UNION ALL SELECT rowid FROM {TABLE} WHERE person @@ %s::tsquery",
        [prefix, prefix],
    )
