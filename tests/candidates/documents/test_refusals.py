"""A PDF that cannot be opened ends in a sentence for the recruiter, and the worker lives on."""

import pytest

from candidates.documents.refusals import Encrypted, Unreadable
from tests.candidates.documents import files

AGAIN = "Save it as a PDF again and upload that."
DAMAGED = f"This PDF is damaged and cannot be opened. {AGAIN}"
FIRST_PAGE = f"Page 1 of this PDF is damaged and cannot be read. {AGAIN}"
TOO_BIG = f"This PDF needs more memory than one file may take. {AGAIN}"
TOO_SLOW = f"This PDF takes too long to open. {AGAIN}"


def is_unreadable(refusal: Exception, sentence: str) -> bool:
    return isinstance(refusal, Unreadable) and str(refusal) == sentence


def test_a_pdf_with_a_password_is_encrypted(refused):
    refusal = refused(files.locked(user="secret", owner="other"))
    assert isinstance(refusal, Encrypted)
    assert str(refusal) == "This PDF needs a password. Save a copy without one and upload that."


def test_a_pdf_locked_in_an_unknown_way_is_encrypted(refused):
    refusal = refused(files.locked_by_certificate())
    assert isinstance(refusal, Encrypted)
    assert str(refusal) == "This PDF is locked in an unknown way. Save an open copy and upload that."


def test_an_empty_file_is_said_to_be_empty(refused):
    assert is_unreadable(refused(b""), "This file is empty.")


def test_half_a_pdf_is_damaged(refused):
    whole = files.written("Mara Vell")
    assert is_unreadable(refused(whole[: len(whole) // 3]), DAMAGED)


def test_noise_that_calls_itself_a_pdf_is_damaged(refused):
    assert is_unreadable(refused(b"%PDF-1.7\n" + bytes(range(256)) * 40), DAMAGED)


@pytest.mark.parametrize("count", [0, -5, 100_000_000])
def test_a_pdf_without_pages_is_said_to_have_none_whatever_it_counts(refused, count):
    assert is_unreadable(
        refused(files.tree(b"<</Type/Pages/Count %d/Kids[]>>" % count)), "This PDF has no pages."
    )


def test_a_page_tree_that_contains_itself_has_a_damaged_first_page(refused):
    assert is_unreadable(refused(files.tree(b"<</Type/Pages/Count 1/Kids[2 0 R]>>")), FIRST_PAGE)


def test_a_page_that_is_not_there_is_named(refused):
    assert is_unreadable(refused(files.tree(b"<</Type/Pages/Count 1/Kids[9 0 R]>>")), FIRST_PAGE)


def test_a_few_kilobytes_that_inflate_to_gigabytes_cost_one_file(refused):
    bomb = files.squeezed(b" ", mebibytes=4096)
    assert len(bomb) < 20_000
    assert is_unreadable(refused(bomb), TOO_BIG)


def test_a_form_that_draws_itself_costs_one_file(refused):
    assert is_unreadable(refused(files.drawing_itself(100), wall_s=1), TOO_SLOW)


def test_a_page_of_millions_of_instructions_is_given_up_in_time(refused):
    assert is_unreadable(refused(files.squeezed(b"q Q ", mebibytes=200), wall_s=1), TOO_SLOW)


def test_arrays_within_arrays_without_end_leave_the_page_empty(opened):
    assert opened(files.nested(100_000)).pages[0].text == ""


def test_a_sound_file_is_read_after_all_of_these(opened):
    assert opened(files.written("Mara Vell")).pages[0].text == "Mara Vell"
