"""Small print that runs on: headings within the line, semicolons instead of bullets."""

from reportlab.platypus import Flowable, Paragraph

from tests.screening.facts import Person, Role
from tests.screening.layouts.sheet import BOLD, HEIGHT, WIDTH, Wording, built, frame, style, text


def pdf(person: Person) -> bytes:
    said = Wording(person, "dense")
    small = style(7.5, leading=1.25, after=3)
    story: list[Flowable] = [
        text(str(person.name).upper(), style(11, BOLD, after=0)),
        text(f"{person.place}; phone {person.phone_written}; e-mail {person.email}", small),
    ]
    if person.summary:
        story += [_heading(said.summary), text(person.summary, small)]
    story.append(_heading(said.experience))
    story += [_role(role, said) for role in person.roles]
    story.append(_heading(said.education))
    story += [text(f"{degree.year}: {degree.written}, {degree.school}.", small) for degree in person.degrees]
    languages = ", ".join(f"{name} ({level})" for name, level in person.languages)
    story += [_heading(said.skills), text("; ".join(person.listed), small)]
    story += [_heading("Languages"), text(f"{languages}. Interests: {', '.join(person.interests)}.", small)]
    return built(story, [frame(46, 40, WIDTH - 92, HEIGHT - 80)])


def _role(role: Role, said: Wording) -> Paragraph:
    duties = "; ".join(duty.text.rstrip(".").replace(";", ",") for duty in role.duties)
    return text(
        f"{said.dates(role)}: {role.title}, {role.employer} ({role.place}). {duties}.",
        style(7.5, leading=1.25, after=3),
    )


def _heading(words: str) -> Paragraph:
    return text(words, style(8, BOLD, before=3, after=0))
