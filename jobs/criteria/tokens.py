"""Tokens of technical text: C++, C#, .NET, Node.js, CI/CD. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# A technical word: C++, C#, .NET, Node.js, scikit-learn. Backtracking is bounded: every group begins with a
# character that the part before it cannot match.
# A grade is a token too: C+ is not C. The sign ∕ replaces the slash of a word that is written with one.
TOKEN = re.compile(r"(?<![^\W_])\.?[^\W_]+(?:[.\-&'’∕][^\W_]+)*(?:\+\+|#|(?<![^\W_]{2})\+)?")
SLASHED = re.compile(r"(?i)\b(?:ci/cd|a/b|tcp/ip|ui/ux|ux/ui|pl/sql|i/o|b2b/b2c)\b")
NO_TEXT = ("Co", "Cc", "Cf", "Cs", "Cn")  # Unicode categories: icons, controls, unassigned
ACRONYMS = re.compile(r"[A-Z]{2,}s")
PLURAL = re.compile(r"[a-z]{2,}[a-rt-z]s")
NO_PLURAL = re.compile(r"(?:us|is|as|ics|ss|news|series|sales|windows|rails|kubernetes|jenkins|business)$")
GAP = "\n"  # no term spans it; no line contains one
BULLETS = "•◆◦▪●○■□‣⁃–—-*· "


@dataclass(frozen=True)
class Token:
    """`text` as written; `forms` are the spellings that it matches, without case."""

    text: str
    forms: frozenset[str]
    before: str = ""  # the characters between it and the token before, such as a slash


def tokens(text: str) -> tuple[Token, ...]:
    """Split `text` into tokens; C++ stays one, Java/Kotlin becomes two, Python-based is also python."""
    joined = SLASHED.sub(lambda match: match.group().replace("/", "∕"), text)
    found, end = [], 0
    for match in TOKEN.finditer(joined):
        found.append(_token(match.group().replace("∕", "/"), joined[end : match.start()]))
        end = match.end()
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, normalised for comparison."""
    return tuple(word(token.text) for token in tokens(text))


def _token(text: str, before: str) -> Token:
    whole = word(text)
    parts = [part for part in whole.split("-") if len(part) > 1] if "-" in whole else []
    return Token(text=text, forms=frozenset([whole.removesuffix("'s"), *parts]), before=before)


@lru_cache(maxsize=20_000)
def word(text: str) -> str:
    """Normalise a word for comparison: no case, singular, one spelling: APIs is API."""
    singular = text[:-1] if ACRONYMS.fullmatch(text) else text
    said = singular.casefold().replace("’", "'")
    if len(said) > 4 and PLURAL.fullmatch(said) and not NO_PLURAL.search(said):
        said = said[:-3] + "y" if said.endswith("ies") else said[:-1]
    return said.replace("licence", "license").replace("isation", "ization")


def cleaned(text: str) -> str:
    """Return one line without ligatures, icons of private fonts, leading bullets and double spaces."""
    return plain(text).lstrip(BULLETS).strip()


def plain(text: str) -> str:
    """Return one line without ligatures, icons of private fonts and double spaces."""
    if not (text.isascii() and text.isprintable()):  # most lines need none of this
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c if unicodedata.category(c) not in NO_TEXT else " " for c in text)
    return " ".join(text.split())
