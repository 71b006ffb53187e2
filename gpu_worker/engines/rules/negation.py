"""The stance of a line on a term that it names: the person knows it, is learning it, or denies it."""

import re
from collections.abc import Sequence
from enum import StrEnum

from jobs.criteria.tokens import Token

CLAUSE_END = re.compile(r"[.;!?](?:\s|$)|\n")
TURNS = re.compile(r"(?i)\b(?:but|however|although|though|yet|aber|jedoch|mais|pero|instead)\b")
_KNOWING = (
    r"(?:experience|knowledge|exposure|familiarity|background|skills?|expertise|understanding|proficiency|practice|command"
    r"|erfahrung\w*|kenntnisse|expérience|connaissances?|experiencia|conocimientos?)"
)
_FEW = r"(?:[\w'’-]+\s+){0,3}?"
DENIES = re.compile(
    rf"(?i)\b(?:no|without(?: any)?|zero|lack(?:s|ing)?(?: of)?|keine(?:rlei)?|ohne|sin|aucune?|pas d['’e]|sans|ninguna)\s*{_FEW}{_KNOWING}\b"
    rf"|(?:\bnot|n't|n’t|\bnever|\bnicht|\bnie)\s+{_FEW}(?:familiar|experienced|proficient|skilled|versed|worked|work|used|use|know|knows|known"
    r"|touched|tried|learned|learnt|exposed|comfortable|vertraut|gearbeitet)\b"
    r"|\bunfamiliar\b|\bnever\s*$|\bno\s*$"
)
DENIES_BEHIND = re.compile(
    rf"(?i)^\s*(?:[:–—(-]\s*)?(?:(?:no|none|not|never|keine|nicht|aucune?|sin|ninguna)\b\s*(?:{_KNOWING}|yet|used|known|{_FEW}{_KNOWING})|none\b|is new to me|not yet\b)"
)
LEARNS = re.compile(
    r"(?i)\b(?:(?:currently|now|actively|still|started|begun|began|self)[ -]*(?:to )?learn(?:ing)?|learning\s*:"
    r"|(?:willing|eager|keen|want|wants|wanting|like|hope|hoping|plan|planning|ready|happy|looking|excited|aiming)(?: forward)?\s+to\s+"
    r"(?:\w+\s+)?(?:learn\w*|study\w*|explor\w*|train|pick up|gain|get into|work|try|mov\w+|deepen)"
    r"|interest(?:ed)? in|curious about|beginner(?:s|'s|’s)?|basics of|basic (?:knowledge|understanding|skills|familiarity|experience|exposure)"
    r"|some exposure|entry[ -]level|studying|first steps|lerne|lernbereit\w*|grundkenntnisse|j['’]apprends|en cours d['’]apprentissage"
    r"|notions de|aprendiendo|nociones)(?!\w)|\blearning\s*$"
)
LEARNS_BEHIND = re.compile(
    r"(?i)^\s*[:–—(-]?\s*\(?\s*(?:(?:currently |still |now )?learning\b(?! curve)|in training|beginner\w*|basics?\b(?: knowledge| level)?|novice|in progress|to be learned|started|elementary|grundkenntnisse|notions|débutant\w*|básico)"
)
MACHINES = re.compile(
    r"(?i)\b(?:machine|deep|reinforcement|supervised|unsupervised|federated|transfer|representation|e|distance)[ -]learning\b"
)


# A new statement after a comma ends the denial: “no degree, expert in Python”.
AFRESH = re.compile(
    r"(?i),\s*(?:and |with |i )?(?:have |am )?(?:\w+ )?(?:expert|strong|skilled|proficient|fluent|experienced|used|using|built|developed|worked"
    r"|know|solid|extensive|deep|daily|\d+\+? years)\b"
)


class Stance(StrEnum):
    KNOWS = "knows"
    LEARNS = "learns"
    DENIES = "denies"


def stance_of(lead: str, row: Sequence[Token], at: int, length: int) -> Stance:
    """Return the stance on the `length` tokens of `row` from `at`. `lead` is the text that the line continues."""
    before = _last_clause(lead + " " + _text(row[:at]) + row[at].before)
    behind = _first_clause(_text(row[at + length :]))
    before = MACHINES.sub(" ", before)
    if _reaches(DENIES, before) or DENIES_BEHIND.match(behind):
        return Stance.DENIES
    if _reaches(LEARNS, before) or LEARNS_BEHIND.match(behind):
        return Stance.LEARNS
    return Stance.KNOWS


def _reaches(words: re.Pattern[str], before: str) -> bool:
    """Whether `words` occur in `before` and no new statement follows them."""
    found = words.search(before)
    return found is not None and AFRESH.search(before, found.end()) is None


def _text(row: Sequence[Token]) -> str:
    return "".join(token.before + token.text for token in row)


def _last_clause(text: str) -> str:
    return TURNS.split(CLAUSE_END.split(text)[-1])[-1]


def _first_clause(text: str) -> str:
    return re.split(r"[.;!?,]|\n", text, maxsplit=1)[0]
