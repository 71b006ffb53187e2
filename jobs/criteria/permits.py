"""Work permits: whether a job asks for one, and whether a résumé states or denies one."""

import re

_PERMIT = (
    r"(?:work(?:ing)? (?:permit|visa|authori[sz]ation)|right to work|permission to work|residence permit|arbeitserlaubnis"
    r"|aufenthaltserlaubnis|permis de travail|permiso de trabajo)"
)
_MAY_WORK = r"(?:authori[sz]ed|eligible|permitted|allowed|entitled|able|legally) to work"
_FEW = r"(?:\w+\s+){0,3}?"

ASKS = re.compile(
    rf"(?i)\b(?:{_PERMIT}|{_MAY_WORK}|eligibility to work|visa|green card|citizen\w*|aufenthaltstitel)\b"
)
NEEDS_NONE = re.compile(
    rf"(?i)\b(?:no|without)\s+{_FEW}(?:sponsorship|visa|permit)\s+(?:is\s+|are\s+)?(?:required|needed|necessary)\b"
    r"|\b(?:not|n't|n’t|never|no need to)\s+(?:\w+\s+)?(?:require|need)\b|\bno need (?:for|of)\b|\bno (?:visa )?sponsorship\b"
)
LACKS = re.compile(
    rf"(?i)\b(?:no|without|lack(?:s|ing)?|(?:do|does)(?: not|n't|n’t) (?:yet )?(?:have|hold))\s+{_FEW}(?:{_PERMIT}|visa)\b"
    rf"|\bnot (?:currently |yet )?{_MAY_WORK}\b"
    rf"|\b(?:requir(?:e|es|ing)|need(?:s|ing)?|seeking|looking for)\s+{_FEW}(?:visa|sponsorship|{_PERMIT})\b"
    rf"|\bsponsorship (?:is )?(?:required|needed|necessary)\b|\b(?:{_PERMIT}|visa)\s*[:–-]\s*(?:no|none|required|needed|not yet)\b"
    r"|\bkeine (?:arbeitserlaubnis|aufenthaltserlaubnis)\b|\bsin permiso de trabajo\b|\b(?:sans|pas de) permis de travail\b"
)
HAS = re.compile(
    rf"(?i)\b(?:{_PERMIT}|{_MAY_WORK}|green card|permanent residen\w+|settled status|indefinite leave|blue card"
    r"|niederlassungserlaubnis|(?:eu|us|uk|swiss|british|german|french|spanish|dutch|irish) (?:citizen\w*|national|passport))\b"
)


def asked(line: str) -> bool:
    return ASKS.search(line) is not None


def lacks(line: str) -> bool:
    """Whether a line of a résumé says that there is none, or that an employer has to sponsor it."""
    return NEEDS_NONE.search(line) is None and LACKS.search(line) is not None


def has(line: str) -> bool:
    if lacks(line):
        return False
    needs_none = NEEDS_NONE.search(line) and re.search(r"(?i)\b(?:visa|permit|sponsor\w*)\b", line)
    return HAS.search(line) is not None or needs_none is not None
