"""Two pages with the name and the page's number below: every role is told at length, and one goes on overleaf."""

from collections.abc import Iterator
from random import Random

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable

from tests.screening.facts import Person
from tests.screening.layouts.sheet import HEIGHT, WIDTH, Wording, built, bullets, frame, style, text

PLAIN, STRONG = "Helvetica", "Helvetica-Bold"
PAGES = 2
CAREER_LINES = 49  # of titles, prose and duties: some more than the first page has left
# Prose that anybody might write: it names no skill, no date and no title.
PROSE = (
    "The team sat in one room with a long table, and whoever had a question asked it aloud before writing it down.",
    "I was the first whom new colleagues met, and I kept a notebook of what they asked, so that the next ones would find it answered.",
    "Half of the day went into planned work, the other half into what came up, and by Friday both were written on the same board.",
    "We met every morning for ten minutes, standing, and every other week for an hour, to say what we would rather not do again.",
    "Little had been left on paper, so the first months went into finding out who needed what, and why they had stopped asking for it.",
    "When two departments wanted opposite things, I invited both to the same table and brought a drawing of what each would get.",
    "Part of the job was to say no early and kindly, and to offer something smaller that could be had by the end of the month.",
    "I wrote notes that fitted on half a page, sent them before lunch, and was told more than once that people read them.",
    "In the summer the place was half empty, which is when we repaired what nobody had had time for since the winter.",
    "Twice we had visitors from abroad, who copied our habit of writing down what went wrong together with what it had cost.",
    "The move to the new building fell into my time there: for a week all was in boxes, and nothing that we had promised came late.",
    "I answered for a small budget of my own and spent less than was granted in all quarters but one, in which the roof leaked.",
    "Much of what I know about working with others I learned there, from an older colleague who never raised her voice.",
    "We tried three ways of sharing the unpopular tasks before a simple list, which went round by the alphabet, ended the talk.",
    "Whatever left our room was looked at by a second pair of eyes, and I was glad of it about once a week.",
    "The hours were regular except in the weeks before the holidays, when all of us stayed until the last of it was done.",
    "I stood in for two neighbours while they were away, and handed their work back with a list of what had changed.",
    "It was a place where one could ask why, and where the answer was at times that nobody remembered, after which we changed it.",
    "Towards the end I wrote down how everything was done, went through it with whoever came next, and was called only once.",
    "Somebody who had complained every spring sent a cake instead, which I still count among the better days.",
    "The first plan was too large for so few of us, so we cut it into pieces that could each be finished before the next was begun.",
    "What I would do otherwise today is to ask for help sooner; it was always given, and nobody thought the less of me.",
    "Every few weeks I spent a day at another desk, since what looks odd from afar mostly has a reason that is worth knowing.",
    "We kept a shelf with what had failed, labelled and dusted, and showed it to everybody who thought of trying the same again.",
)  # fmt: skip


def pdf(person: Person) -> bytes:
    said = Wording(person, "two_pages")
    body = style(10.5, PLAIN, leading=1.5)
    languages = ", ".join(f"{name} ({level})" for name, level in person.languages)
    story: list[Flowable] = [
        text(str(person.name), style(18, STRONG, after=0)),
        text(f"{person.headline}, {person.place}", body),
        text(f"{person.phone_written}, {person.email}", body),
    ]
    if person.summary:
        story += [text(said.summary, _head()), text(person.summary, body)]
    story += [text(said.skills, _head()), text(", ".join(person.listed), body)]
    story.append(text(said.experience, _head()))
    prose = _prose(person)
    for role in person.roles:
        story.append(text(f"{role.title}, {role.employer}", style(10.5, STRONG, before=6, after=0)))
        story.append(text(f"{said.dates(role)}, {role.place}", style(10.5, "Helvetica-Oblique")))
        story.append(text(next(prose), body))
        story += bullets(role, style(10.5, PLAIN, leading=1.5, indent=12))
    story.append(text(said.education, _head()))
    story += [text(f"{degree.written}, {degree.school}, {degree.year}", body) for degree in person.degrees]
    story += [text("Languages", _head()), text(languages, body)]
    story += [text("Interests", _head()), text(", ".join(person.interests), body)]

    def footer(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(PLAIN, 8)
        canvas.drawCentredString(WIDTH / 2, 30, f"{person.name}, page {document.page} of {PAGES}")

    return built(story, [frame(64, 60, WIDTH - 128, HEIGHT - 116)], on_first=footer, on_later=footer)


def _prose(person: Person) -> Iterator[str]:
    """What is told of each role: as much as it takes to have the career end on the second page."""
    lines = sum(2 + len(role.duties) for role in person.roles)
    each = -(-(CAREER_LINES - lines) * 2 // 3 // len(person.roles))  # a sentence takes a line and a half
    told = Random(f"{person.number} prose").sample(PROSE, len(PROSE))
    return (" ".join(told[at * each : (at + 1) * each]) for at in range(len(person.roles)))


def _head():
    return style(12, STRONG, before=9, after=3)
