"""Full-text search for applications: by the person, the reason, and the visible text of the résumé.

Words are split here, not by the database, so both databases find the same: no case, no accents; C++ and C#
are words. Each word of a query must be a prefix of a word of the application. Words about the person are kept
apart, so a blind search can ignore them.
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
MOST_BYTES = 300_000  # per application; a tsvector of PostgreSQL holds 1 MB
MOST_ASKED = 8  # words in a query
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
    """The index entry of an application: distinct words, those about the person and the others."""

    application_id: int
    person: Sequence[str]
    text: Sequence[str]


def words(text: str) -> Iterator[str]:
    """Split `text` into normalised words.

    >>> list(words("José, C++ & node.js"))
    ['jose', 'c++', 'node', 'js']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return (found.group()[:LONGEST_WORD] for found in WORD.finditer(plain))


def index(application_ids: Iterable[int]) -> None:
    """Index these applications again, in the current transaction."""
    pks = sorted(application_ids)
    for at in range(0, len(pks), AT_ONCE):
        write(entry(row) for row in described(Application.objects.all(), pks[at : at + AT_ONCE]))


def described(applications: QuerySet[Application], pks: Sequence[int]) -> QuerySet[Application]:
    """Return the rows with these ids, with all that `entry` reads."""
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
    """Build the index entry. Words that tell who it is are the person's; all are, while no name is known."""
    sealed = row.by_outcome == OutcomeOrder.SEALED  # a hidden reason must not be found
    reason = row.current_evaluation.reason if row.current_evaluation and not sealed else ""
    texts = [reason, *_pages(row)]
    evaluations = list(row.evaluations.all())
    identity = veil.identity_of(row.candidate, evaluations)
    who = _distinct(_who(one) for one in (row.candidate, *evaluations) if one is not None)
    told = _distinct(map(identity.left_out, texts)) if identity.names else {}
    text = [word for word in told if word not in who]
    person = [*who, *(word for word in _distinct(texts) if word not in told and word not in who)]
    return Entry(application_id=row.pk, person=list(_within(person)), text=list(_within(text)))


def _who(one: Candidate | Evaluation) -> str:
    return f"{one.name} {one.email} {one.phone}"


def _distinct(texts: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(word for text in texts for word in words(text))


def _pages(row: Application) -> list[str]:
    """Return the text of the pages; for a document without text its newest transcript."""
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
    """Return the condition that every word of `query` is a prefix of a word; without words it finds nothing.

    A `blind` search ignores words about the person. No query is invalid: other characters are ignored.
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
