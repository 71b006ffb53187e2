"""Spoken languages and their levels: 1 to 6 for A1 to C2."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.criteria.tokens import Token, tokens

# Names in English (the key), German, French and Spanish.
NAMES = """
English|Englisch|anglais|inglés|ingles
German|Deutsch|allemand|alemán|aleman
French|Französisch|français|francais|francés|frances
Spanish|Spanisch|espagnol|español|espanol|castellano
Italian|Italienisch|italien|italiano
Portuguese|Portugiesisch|portugais|portugués|portugues
Dutch|Niederländisch|néerlandais|holandés|neerlandés
Polish|Polnisch|polonais|polaco
Czech|Tschechisch|tchèque|checo
Russian|Russisch|russe|ruso
Ukrainian|Ukrainisch|ukrainien|ucraniano
Turkish|Türkisch|turc|turco
Arabic|Arabisch|arabe|árabe
Hebrew|Hebräisch|hébreu|hebreo
Hindi|Urdu|Bengali|Punjabi|Tamil|Farsi|Persian|Swahili|Vietnamese|Thai|Indonesian|Malay|Tagalog
Chinese|Mandarin|Cantonese|Chinesisch|chinois|chino
Japanese|Japanisch|japonais|japonés
Korean|Koreanisch|coréen|coreano
Swedish|Schwedisch|suédois|sueco
Danish|Dänisch|danois|danés
Norwegian|Norwegisch|norvégien|noruego
Finnish|Finnisch|finnois|finés
Greek|Griechisch|grec|griego
Hungarian|Ungarisch|hongrois|húngaro
Romanian|Rumänisch|roumain|rumano
Bulgarian|Croatian|Serbian|Slovak|Slovenian|Lithuanian|Latvian|Estonian|Icelandic|Catalan
"""
EACH_ITSELF = ("Hindi", "Bulgarian")  # the first of lines of languages with one name each
BY_NAME = {
    name.casefold(): (name if line.startswith(EACH_ITSELF) else line.split("|")[0])
    for line in NAMES.split("\n")
    for name in line.split("|")
    if name
}

LEVELS = (
    (r"c2|native|mother ?tongue|bilingual|muttersprach\w*|zweisprachig|langue maternelle|natif|native|bilingue"
     r"|nativ[oa]|lengua materna", 6),
    (r"c1|fluen\w*|proficien\w*|full professional|professional proficiency|business[ -](?:fluent|level)|excellent"
     r"|near[ -]native|fließend\w*|fliessend\w*|verhandlungssicher\w*|couramment|courant|fluido|fluidez|advanced|fortgeschritten\w*|avancé|avanzado", 5),
    (r"b2|professional working|working proficiency|upper[ -]intermediate|very good|business|strong|sehr gut\w*|professionnel|profesional", 4),
    (r"b1|intermediate|conversational|good|solid|gut\w*|intermédiaire|intermedio|limited working|working knowledge", 3),
    (r"a2|elementary|basic\w*|grundkenntnisse|notions|básico|basico|limited", 2),
    (r"a1|beginner|anfänger\w*|débutant|principiante", 1),
)  # fmt: skip
LEVEL = tuple((re.compile(rf"(?i)(?<!\w)(?:{words})(?!\w)"), rank) for words, rank in LEVELS)
SPOKEN = re.compile(
    r"(?i)\b(?:languages?|speak\w*|spoken|written|fluent|fluency|native|mother tongue|proficien\w*|sprachen"
    r"|sprachkenntnisse|langues|idiomas|[abc][12])\b"
)
# After a name, these make it a field, a market or a place.
NO_LANGUAGE_BEHIND = re.compile(
    r"(?i)\s*(?:literature|studies|market|customers?|clients?|law|history|team|office)\b"
)
FULL = 5  # if a job only asks to know the language well


@dataclass(frozen=True)
class Spoken:
    """A language in a line, by its English name; `level` 0 if the line does not say."""

    language: str
    level: int


@dataclass(frozen=True)
class Asked:
    """Languages that a job asks for: all of them or, if `either`, any."""

    languages: tuple[str, ...]
    level: int
    either: bool


def spoken(line: str) -> Iterator[Spoken]:
    """Yield the languages in `line`, in order. A level belongs to the names in its own item."""
    for item in _items(line):
        level = level_of(item)
        for name in _names(tokens(item), item):
            yield Spoken(name, level)


def asked(line: str) -> Asked | None:
    """Return the languages that `line` asks for, None if none."""
    row = tokens(line)
    names = tuple(dict.fromkeys(_names(row, line)))
    others = [token for token in row if token.text.casefold() not in BY_NAME]
    if not names or (not SPOKEN.search(line) and len(others) > 2):
        return None
    either = any(token.text.casefold() in ("or", "oder", "ou", "o") for token in row)
    return Asked(names, level_of(line), either)


def says_languages(line: str) -> bool:
    return SPOKEN.search(line) is not None


def level_of(text: str) -> int:
    """Return the level in `text`: a grade counts before a word, since “fluent (C1)” is C1."""
    graded = re.search(r"(?i)(?<!\w)([abc])([12])(?!\w)", text)
    if graded:
        return "abc".index(graded.group(1).lower()) * 2 + int(graded.group(2))
    return next((rank for pattern, rank in LEVEL if pattern.search(text)), 0)


def _items(line: str) -> list[str]:
    """Split `line` into parts with a level of their own: “German (C1), English (native)”."""
    return [item for item in re.split(r"[,;|•·/]\s*|\.\s|\s{2,}|\s[–—]\s(?=[A-Z])", line) if item.strip()]


def _names(row: tuple[Token, ...], text: str) -> Iterator[str]:
    for at, token in enumerate(row):
        name = BY_NAME.get(token.text.casefold())
        behind = row[at + 1].before + row[at + 1].text if at + 1 < len(row) else ""
        if (name and token.text[0].isupper() and not NO_LANGUAGE_BEHIND.match(behind)) or (
            name and name.casefold() != token.text.casefold()
        ):
            yield name
