"""What a listing shows, as a table in a file: CSV in pieces as it is read, XLSX in constant memory."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

import xlsxwriter
from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery

from candidates import table
from candidates.evaluations import findings
from candidates.models import Application, Decision, Evaluation, OutcomeOrder, reasons
from candidates.table import Listing
from jobs.models import Job
from models_admin.kit import audit

HEAD = [
    "Name", "E-mail", "Phone", "Verdict", "Reason", "Decision", "Decided because", "Decided by",
    "Decided at (UTC)", "Model", "Mode", "File", "Received (UTC)", "Criteria",
]  # fmt: skip
FORMULAS = (*"=+-@＝＋－＠", "\t", "\r", "\n")  # what spreadsheets take for the beginning of one
LONGEST_CELL = 32_000  # characters; XLSX has 32,767


def begin(job: Job, shown: Listing, kind: str, user: User) -> int:
    """Note in the audit trail that `user` takes the rows of `shown` away, and return how many."""
    count = table.matching(shown).count()
    audit.record("job.export", job, user, kind=kind, count=count, filters=shown.filters)
    return count


def csv_pieces(shown: Listing) -> Iterator[str]:
    """The table as CSV, some hundred rows at a time; a byte order mark first, for Excel."""
    yield "\ufeff" + _lines([HEAD])
    for rows in _chunks(shown):
        yield _lines(rows)


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def xlsx(shown: Listing) -> IO[bytes]:
    """The table as a spreadsheet, in a temporary file at its beginning; every cell is text."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet("Candidates")
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, words in enumerate(HEAD):
        sheet.write_string(0, column, words, bold)
    at = 0
    for rows in _chunks(shown):
        for row in rows:
            at += 1
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)  # never a formula, a number or a link
    book.close()
    file.seek(0)
    return file


def safe(cell: str) -> str:
    """`cell` as no spreadsheet takes it for a formula.

    >>> safe("=HYPERLINK(1)"), safe("+32 2 123")
    ("'=HYPERLINK(1)", "'+32 2 123")
    """
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULAS) else cell


def _chunks(shown: Listing) -> Iterator[list[list[str]]]:
    for pks in table.walk(shown):
        said = _decisions(pks)
        yield [_cells(row, said.get(row.pk)) for row in table.with_criteria(pks)]


def _decisions(pks: list[int]) -> dict[int, Decision]:
    """The newest decision on each of these applications."""
    newest = Decision.objects.filter(application=OuterRef("application")).order_by("-pk").values("pk")[:1]
    rows = Decision.objects.filter(application__in=pks, pk=Subquery(newest)).select_related("decided_by")
    return {row.application_id: row for row in rows}


def _cells(row: Application, decision: Decision | None) -> list[str]:
    evaluation, person = row.current_evaluation, row.candidate
    met = findings.findings_of(evaluation) if evaluation else []
    who = decision.decided_by.get_username() if decision and decision.decided_by else ""
    cells = [
        person.name if person else "",
        person.email if person else "",
        person.phone if person else "",
        _verdict(evaluation),
        evaluation.reason or evaluation.error if evaluation else "",
        decision.status if decision else "Pending",
        reasons.words(decision.reason) if decision else "",
        who,
        _moment(decision.decided_at) if decision else "",
        evaluation.model_config.display_name if evaluation and evaluation.model_config else "",
        evaluation.get_mode_display() if evaluation else "",
        row.file_name,
        _moment(row.created_at),
        "; ".join(f"{finding.text}: {finding.verdict.replace('_', ' ')}" for finding in met),
    ]
    return [cell[:LONGEST_CELL] for cell in cells]


def _verdict(evaluation: Evaluation | None) -> str:
    """As the page says it: the outcome, or why there is none to be seen."""
    if evaluation is None:
        return OutcomeOrder.OPEN.label
    if evaluation.sealed:
        return OutcomeOrder.SEALED.label
    return evaluation.outcome or evaluation.get_status_display()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
