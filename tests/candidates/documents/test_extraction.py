"""A PDF that can be opened becomes the text of its pages."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from candidates.child.text import DOCUMENT_CHARS, PAGE_CHARS, cleaned
from candidates.documents import extraction, kinds
from tests.candidates.documents import files

RESUMES = Path(__file__).parents[2] / "data" / "resumes"
LAYOUTS = {"classic": 2, "ember": 2, "harvard": 2, "moderncv": 3, "opal": 3}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_name_and_address_are_read_from_every_layout_of_the_same_resume(layout):
    text = extraction.read_document(RESUMES / f"john_doe_{layout}.pdf", kinds.PDF, max_pages=20).pages[0].text
    assert "John Doe" in text.splitlines()[:3]
    assert "john.doe@email.com" in text


@pytest.mark.parametrize(("layout", "pages"), LAYOUTS.items())
def test_every_page_of_a_resume_is_read_and_counted(layout, pages):
    document = extraction.read_document(RESUMES / f"john_doe_{layout}.pdf", kinds.PDF, max_pages=20)
    assert (document.page_count, len(document.pages)) == (pages, pages)


def test_pages_come_in_order_with_their_size_in_points(opened):
    pages = opened(files.written("Mara Vell", "References")).pages
    assert [(page.text, round(page.width_pt), round(page.height_pt)) for page in pages] == [
        ("Mara Vell", 595, 842),
        ("References", 595, 842),
    ]


def test_a_page_without_a_text_layer_is_read_as_an_empty_one(opened):
    assert opened(files.written("")).pages[0].text == ""


def test_a_pdf_that_everybody_may_read_and_nobody_change_is_read(opened):
    assert "Mara Vell" in opened(files.locked(user="", owner="secret")).pages[0].text


def test_of_5000_pages_the_first_20_are_read_and_all_are_counted(opened):
    document = opened(files.many_pages(5000))
    assert (document.page_count, len(document.pages)) == (5000, 20)


def test_of_a_page_with_more_text_than_any_resume_the_beginning_is_read(opened):
    page = opened(files.many_pages(1, files.small_print(130), files.POSTER)).pages[0]
    assert PAGE_CHARS - 1000 < len(page.text) <= PAGE_CHARS


def test_reading_stops_before_the_page_whose_text_would_be_too_much_for_one_document(opened):
    document = opened(files.many_pages(14, files.small_print(100), files.POSTER))
    assert document.page_count == 14
    assert [len(page.text) // 1000 for page in document.pages] == [89] * (DOCUMENT_CHARS // 90_000)


def test_words_outside_the_page_are_not_read(opened):
    beside = b"BT /F 12 Tf 72 720 Td (Mara Vell) Tj 0 500 Td (Ten years of Python) Tj ET"
    assert opened(files.one_page(files.stream(beside))).pages[0].text.strip() == "Mara Vell"


def test_a_page_of_impossible_size_gets_a_possible_one(opened):
    page = opened(files.text_page(b"Mara Vell", media_box=b"0 0 1e30 " + b"9" * 60)).pages[0]
    assert page.width_pt * page.height_pt < 20_000**2


def test_a_word_cut_at_the_end_of_a_line_is_one_word():
    assert cleaned("data require\ufffements, sub\x02missions, co\u00adoperation") == (
        "data requirements, submissions, cooperation"
    )


def test_lines_end_as_lines_do_here():
    assert cleaned("Mara Vell\r\nEngineer\rPython\n") == "Mara Vell\nEngineer\nPython\n"


def test_what_postgresql_cannot_keep_is_gone():
    assert cleaned("Ma\x00ra\ud800 Ve\uffffll") == "Mara Vell"


def test_marks_that_only_hide_or_turn_text_are_gone():
    assert cleaned("\ufeffMa\u200bra\u202e Vell\U000e0041") == "Mara Vell"


def test_spaces_of_every_width_and_icons_keep_words_apart():
    assert cleaned("Oslo\u2009Norway\u3000\uf0e0mara@example.org") == "Oslo Norway  mara@example.org"


def test_letters_of_every_script_stay():
    assert cleaned("Zoë Şahin 李娜 می\u200cخواهم 🙂") == "Zoë Şahin 李娜 می\u200cخواهم 🙂"


def test_several_files_are_read_at_once_from_threads(opened):
    with ThreadPoolExecutor(6) as threads:
        files_read = threads.map(
            lambda layout: (
                extraction.read_document(
                    RESUMES / f"john_doe_{layout}.pdf", kinds.PDF, max_pages=20
                ).page_count
            ),
            list(LAYOUTS) * 2,
        )
        assert list(files_read) == list(LAYOUTS.values()) * 2
