"""A Word document: contact in the page's header, headings and lists by style, skills and languages in tables."""

from collections.abc import Iterator
from html import escape

from tests.candidates.documents.word import docx, p, part, run, style, table
from tests.screening.facts import Person, Role
from tests.screening.layouts.sheet import Wording

HEADER, STYLES, NUMBERING = "rId1", "rId2", "rId3"
SECTION = f'<w:sectPr><w:headerReference w:type="default" r:id="{HEADER}"/></w:sectPr>'
TAB = "<w:r><w:tab/></w:r>"
BOLD, ITALIC, LARGE = "<w:b/>", "<w:i/>", '<w:sz w:val="40"/>'
LISTED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
BULLETS = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
COLUMNS = 3
WORDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PARTS = {
    "document": "document.main",
    HEADER: "header",
    STYLES: "styles",
    NUMBERING: "numbering",
}


def word(person: Person) -> bytes:
    said = Wording(person, "office")
    contact = f"{person.place}  |  {person.phone_written}  |  {person.email}"
    linked = {
        HEADER: ("header", part("hdr", _line(contact))),
        STYLES: ("styles", part("styles", _styles())),
        NUMBERING: ("numbering", part("numbering", BULLETS)),
    }
    return docx("".join(_body(person, said)) + SECTION, {"[Content_Types].xml": _types()}, linked=linked)


def _body(person: Person, said: Wording) -> Iterator[str]:
    yield _line(str(person.name), style="Title")
    yield _line(person.headline)
    if person.summary:
        yield _line(said.summary, style="Heading1")
        yield _line(person.summary)
    yield _line(said.skills, style="Heading1")
    yield table(*_rows(person.listed))
    yield _line(said.experience, style="Heading1")
    for role in person.roles:
        yield from _role(role, said)
    yield _line(said.education, style="Heading1")
    for degree in person.degrees:
        yield p(_run(f"{degree.written}, {degree.school}"), TAB, _run(str(degree.year)))
    yield _line("Languages", style="Heading1")
    yield table(*([_line(name), _line(level)] for name, level in person.languages))
    yield _line("Interests", style="Heading1")
    yield _line(", ".join(person.interests))


def _role(role: Role, said: Wording) -> Iterator[str]:
    yield p(_run(role.title, BOLD), TAB, _run(said.dates(role)))
    yield p(_run(f"{role.employer}, {role.place}", ITALIC))
    for duty in role.duties:
        yield p(LISTED, _run(duty.text))


def _rows(listed: tuple[str, ...]) -> Iterator[list[str]]:
    """Cells, as many in every row: the last ones may be empty."""
    for start in range(0, len(listed), COLUMNS):
        row = (*listed[start : start + COLUMNS], *[""] * COLUMNS)
        yield [_line(skill) for skill in row[:COLUMNS]]


def _line(words: str, style: str = "") -> str:
    return p(_run(words), style=style)


def _run(words: str, properties: str = "") -> str:
    return run(escape(words, quote=False), properties)


def _styles() -> str:
    return style("Title", LARGE, kind="paragraph") + style("Heading1", BOLD, kind="paragraph")


def _types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{WORDS}.{kind}+xml"/>'
        for name, kind in PARTS.items()
    )
    rels = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{overrides}</Types>'
