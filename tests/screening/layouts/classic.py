"""One column, centred head, capitals with a rule below, dates before the title."""

from reportlab.platypus import Flowable, HRFlowable

from tests.screening.facts import Person
from tests.screening.layouts.sheet import HEIGHT, WIDTH, Wording, built, bullets, frame, style, text

ROMAN, ROMAN_BOLD = "Times-Roman", "Times-Bold"  # every reader has them: not embedded


def pdf(person: Person) -> bytes:
    said = Wording(person, "classic")
    body, item = style(10.5, ROMAN), style(10.5, ROMAN, indent=14)
    story: list[Flowable] = [
        text(str(person.name), style(20, ROMAN_BOLD, align=1)),
        text(f"{person.place} | {person.phone_written} | {person.email}", style(10, ROMAN, align=1, after=8)),
    ]
    if person.summary:
        story += [*_heading(said.summary), text(person.summary, body)]
    story += _heading(said.experience)
    for role in person.roles:
        story.append(
            text(f"{role.title}, {role.employer}, {role.place}", style(10.5, ROMAN_BOLD, before=4, after=0))
        )
        story.append(text(said.dates(role), style(10.5, "Times-Italic")))
        story += bullets(role, item)
    story += _heading(said.education)
    story += [text(f"{degree.written}, {degree.school}, {degree.year}", body) for degree in person.degrees]
    story += [*_heading(said.skills), text(", ".join(person.listed), body)]
    story += [
        *_heading("Languages"),
        text(", ".join(f"{name} ({level})" for name, level in person.languages), body),
    ]
    story += [*_heading("Interests"), text(", ".join(person.interests), body)]
    return built(story, [frame(64, 60, WIDTH - 128, HEIGHT - 120)])


def _heading(words: str) -> list[Flowable]:
    return [
        text(words.upper(), style(11.5, ROMAN_BOLD, before=8, after=0)),
        HRFlowable(width="100%", spaceAfter=3),
    ]
