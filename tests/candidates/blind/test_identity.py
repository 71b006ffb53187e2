"""Who somebody is, found in sentences and on pages."""

from typing import Any

import pytest

from candidates.blind.identity import Identity
from tests.growth import LINEAR, growth

MARA = Identity.from_details(["Mara Vell-Ó Briain"], ["mara@example.org"], ["+4940123456"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mara Vell has run nine halls.", "[name] has run nine halls."),
        ("MARA VELL-Ó BRIAIN led it", "[name]-Ó [name] led it"),
        ("Vell’s team and marathons", "[name]’s team and marathons"),
        ("Write to mara.vell@work.example!", "Write to [contact]!"),
        ("See github.com/mvell and https://vell.example/cv.", "See [contact] and [contact]"),
        ("Call 040 / 12 34 56 after six", "Call [contact] after six"),
        ("Tel. 040 123456\n2018 - 2020 clerk", "Tel. [contact]\n2018 - 2020 clerk"),
        ("040 123456 (20457) Hamburg", "[contact]) Hamburg"),
        ("Call +44 20 7946 0958.", "Call [contact]."),
        (
            "2018 to 2024, 1200 pallets, ASP.NET and node.js",
            "2018 to 2024, 1200 pallets, ASP.NET and node.js",
        ),
        ("a vell of cheese", "a vell of cheese"),
        ("", ""),
    ],
)
def test_a_sentence_is_told_without_the_person(text, told):
    assert MARA.told(text) == told


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "a.a@", "1 ", "00 ", "+1", "(1(", "www", "1a"])
def test_a_text_without_an_end_takes_as_long_as_it_is(piece):
    assert growth(MARA.told, piece, 16_000) < LINEAR
    assert growth(lambda word: MARA.boxes([[word, 0, 0, 1, 1]], 842, is_first=True), piece, 16_000) < LINEAR


def row(text: str, x: float, y: float) -> list[object]:
    return [text, x, y, x + 6 * len(text), y + 12]


def written(*lines: tuple[float, str]) -> list[list[object]]:
    """Lines at these heights, word by word from the left margin."""
    words = []
    for y, line in lines:
        x = 72.0
        for word in line.split():
            words.append(row(word, x, y))
            x += 6 * len(word) + 6
    return words


PAGE = written(
    (60, "MARA Vell Briain"),
    (80, "Lagerweg 7, 20457 Hamburg"),
    (100, "Hamburg | mara@example.org | single"),
    (120, "Warehouse clerk since 2018"),
    (500, "Reference: mara@example.org or Vell herself"),
)


def painted(words: list[list[Any]], *, is_first: bool = True) -> list[str]:
    boxes = MARA.boxes(words, 842, is_first=is_first)
    return [
        str(text)
        for text, x0, y0, x1, y1 in words
        if any(box.x0 <= x0 and box.y0 <= y0 and x1 <= box.x1 and y1 <= box.y1 for box in boxes)
    ]


def test_on_top_of_the_first_page_lines_with_contact_or_an_address_go_whole():
    assert painted(PAGE[:-6]) == [
        *["MARA", "Vell", "Briain"],
        *["Lagerweg", "7,", "20457", "Hamburg"],
        *["Hamburg", "|", "mara@example.org", "|", "single"],
    ]


def test_on_top_of_a_later_page_an_address_may_be_anybodys():
    assert "Hamburg" not in painted(PAGE[:-6], is_first=False)


def test_further_down_only_the_words_themselves_go():
    assert painted(PAGE)[-2:] == ["mara@example.org", "Vell"]


def test_a_box_covers_its_word_with_a_margin():
    [box] = MARA.boxes(written((500, "Vell")), 842, is_first=True)
    assert (box.x0, box.y0, box.x1, box.y1) == (70, 498, 98, 514)


def test_what_is_known_stands_on_the_page_or_it_does_not():
    assert MARA.is_found_on([PAGE]) is True
    assert MARA.is_found_on([PAGE[1:]]) is False  # MARA is gone
    assert MARA.is_found_on([[word for word in PAGE if "@" not in str(word[0])]]) is False


def test_without_a_name_nothing_is_found_to_be_sure_of():
    assert Identity.from_details([], [], []).is_found_on([PAGE]) is False


def test_single_letters_are_no_names():
    assert (
        Identity.from_details(["J. Doe"], [], []).told("J is a letter, Doe a name")
        == "J is a letter, [name] a name"
    )
