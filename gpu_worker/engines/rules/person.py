"""Who wrote it: name, e-mail and phone, each only where it plainly stands there."""

import re
from collections.abc import Iterator
from itertools import takewhile

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from gpu_worker.engines.rules.text import Text
from jobs.criteria.vocabulary import TITLE_WORDS

HEAD_LINES = 15  # where a name stands
LOOKED_AT_CHARS = 20_000  # where an address stands
EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,6}")
ENDINGS = (".com", ".org", ".net", ".edu", ".info")
HONORIFIC = re.compile(r"(?i)^(?:dr|prof|mr|mrs|ms|ing)\.\s+")
PARTICLES = frozenset(
    ["de", "da", "del", "di", "do", "dos", "du", "la", "le", "van", "von", "der", "den", "bin", "al", "el"]
)


def email(text: Text) -> str | None:
    """The first valid address, in lower case."""
    head = _head(text)
    for match in EMAIL.finditer(head):
        try:
            address = _unbroken(match.group(), head[match.end() :][:5])
            return validate_email(address, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            continue
    return None


def _unbroken(address: str, behind: str) -> str:
    """`address` with the end that a narrow column put on the next line: “…@example.co”, “m”."""
    rest = re.match(r"\n([a-z]{1,3})(?:\n|$)", behind)
    whole = address + rest.group(1) if rest else address
    return whole if whole.endswith(ENDINGS) else address


def phone(text: Text) -> str | None:
    """The first number with a country's prefix, as E.164; dates and ids have none."""
    for match in phonenumbers.PhoneNumberMatcher(_head(text), None, leniency=phonenumbers.Leniency.POSSIBLE):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def name(text: Text, address: str | None) -> str | None:
    """The first line of the head that reads as a name; one that the e-mail address repeats comes first."""
    names = [found for found in _head_names(text) if _reads_as_name(found)]
    local = re.sub(r"[^a-z]", "", (address or "").split("@")[0])
    repeated = [found for found in names if _repeats(found, local)]
    best = next(iter(repeated or names), None)
    return _cased(best) if best else None


def _repeats(found: str, local: str) -> bool:
    """Whether a word of the name stands in the e-mail address too."""
    return any(word.casefold() in local for word in found.split() if len(word) > 2)


def _head_names(text: Text) -> Iterator[str]:
    """What may be a name: parts of lines before the first section, and two words that a line break parted."""
    head = [line.text for line in takewhile(lambda line: not line.is_heading, text.lines[:HEAD_LINES])]
    for line, following in zip(head, [*head, ""][1:], strict=True):
        yield from (HONORIFIC.sub("", part.strip()) for part in re.split(r"[|•·,]", line))
        if len(line.split()) == len(following.split()) == 1:
            yield f"{line} {following}"


def _reads_as_name(part: str) -> bool:
    words = part.split()
    if not 2 <= len(words) <= 5 or len(part) > 60:
        return False
    named = [word for word in words if word.casefold() not in PARTICLES]
    return len(named) >= 2 and all(_is_name_word(word) for word in named)


def _is_name_word(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "").replace(".", "")
    return letters.isalpha() and word[0].isupper() and word.casefold().strip(".") not in TITLE_WORDS


def _cased(found: str) -> str:
    """JOHN DOE is John Doe; who writes McAdam knows why."""
    return found.title() if found.isupper() else found


def _head(text: Text) -> str:
    return "\n".join(line.text for line in text.lines)[:LOOKED_AT_CHARS]
