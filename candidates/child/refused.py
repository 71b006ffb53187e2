"""How the child says that a file cannot be read."""


class Refused(Exception):
    """The file cannot be read: `why` is one of the words that `candidates.sentences` knows a sentence for."""

    def __init__(self, why: str, page: int | None = None) -> None:
        self.answer = {"refused": why, "page": page}
