"""Where a quote stands on its page: the boxes of its words, one for each line."""

import pytest

from candidates.documents.evidence import located


def page(*lines: str, left: float = 50, top: float = 100) -> list[list[object]]:
    """Words of 10 points: every letter is 5 wide, every line 12 below the one before."""
    words: list[list[object]] = []
    for number, line in enumerate(lines):
        at, y0 = left, top + 12 * number
        for word in line.split():
            words.append([word, at, y0, at + 5 * len(word), y0 + 10])
            at += 5 * len(word) + 3
    return words


def text_in(boxes, words):
    """What a person would read in `boxes`."""
    return [
        " ".join(
            str(text) for text, x0, y0, x1, y1 in words if box.x0 <= x0 < box.x1 and box.y0 <= y0 < box.y1
        )
        for box in boxes
    ]


@pytest.mark.parametrize(
    ("lines", "quote", "boxed"),
    [
        (["Baked rye bread daily"], "rye bread", ["rye bread"]),
        (["Baked rye", "bread daily"], "Baked rye bread", ["Baked rye", "bread"]),
        (["Baked RYE Bread"], "rye bread", ["RYE Bread"]),
        (["An eﬃcient ﬁrm"], "efficient firm", ["eﬃcient ﬁrm"]),
        (["Wrote soft\u00ad", "ware daily"], "software daily", ["soft\u00ad", "ware daily"]),
        (["Wrote soft-", "ware daily"], "software", ["soft-", "ware"]),
        (["Wrote software"], "soft-ware", ["software"]),
        (["B A K E R"], "Baker", ["B A K E R"]),
        (["• rye", "• wheat"], "rye wheat", ["rye", "wheat"]),
        (["“Baked” – it’s rye"], "'Baked' - it's rye", ["“Baked” – it’s rye"]),
        (["Rye, wheat; spelt."], "wheat spelt", ["wheat; spelt."]),
        (["Übersetzt in Köln"], "u\u0308bersetzt", ["Übersetzt"]),
        (["Wrote C++ and C"], "C", ["C"]),
        (["山田太郎 パン職人"], "パン職人", ["パン職人"]),
        (["Baked rye bread"], "ed rye br", ["Baked rye bread"]),
        (["Planned", "Ann baked"], "Ann", ["Ann"]),
    ],
)
def test_however_a_page_has_it_a_quote_is_found(lines, quote, boxed):
    words = page(*lines)
    found = located(quote, words)
    assert text_in(found, words) == boxed


def test_a_box_is_as_large_as_the_words_in_it():
    assert located("rye bread", page("Baked rye bread daily")) == ((78, 100, 121, 110),)


@pytest.mark.parametrize("quote", ["", " ", "–", "…", "wheat", "Baked wheat", "bread rye"])
def test_what_does_not_stand_there_has_no_box(quote):
    assert located(quote, page("Baked rye bread")) == ()


def test_on_a_page_without_words_nothing_stands():
    assert located("rye", []) == ()


def test_a_whole_word_wins_over_a_part_of_one_that_comes_first():
    words = page("Javascript then Java")
    assert text_in(located("java", words), words) == ["Java"]


def test_the_order_of_the_file_is_not_the_order_of_reading():
    left = page("Baked rye bread in a large", "bakery with nine others by", "hand for ten years there", "and")
    right = page(
        "Night shifts in the oven", "room, and the deliveries", "to shops in the town by", "van", left=300
    )
    mixed = [row for pair in zip(left, reversed(right), strict=False) for row in pair]
    found = located("large bakery with nine", mixed)
    assert text_in(found, left) == ["large", "bakery with nine"]


def test_words_of_other_sizes_stand_on_one_line():
    words = [["Baked", 50, 100, 75, 110], ["RYE", 80, 92, 110, 112], ["bread", 115, 100, 140, 110]]
    assert located("Baked rye bread", words) == ((50, 92, 140, 112),)
