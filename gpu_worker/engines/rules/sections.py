"""The sections of a résumé, recognised by their headings in English, German, French and Spanish."""

import re
from enum import StrEnum

from jobs.criteria.vocabulary import RESUME_SECTIONS


class Section(StrEnum):
    HEAD = "head"  # everything before the first heading
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    LANGUAGES = "languages"
    PROJECTS = "projects"
    OTHER = "other"


# In order of precedence: “Education and experience” has dates of both kinds and counts as experience.
NOUNS = {
    Section.EXPERIENCE: "experience employment career work arbeitserfahrung berufserfahrung berufspraxis"
    " werdegang praxis tätigkeiten expérience expériences experiencia laboral employments jobs positions roles praktika",
    Section.EDUCATION: "education academic studies training qualifications ausbildung bildung studium schulbildung bildungsweg"
    " formation études diplômes educación formación estudios académica certifications certificates degrees courses"
    " zertifikate weiterbildung weiterbildungen",
    Section.LANGUAGES: "languages sprachen sprachkenntnisse langues idiomas",
    Section.SKILLS: "skills competencies competences expertise technologies toolbox tools strengths kenntnisse fähigkeiten"
    " kompetenzen compétences habilidades competencias conocimientos aptitudes stack proficiencies",
    Section.PROJECTS: "projects projekte projets proyectos portfolio",
}  # fmt: skip
ALONE = {  # headings that count as a whole only
    Section.EXPERIENCE: "work experience|professional background|where i have worked|what i have done|beruflicher werdegang"
    "|parcours professionnel|parcours|trayectoria|trayectoria profesional|experience highlights",
    Section.EDUCATION: "academic background|schools|where i studied",
    Section.SKILLS: "what i know|know-how|areas of expertise|at a glance|technical profile|edv-kenntnisse|it-kenntnisse",
    Section.OTHER: "profil|über mich|kurzprofil|à propos|perfil|sobre mí|about me|about|contact|kontakt|interessen|hobbies|loisirs"
    "|intereses|hobbys|referenzen|referencias|lebenslauf|curriculum|hojas de vida|personal details|personal data|details|links"
    "|persönliche daten|career objective|career summary|executive summary|additional information|activities|memberships",
}
BESIDES = frozenset(
    "and & the of my other relevant professional selected key technical core additional further personal previous earlier"
    " recent current industry related und et y i l' technische technischen fachliche persönliche berufliche professionnelle"
    " professionnelles profesional profesionales técnicas techniques special it main full leadership military teaching"
    " clinical history record highlights".split()
)
BY_NOUN = {noun: section for section, nouns in NOUNS.items() for noun in nouns.split()}
BY_HEADING = {heading: section for section, headings in ALONE.items() for heading in headings.split("|")}
MOST_WORDS = 5
SPACED = re.compile(r"(?:\w ){3,}\w")  # E X P E R I E N C E


def section_of_heading(line: str) -> Section | None:
    """Return the section that `line` opens, None if it is no heading."""
    said = _said(line)
    if said in BY_HEADING:
        return BY_HEADING[said]
    words = said.split()
    if 0 < len(words) <= MOST_WORDS and all(word in BY_NOUN or word in BESIDES for word in words):
        found = [BY_NOUN[word] for word in words if word in BY_NOUN]
        if found:
            return min(found, key=list(Section).index)
    return Section.OTHER if said in RESUME_SECTIONS else None


def _said(line: str) -> str:
    """Return `line` without case, numbering and decoration; join spaced-out letters."""
    line = line.strip(" :.#*_=–—-|")
    if SPACED.fullmatch(line.replace("  ", " ")):
        line = " ".join(part.replace(" ", "") for part in re.split(r"\s{2,}", line))
    return re.sub(r"^[\divx]{1,3}[.)]\s+", "", line.casefold().replace("/", " & ")).strip(" :")
