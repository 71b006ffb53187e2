"""The person: name, e-mail and phone, each only if the résumé plainly states it."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import takewhile

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from gpu_worker.engines.rules.text import Line, Text
from jobs.criteria import terms
from jobs.criteria.tokens import words
from jobs.criteria.vocabulary import TITLE_WORDS

HEAD_LINES = 15  # searched for a name
LOOKED_AT_CHARS = 20_000  # searched for an address or number
EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,6}")
ENDINGS = frozenset(
    "com org net edu info io dev eu de at ch fr es it nl be uk ie us ca au in br mx pl se dk no fi".split()
)
BROKEN_AT = re.compile(r"(?<=[\w.+-])\n?@\n?(?=\w)")
BROKEN_HOST = re.compile(r"(@[\w-]{1,63})\n([\w-]{0,20}(?:\.[a-z]{2,6}){1,2})(?=\n|$)")
REST = re.compile(
    r"\.?\n(\.?[a-z0-9-]{0,20}(?:\.[a-z]{2,6})*)(?=\n|$)"
)  # the rest of an address, alone on the next line
HONORIFIC = re.compile(r"(?i)^(?:dr|prof|mr|mrs|ms|ing)\.\s+")
UNPARTED = re.compile(
    "[\u3400-\u9fff\uac00-\ud7a3]{2,4}"
)  # Chinese, Japanese and Korean names have no spaces
NO_NAMES = frozenset(["履歴書", "职务经历", "職務経歴書", "简历", "個人簡歷", "个人简历", "이력서"])
SPELLED = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
PARTICLES = frozenset(
    ["de", "da", "del", "di", "do", "dos", "du", "la", "le", "van", "von", "der", "den", "bin", "al", "el"]
)


def email(text: Text) -> str | None:
    """Return the first valid address, in lower case."""
    head = BROKEN_HOST.sub(r"\1\2", BROKEN_AT.sub("@", _head(text)))
    for match in EMAIL.finditer(head):
        try:
            address = _unbroken(match.group(), head[match.end() :][:40])
            return validate_email(address, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            continue
    return None


def _unbroken(address: str, behind: str) -> str:
    """Return `address` with the end that a narrow column wrapped: “…@example.co”, “m”."""
    rest = REST.match(behind)
    if rest is None or not rest.group(1):
        return address
    dot = "." if rest.group().startswith(".") else ""
    whole = f"{address}{dot}{rest.group(1)}"
    ends = whole.rpartition(".")[2] in ENDINGS
    return (
        whole
        if ends and (dot or rest.group(1)[0] == "." or not _may_end(address, rest.group(1)))
        else address
    )


def _may_end(address: str, rest: str) -> bool:
    """Whether `address` is complete and `rest` a separate word: only `address` ends like an address."""
    return address.rpartition(".")[2] in ENDINGS and "." not in rest and len(rest) > 3


def phone(text: Text) -> str | None:
    """Return the first number with a country prefix, as E.164; dates and ids have none."""
    for match in phonenumbers.PhoneNumberMatcher(_head(text), None, leniency=phonenumbers.Leniency.POSSIBLE):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def name(text: Text, address: str | None) -> str | None:
    """Return the first name-like line of the head, else the first one alone in its block on page 1.

    A name repeated in the e-mail address wins: in two columns, a sidebar may come before the name.
    """
    head = [found for found in _head_names(text) if _reads_as_name(found)]
    later = [line for line in text.lines if _opens_alone(line) and _reads_as_name(_bare(line))]
    local = re.sub(r"[^a-z]", "", _folded((address or "").split("@")[0]))
    repeated = [found for found in (*head, *map(_bare, later)) if _repeats(found, local)]
    lone = (_bare(line) for line in later if _is_lone(line, text) and not _is_known(line.text))
    best = next(iter([*repeated, *head, *lone]), None)
    return _cased(best) if best else None


def _opens_alone(line: Line) -> bool:
    return line.page == 1 and line.opens and not line.is_heading and not line.is_item


def _is_lone(line: Line, text: Text) -> bool:
    """Whether `line` is a block by itself, or has only a job title below it."""
    behind = text.lines[line.number + 1 : line.number + 3]
    return (
        not behind or behind[0].opens or (_is_title(behind[0].text) and (len(behind) < 2 or behind[1].opens))
    )


def _bare(line: Line) -> str:
    return HONORIFIC.sub("", line.text)


def _repeats(found: str, local: str) -> bool:
    """Whether a word of the name is in the e-mail address too."""
    words = (re.sub(r"[^a-z]", "", _folded(word)) for word in found.split())
    return any(word in local for word in words if len(word) > 2)


def _folded(text: str) -> str:
    """Return `text` as addresses spell it: without case and accents."""
    spelled = text.casefold().translate(SPELLED)
    return "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))


def _is_title(line: str) -> bool:
    return any(word.casefold().strip(",.") in TITLE_WORDS for word in line.split())


def _is_known(found: str) -> bool:
    """Whether it is the name of a technology: Docker Compose."""
    return words(found) in terms.KNOWN or any((word,) in terms.KNOWN for word in words(found))


def _head_names(text: Text) -> Iterator[str]:
    """Yield name candidates: parts of lines before the first section, and two words split by a line break."""
    head = [line.text for line in takewhile(lambda line: not line.is_heading, text.lines[:HEAD_LINES])]
    for line, following in zip(head, [*head, ""][1:], strict=True):
        yield from (HONORIFIC.sub("", part.strip()) for part in re.split(r"[|•·,]", line))
        if len(line.split()) == len(following.split()) == 1:
            yield f"{line} {following}"


def _reads_as_name(part: str) -> bool:
    words = part.split()
    if len(words) == 1 and UNPARTED.fullmatch(part):
        return part not in NO_NAMES
    if not 2 <= len(words) <= 5 or len(part) > 60:
        return False
    named = [word for word in words if word.casefold() not in PARTICLES]
    return len(named) >= 2 and all(_is_name_word(word) for word in named)


def _is_name_word(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "").replace(".", "")
    begins = word[0].isupper() or word.lower() == word.upper()  # most scripts have no capitals
    is_word = word.casefold().strip(".") in TITLE_WORDS or word in NO_NAMES
    return letters.isalpha() and begins and not is_word


def _cased(found: str) -> str:
    """Turn JOHN DOE into John Doe; leave mixed case such as McAdam."""
    return found.title() if found.isupper() else found


def _head(text: Text) -> str:
    return "\n".join(line.text for line in text.lines)[:LOOKED_AT_CHARS]
