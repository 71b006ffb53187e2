"""Words with their boxes, and the order in which a person reads them."""

from pathlib import Path

import pytest
from pypdf.generic import RectangleObject

from candidates.child.pdf.words import Box, overlapping
from candidates.documents import extraction, kinds
from tests.candidates.documents import files, tampered
from tests.candidates.documents.tampered import HEIGHT, WIDTH, document

DATA = Path(__file__).parents[2] / "data" / "resumes"
DEMO = Path(__file__).parents[3] / "config" / "demo"

LEFT = [
    "Contact",
    "Hamburg",
    "mara@example.org",
    "Skills",
    "Forklift",
    "Stocktaking",
    "Dispatch",
    "Night shifts",
]
RIGHT = [
    "Experience",
    "Harbour Logistics, warehouse clerk, 2018 to 2024",
    "Kept the stock list of nine halls and counted twice a year",
    "North Dock, packing and dispatch, 2016 to 2018",
    "Packed and sent eighty parcels an hour in the season",
    "Education",
    "School of Trade, Hamburg, 2014 to 2016",
    "Languages: German, English, some Danish",
]


def columns(*, left_x: float = 50, right_x: float = 230, left_pitch: float = 18, right_pitch: float = 18):
    def draw(canvas) -> None:
        canvas.setFont("Helvetica-Bold", 22)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 60, "Mara Vell, warehouse clerk in Hamburg")
        canvas.setFont("Helvetica", 11)
        for number, line in enumerate(RIGHT):  # the file has the lines of both columns in turn
            if number < len(LEFT):
                canvas.drawString(left_x, HEIGHT - 120 - left_pitch * number, LEFT[number])
            canvas.drawString(right_x, HEIGHT - 120 - right_pitch * number, line)
        canvas.drawString(50, 60, "References will be sent to whoever asks for them, and gladly")

    return draw


def lines_of(page: extraction.Page) -> list[str]:
    return [line for line in page.text.splitlines() if line]


def read(path: Path) -> list[extraction.Page]:
    return list(extraction.read_document(path, kinds.PDF, max_pages=20).pages)


@pytest.mark.parametrize(
    "layout",
    [{}, {"left_pitch": 15}, {"left_pitch": 24, "right_pitch": 16}, {"left_x": 400, "right_x": 40}],
    ids=["on one grid", "denser at the side", "wider at the side", "side column on the right"],
)
def test_two_columns_are_read_one_after_the_other(opened, layout):
    read = lines_of(opened(document(columns(**layout))).pages[0])
    assert read[0].startswith("Mara Vell")
    assert read[-1].startswith("References")
    first, second = (RIGHT, LEFT) if layout.get("left_x") == 400 else (LEFT, RIGHT)
    assert read[1:-1] == [*first, *second]


@pytest.mark.parametrize("name", ["giulia-thornapple", "mateo-quillfeather", "noor-pemberwick"])
def test_the_side_column_of_a_real_resume_comes_before_the_main_one(name):
    lines = lines_of(read(DEMO / f"{name}.pdf")[0])
    assert lines.index("Contact") < lines.index("Skills") < lines.index("Profile") < lines.index("Experience")
    assert lines.index("Languages spoken") < lines.index("Profile")


def test_a_date_in_the_left_margin_is_read_with_its_entry():
    lines = lines_of(read(DATA / "john_doe_moderncv.pdf")[0])
    assert "Sept 2018 – May 2023 Princeton University, PhD in Computer Science – Princeton, NJ" in lines
    assert lines.index("Education") < lines.index("Experience")


def test_a_date_in_the_right_margin_is_read_with_its_entry():
    lines = lines_of(read(DATA / "john_doe_ember.pdf")[0])
    assert "Princeton University – Princeton, NJ Sept 2018 – May 2023" in lines


def test_rows_of_a_small_table_are_read_as_rows(opened):
    def table(canvas) -> None:
        for number, (name, value) in enumerate([("Born", "1990"), ("From", "Hamburg"), ("Speaks", "German")]):
            canvas.drawString(72, 700 - 16 * number, name)
            canvas.drawString(200, 700 - 16 * number, value)

    assert opened(document(table)).pages[0].text == "Born 1990\nFrom Hamburg\nSpeaks German"


@pytest.mark.parametrize("layout", ["classic", "ember", "harvard", "moderncv", "opal"])
def test_the_words_of_a_real_resume_are_the_words_of_its_text(layout):
    for page in read(DATA / f"john_doe_{layout}.pdf"):
        told = " ".join(word for word, *_ in page.words).replace("\u00ad ", "").split()
        assert sorted(told) == sorted(page.text.split())


def test_a_box_is_where_the_word_stands_counted_from_the_top(opened):
    ((word, x0, y0, x1, y1),) = opened(files.text_page(b"Stanford")).pages[0].words
    assert word == "Stanford"
    assert (round(x0), round(x1)) == (72, 117)
    assert y0 < 792 - 720 < y1  # its baseline
    assert 10 < y1 - y0 < 18


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_has_the_same_words_within_its_bounds(opened, turn):
    data = tampered.edited(document(tampered.resume), lambda writer: writer.pages[0].rotate(turn))
    page = opened(data).pages[0]
    assert sorted(word for word, *_ in page.words) == sorted(" ".join(tampered.RESUME).split())
    assert all(
        0 <= x0 < x1 <= page.width_pt and 0 <= y0 < y1 <= page.height_pt for _, x0, y0, x1, y1 in page.words
    )


def test_a_crop_box_moves_the_boxes_with_it(opened):
    def crop(writer) -> None:
        writer.pages[0].cropbox = RectangleObject((60, 400, 500, 800))

    page = opened(tampered.edited(document(tampered.resume), crop)).pages[0]
    name, x0, *_ = page.words[0]
    assert (name, round(x0), round(page.width_pt)) == ("Mara", 12, 440)


def test_kerning_does_not_split_words(opened):
    shown = b"BT /F 12 Tf 72 720 Td [(W) 80 (arehouse) -300 (cler) -90 (k)] TJ ET"
    assert opened(files.one_page(files.stream(shown))).pages[0].text == "Warehouse clerk"


def test_letters_far_apart_are_one_word(opened):
    assert opened(files.text_page(b") Tj 3 Tc (EXPERIENCE")).pages[0].text == "EXPERIENCE"


def test_a_word_that_is_cut_at_the_end_of_a_line_is_one_in_the_text(opened):
    def draw(canvas) -> None:
        canvas.drawString(72, 700, "She kept the stock of nine ware-")
        canvas.drawString(72, 686, "houses for many years")

    page = opened(document(draw)).pages[0]
    assert "nine warehouses for" in page.text
    assert "\u00ad" not in page.text


def test_a_soft_hyphen_within_a_line_is_nothing(opened):
    page = opened(files.mapped_page(b"ware\x80house clerk", {0x80: "\u00ad"})).pages[0]
    assert page.text == "warehouse clerk"


def test_words_from_right_to_left_are_read_from_the_right():
    from candidates.child.pdf import reading_order
    from candidates.child.pdf.words import Word

    first, second = Word("שלום", 200, 10, 240, 22, 12), Word("עולם", 150, 10, 190, 22, 12)
    assert reading_order.text([second, first]) == "שלום עולם"


def test_a_word_longer_than_any_is_cut_so_that_lists_of_words_have_an_end(opened):
    page = opened(
        files.many_pages(1, b"BT /F 4 Tf 20 780 Td (%s) Tj ET" % (b"a" * 2500), b"0 0 9000 800")
    ).pages[0]
    assert [len(word) for word, *_ in page.words] == [1000, 1000, 500]


def test_boxes_overlap_when_they_share_half_of_the_smaller():
    boxes = [Box(0, 0, 10, 10), Box(4, 0, 14, 10), Box(6, 0, 16, 10), Box(5, 20, 6, 21)]
    assert set(overlapping(boxes)) == {(0, 1), (1, 2)}
