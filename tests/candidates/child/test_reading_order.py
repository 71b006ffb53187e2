"""What stands at the right margin, dates and places, is read with the entry beside which it begins."""

from datetime import date
from pathlib import Path

import pytest

from candidates.documents import extraction, kinds
from gpu_worker.engines.rules import timeline
from gpu_worker.engines.rules.text import read_pages
from tests.candidates.documents.tampered import WIDTH, document

DATA = Path(__file__).parents[2] / "data" / "resumes"
MARGIN = WIDTH - 50

SCHOOL = "BSc Baking, School of Bread"
ROLE = "Harbour Bakery, Baker"
ENTRIES = {  # heading → title, what stands at the right, what stands below the title
    "Education": (
        SCHOOL,
        ["Old Hamburg", "Sept 2014 – June 2018"],
        ["• Grade: 1.2", "• Scholar of the guild"],
    ),
    "Experience": (
        ROLE,
        ["Bremen", "June 2018 – present"],
        ["• Bakes four hundred loaves of rye bread a night", "• Trains two", "• Buys flour"],
    ),
}


def entries(canvas, *, lower: float = 0, pitch: float = 13, height: int = 2) -> None:
    """Draw `ENTRIES` line upon line; what stands at the right is `height` lines high, and `lower` by points."""
    y = 700.0
    for heading, (title, right, below) in ENTRIES.items():
        canvas.drawString(50, y, heading)
        y -= pitch + 6
        for number, line in enumerate(right[-height:]):
            canvas.drawRightString(MARGIN, y - lower - pitch * number, line)
        for number, line in enumerate([title, *below]):
            canvas.drawString(56 if number else 50, y - pitch * number, line)
        y -= pitch * (len(below) + 1) + 8


def lines_of(page: extraction.Page) -> list[str]:
    return [line for line in page.text.splitlines() if line]


def resume(layout: str) -> list[extraction.Page]:
    return list(extraction.read_document(DATA / f"john_doe_{layout}.pdf", kinds.PDF, max_pages=20).pages)


def test_dates_beside_a_school_are_read_before_the_next_heading():
    lines = lines_of(resume("classic")[0])
    school = lines.index("BS Boğaziçi University, Computer Engineering Istanbul, Türkiye")
    assert lines[school + 1 : school + 5] == [
        "Sept 2014 – June 2018",
        "• GPA: 3.97/4.00, Valedictorian",
        "• Fulbright Scholarship recipient for Graduate Studies",
        "Experience",
    ]


def test_dates_beside_each_role_are_read_below_its_title():
    lines = lines_of(resume("classic")[0])
    beside = {
        "Nexus AI, Co-Founder & CTO San Francisco, CA": ["June 2023 – present", "2 years 10 months"],
        "NVIDIA Research, Research Intern Santa Clara, CA": ["May 2022 – Aug 2022", "4 months"],
        "Google DeepMind, Research Intern London, UK": ["May 2021 – Aug 2021", "4 months"],
        "Apple ML Research, Research Intern Cupertino, CA": ["May 2020 – Aug 2020", "4 months"],
        "Microsoft Research, Research Intern Redmond, WA": ["May 2019 – Aug 2019", "4 months"],
    }
    for title, dates in beside.items():
        at = lines.index(title)
        assert lines[at + 1 : at + 3] == dates


def test_they_do_not_break_up_the_sentences_beside_them():
    text = resume("classic")[0].text
    assert "API requests with 99.97%\nuptime\n• Raised" in text
    assert "low-resource language modeling\n• Research integrated" in text


def test_a_career_is_the_same_in_every_layout_and_has_no_years_at_a_school():
    careers = {
        layout: timeline.career_of(read_pages(tuple(page.text for page in resume(layout))), date(2026, 3, 15))
        for layout in ("classic", "ember", "harvard", "moderncv", "opal")
    }
    assert len({career.months() for career in careers.values()}) == 1
    first = min(span.since.first for role in careers["classic"].roles for span in role.spans)
    assert divmod(first, 12) == (2019, 4)  # May


@pytest.mark.parametrize("lower", [0, 2, 5], ids=lambda points: f"{points} points lower")
@pytest.mark.parametrize("pitch", [13, 16])
def test_two_lines_at_the_right_are_read_together_behind_the_title(opened, lower, pitch):
    page = opened(document(lambda canvas: entries(canvas, lower=lower, pitch=pitch))).pages[0]
    assert lines_of(page) == [
        line
        for heading, (title, (place, dates), below) in ENTRIES.items()
        for line in [heading, f"{title} {place}", dates, *below]
    ]


@pytest.mark.parametrize("lower", [0, 2, 5], ids=lambda points: f"{points} points lower")
def test_one_line_at_the_right_is_read_in_the_line_of_the_title(opened, lower):
    page = opened(document(lambda canvas: entries(canvas, lower=lower, height=1))).pages[0]
    assert lines_of(page) == [
        line
        for heading, (title, (_, dates), below) in ENTRIES.items()
        for line in [heading, f"{title} {dates}", *below]
    ]


def rows(*sides: tuple[str, str], right_x: float | None = None, left_x: tuple[float, ...] = (50,)):
    """Lines in two parts: the right one flush right, or from `right_x` on; the last `left_x` is for all others."""

    def draw(canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for number, (left, right) in enumerate(sides):
            y = 700 - 14 * number
            canvas.drawString(left_x[min(number, len(left_x) - 1)], y, left)
            (canvas.drawRightString if right_x is None else canvas.drawString)(right_x or MARGIN, y, right)

    return draw


def test_a_title_of_two_lines_has_in_each_what_stands_beside_it(opened):
    sides = [("Harbour Bakery", "Bremen"), ("Baker", "2018 – 2024"), ("• Bakes", ""), ("• Trains two", "")]
    lines = ["Harbour Bakery Bremen", "Baker 2018 – 2024", "• Bakes", "• Trains two"]
    assert lines_of(opened(document(rows(*sides))).pages[0]) == lines


def test_a_table_with_numbers_at_the_right_is_read_by_its_rows(opened):
    sides = [("Flour", "1200"), ("Rye", "700"), ("Wheat", "500"), ("Salt", "40"), ("Yeast", "60")]
    lines = [f"{left} {right}" for left, right in sides]
    assert lines_of(opened(document(rows(*sides, left_x=(50, 60)))).pages[0]) == lines


@pytest.mark.parametrize(
    ("sides", "left_x"),
    [
        (
            [
                ("• AWS architect", "May 2021"),
                ("• Scrum master", "June 2020"),
                ("• Kubernetes admin", "July 2019"),
            ],
            (50,),
        ),
        (
            [("Harbour Bakery", "2014 – 2024"), ("Head baker", "2021 – 2024"), ("Baker", "2014 – 2021")],
            (50, 60),
        ),
        ([("Harbour Bakery", "Bremen"), ("Head baker", "2021 – 2024"), ("Baker", "2014 – 2021")], (50, 60)),
    ],
    ids=["items of a list", "roles below an employer with dates", "roles below an employer with a place"],
)
def test_lines_that_have_dates_of_their_own_keep_them(opened, sides, left_x):
    lines = [f"{left} {right}" for left, right in sides]
    assert lines_of(opened(document(rows(*sides, left_x=left_x))).pages[0]) == lines


LONG = [
    "Profile",
    "Baker with twelve years in three bakeries of the north",
    "Rye bread, rolls, and a kitchen where nobody shouts",
    "Experience",
    "Harbour Bakery, baker, June 2018 to the present day",
    "Bakes four hundred loaves of rye bread every night",
    "Old Mill, baker, from May 2014 until the June of 2018",
    "Baked rolls for eleven schools and for one hospital",
]


def test_a_sidebar_with_dates_at_the_right_is_read_after_the_main_column(opened):
    sidebar = [
        "Contact",
        "Bremen",
        "Education",
        "BSc Baking",
        "School of Bread",
        "2011 – 2014",
        "Prizes",
        "Loaf 2019",
    ]
    page = opened(document(rows(*zip(LONG, sidebar, strict=True), right_x=420))).pages[0]
    assert lines_of(page) == [*LONG, *sidebar]


def test_two_columns_of_text_are_read_one_after_the_other_though_the_right_one_is_flush_right(opened):
    right = [line.replace("Harbour", "Inland") for line in LONG]
    page = opened(document(rows(*zip(LONG, right, strict=True)))).pages[0]
    assert lines_of(page) == [*LONG, *right]
