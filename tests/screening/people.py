"""People made of facts, each with an aim: what they are to be for the job of their own field.

The same seed, number and month give the same people. Everything is counted back from the month `as_of`, so
that whoever works "to present" has as many years whenever it is read.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from random import Random

from tests.screening import lines_of_work, names
from tests.screening.facts import Degree, Duty, Month, Must, Name, Opening, Person, Role, Truth
from tests.screening.lines_of_work import ELSEWHERE, FIELDS, Field
from tests.screening.openings import OPENINGS

SEED = 20_26
PER_FIELD = 16


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a person comes to be what they are to be. `listed`: which of their skills stand in a list."""

    aim: Truth
    missing: int = 0  # of the skills that the job must have
    short: bool = False  # of years
    no_degree: bool = False
    listed: str = "all"  # none, half, all; stuffed = also those that they do not have
    roles: int = 2
    overlap: bool = False
    pause: bool = False  # between two roles
    detour: bool = False  # an earlier role elsewhere
    negates: bool = False  # says of a skill that it is missing


_Q, _B, _U = Truth
PLANS = (
    Plan(aim=_Q),
    Plan(aim=_Q, roles=3, listed="half"),
    Plan(aim=_Q, listed="none"),
    Plan(aim=_Q, roles=3, overlap=True),
    Plan(aim=_Q, pause=True, listed="half"),
    Plan(aim=_Q, roles=1, detour=True),
    Plan(aim=_Q, roles=4, detour=True),
    Plan(aim=_Q, roles=3, pause=True),
    Plan(aim=_B, missing=1),
    Plan(aim=_B, short=True, roles=1),
    Plan(aim=_B, missing=2, detour=True),
    Plan(aim=_B, missing=1, negates=True, roles=3),
    Plan(aim=_U, missing=99, detour=True, roles=1),
    Plan(aim=_U, missing=99, listed="stuffed"),
    Plan(aim=_U, missing=3, short=True, negates=True, no_degree=True, roles=1),
    Plan(aim=_U, missing=99, no_degree=True, roles=3),
)


def people(*, as_of: Month, seed: int = SEED, per_field: int = PER_FIELD) -> tuple[Person, ...]:
    """`per_field` people of each field; plans come in turn."""
    called = names.drawn(per_field * len(OPENINGS), Random(f"{seed} names"))
    return tuple(
        _person(number, name, opening, PLANS[index % len(PLANS)], as_of, seed)
        for number, (name, (opening, index)) in enumerate(
            zip(called, [(opening, index) for opening in OPENINGS for index in range(per_field)], strict=True)
        )
    )


def this_month() -> Month:
    return Month(date.today().year, date.today().month)


def aim(person: Person, per_field: int = PER_FIELD) -> Truth:
    return PLANS[person.number % per_field % len(PLANS)].aim


def renamed(person: Person, name: Name) -> Person:
    """The same person by another name; nothing else differs but the address, which repeats the name."""
    return replace(person, name=name, email=names.email(name, Random(f"{person.number} {name}")))


def twins(person: Person, count: int) -> list[Person]:
    """`person` by `count` names of other origins, women and men in turn."""
    random = Random(f"{person.number} twins")
    others = [origin for origin in names.ORIGINS if origin != person.name.origin.split(",")[0]]
    chosen = random.sample(others, count)
    return [renamed(person, names.of(origin, turn % 2, random)) for turn, origin in enumerate(chosen)]


def _person(number: int, name: Name, opening: Opening, plan: Plan, as_of: Month, seed: int) -> Person:
    random = Random(f"{seed} {number}")
    field = FIELDS[opening.field]
    had, lacked = _skills(opening, plan, random)
    field = field.without(lacked)
    roles = _roles(opening, field, plan, had, as_of, random)
    if plan.negates and lacked:
        roles[0] = replace(
            roles[0],
            duties=(*roles[0].duties, Duty(text=f"No experience with {lacked[0]} yet; keen to learn.")),
        )
    number_, written = names.phone(random)
    place = random.choice(lines_of_work.PLACES)
    headline = roles[0].title
    return Person(
        number=number,
        name=name,
        email=names.email(name, random),
        phone=number_,
        phone_written=written,
        place=place,
        field=opening.field,
        headline=headline,
        summary=_summary(headline, roles, random),
        roles=tuple(roles),
        degrees=(_degree(field, plan, roles[-1].start.year, opening, random),),
        listed=_listed(field, plan, had, lacked, random),
        languages=tuple(
            zip(
                random.sample(lines_of_work.LANGUAGES, 3),
                ("native", *random.sample(("fluent", "good", "basic"), 2)),
                strict=True,
            )
        ),
        interests=tuple(random.sample(lines_of_work.INTERESTS, 2)),
    )


def _skills(opening: Opening, plan: Plan, random: Random) -> tuple[list[str], list[str]]:
    """The skills that the person has of those the job must have, one of each alternative, and those that they lack."""
    asked = [must for must in opening.musts if must.any_of]
    lacking = set(map(id, random.sample(asked, min(plan.missing, len(asked)))))
    had = [random.choice(must.any_of) for must in asked if id(must) not in lacking]
    return had, [skill for must in asked if id(must) in lacking for skill in must.any_of]


def _roles(
    opening: Opening, field: Field, plan: Plan, had: list[str], as_of: Month, random: Random
) -> list[Role]:
    """Newest first. Where nothing of the field is known, the roles are beside it."""
    in_field = bool(had)
    asked = next(must.years for must in opening.musts if must.years)
    months = max(6, asked * 12 * 2 // 5) if plan.short else asked * 12 + random.randrange(24, 84)
    spans = _spans(months, plan, as_of, random)
    titles = random.sample(field.titles if in_field else field.beside, len(spans))
    employers = random.sample(field.employers, len(spans))
    shares = _shared(had, len(spans), random)
    said: set[str] = set()
    roles = []
    for (start, end), title, employer, skills in zip(spans, titles, employers, shares, strict=True):
        duties = [_shown(field, skill, said, random) for skill in skills]
        duties += [
            Duty(text=text)
            for text in random.sample(
                field.duties if in_field else field.duties_beside, random.randrange(3, 6)
            )
            if text not in said
        ]
        said |= {duty.text for duty in duties}
        random.shuffle(duties)
        roles.append(
            Role(
                title=title, employer=employer, place=random.choice(lines_of_work.PLACES),
                field=opening.field if in_field else "", start=start, end=end, is_present=end == as_of, duties=tuple(duties),
            )
        )  # fmt: skip
    if plan.detour:
        title, employer, texts = random.choice(ELSEWHERE)
        end = roles[-1].start.before(1)
        start = end.before(random.randrange(8, 30))
        duties = [Duty(text=text) for text in texts]
        roles.append(
            Role(
                title=title,
                employer=employer,
                place=random.choice(lines_of_work.PLACES),
                field="",
                start=start,
                end=end,
                is_present=False,
                duties=tuple(duties),
            )
        )
    return roles


def _spans(months: int, plan: Plan, as_of: Month, random: Random) -> list[tuple[Month, Month]]:
    """Newest first; together they cover at least `months` months, each counted once."""
    end = as_of if random.random() < 0.7 else as_of.before(random.randrange(2, 9))
    cuts = sorted(random.sample(range(6, months - 5, 3), plan.roles - 1)) if plan.roles > 1 else []
    spans = []
    for first, last in pairwise([0, *cuts, months]):
        start = end.before(last - first - 1)
        spans.append((start, end))
        end = start.before(1)
        if plan.pause:
            end = end.before(random.randrange(5, 20))
        elif plan.overlap:
            spans[-1] = (start.before(random.randrange(3, 9)), spans[-1][1])
    return spans


def _shared(had: list[str], count: int, random: Random) -> list[list[str]]:
    """Every skill in one role or two, as evenly as they go."""
    shares: list[list[str]] = [[] for _ in range(count)]
    for index, skill in enumerate(random.sample(had, len(had))):
        shares[index % count].append(skill)
        if count > 1 and random.random() < 0.4:
            shares[(index + 1) % count].append(skill)
    return shares


def _shown(field: Field, skill: str, said: set[str], random: Random) -> Duty:
    texts = field.skills[skill].shown
    fresh = [text for text in texts if text not in said]
    return Duty(text=random.choice(fresh or list(texts)), skills=(skill,))


def _listed(field: Field, plan: Plan, had: list[str], lacked: list[str], random: Random) -> tuple[str, ...]:
    extras = random.sample(field.extras, 4)
    match plan.listed:
        case "none":
            return tuple(extras)
        case "half":
            chosen = random.sample(had, (len(had) + 1) // 2)
        case "stuffed":
            chosen = [*had, *lacked]
        case _:
            chosen = had
    listed = [*(random.choice(field.skills[skill].listed) for skill in chosen), *extras]
    random.shuffle(listed)
    return tuple(listed)


def _degree(field: Field, plan: Plan, year: int, opening: Opening, random: Random) -> Degree:
    asked: Must | None = next((must for must in opening.musts if must.degree), None)
    if plan.no_degree:
        rank, written = 0, random.choice(field.no_degrees)
    else:
        rank, written = random.choice(
            [degree for degree in field.degrees if asked is None or degree[0] >= asked.degree]
        )
    return Degree(
        rank=rank,
        written=written,
        school=random.choice(lines_of_work.SCHOOLS),
        year=year - random.randrange(2),
    )


def _summary(headline: str, roles: list[Role], random: Random) -> str:
    """Says nothing that the roles do not say."""
    return random.choice(
        [
            f"{headline} who likes plain solutions and reliable colleagues.",
            f"I have worked for {len(roles)} employer{'s' if len(roles) > 1 else ''} and learned something at each.",
            f"Calm, curious and punctual. Last worked as {headline.lower()}.",
            "",
        ]
    )
