"""Exports of a listing: CSV, streamed in pieces, and XLSX, written in constant memory."""

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
    "Name", "E-mail", "Phone", "Verdict", "Reason", "Decision", "Decision reason", "Decided by",
    "Decided at (UTC)", "Model", "Mode", "File", "Received (UTC)", "Criteria",
]  # fmt: skip
FORMULAS = (*"=+-@＝＋－＠", "\t", "\r", "\n")  # first characters that make a cell a formula
LONGEST_CELL = 32_000  # characters; XLSX has 32,767


def record_export(job: Job, shown: Listing, kind: str, user: User) -> int:
    """Record in the audit trail that `user` exports the rows of `shown`; return their number."""
    count = table.matching(shown).count()
    audit.record("job.export", job, user, kind=kind, count=count, filters=shown.filters)
    return count


def csv_pieces(shown: Listing) -> Iterator[str]:
    """Yield the table as CSV, some hundred rows at a time; a byte order mark first, for Excel."""
    yield "\ufeff" + _lines([HEAD])
    for rows in _chunks(shown):
        yield _lines(rows)


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([escape_formula(cell) for cell in row] for row in rows)
    return text.getvalue()


def xlsx(shown: Listing) -> IO[bytes]:
    """Return the table as XLSX, in a temporary file at position 0; every cell is text."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the sender closes it
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


def escape_formula(cell: str) -> str:
    """Escape `cell` so that no spreadsheet runs it as a formula.

    >>> escape_formula("=HYPERLINK(1)"), escape_formula("+32 2 123")
    ("'=HYPERLINK(1)", "'+32 2 123")
    """
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULAS) else cell


def _chunks(shown: Listing) -> Iterator[list[list[str]]]:
    for pks in table.walk(shown):
        decided = _decisions(pks)
        yield [_cells(row, decided.get(row.pk)) for row in table.with_criteria(pks)]


def _decisions(pks: list[int]) -> dict[int, Decision]:
    """Return the newest decision on each of these applications, by application id."""
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
    """Return the verdict as the page shows it, or the reason why there is none."""
    if evaluation is None:
        return OutcomeOrder.OPEN.label
    if evaluation.sealed:
        return OutcomeOrder.SEALED.label
    return evaluation.outcome or evaluation.get_status_display()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
