"""A résumé as parsed by the rules: its text, its career, and the lines that count only in part."""

from dataclasses import dataclass

from gpu_worker.engines.rules.sections import Section
from gpu_worker.engines.rules.text import Line, Text
from gpu_worker.engines.rules.timeline import Career, Role

DUTY_WORDS = 8  # of a line without a bullet
LEAST_DUTIES = 2
DOES = (Section.EXPERIENCE, Section.PROJECTS)


@dataclass(frozen=True)
class ParsedResume:
    """`pasted` holds the numbers of lines copied from the job; `stuffed` is true if lists name too much."""

    text: Text
    career: Career
    pasted: frozenset[int]
    stuffed: bool

    def shows(self, line: Line) -> bool:
        """Whether `line` describes work done, rather than lists claimed skills."""
        return line.section in DOES or bool(self.roles_of(line))

    @property
    def tells_of_work(self) -> bool:
        """Whether the roles list duties, which could name what was used."""
        duties = [
            line
            for role in self.career.roles
            for line in role.lines
            if line.is_item or len(line.words) > DUTY_WORDS
        ]
        return len(duties) >= LEAST_DUTIES

    def is_believed(self, line: Line) -> bool:
        """Whether the terms in `line` count in full."""
        return line.number not in self.pasted and (self.shows(line) or not self.stuffed)

    def roles_of(self, *lines: Line) -> list[Role]:
        return self.career.roles_of(lines)
