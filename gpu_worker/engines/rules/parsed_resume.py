"""A résumé as the rules have read it: its text, its career, and which of its lines are believed in part only."""

from dataclasses import dataclass

from gpu_worker.engines.rules.sections import Section
from gpu_worker.engines.rules.text import Line, Text
from gpu_worker.engines.rules.timeline import Career, Role

DUTY_WORDS = 8  # of a line without a bullet
LEAST_DUTIES = 2
DOES = (Section.EXPERIENCE, Section.PROJECTS)


@dataclass(frozen=True)
class ParsedResume:
    """`pasted` are numbers of lines that repeat the job's description; `stuffed` says that lists name too much."""

    text: Text
    career: Career
    pasted: frozenset[int]
    stuffed: bool

    def shows(self, line: Line) -> bool:
        """Whether `line` tells of work that was done, rather than lists what the person claims to know."""
        return line.section in DOES or bool(self.roles_of(line))

    @property
    def tells_of_work(self) -> bool:
        """Whether roles have duties, so that what was used could stand there."""
        duties = [
            line
            for role in self.career.roles
            for line in role.lines
            if line.is_item or len(line.words) > DUTY_WORDS
        ]
        return len(duties) >= LEAST_DUTIES

    def is_believed(self, line: Line) -> bool:
        """Whether what `line` names counts in full."""
        return line.number not in self.pasted and (self.shows(line) or not self.stuffed)

    def roles_of(self, *lines: Line) -> list[Role]:
        return self.career.roles_of(lines)
