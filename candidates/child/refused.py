"""The sandbox's exception for a file that cannot be read."""


class Refused(Exception):
    """The file cannot be read: `why` is one of the keys of `candidates.documents.sentences`."""

    def __init__(self, why: str, page: int | None = None) -> None:
        self.answer = {"refused": why, "page": page}
