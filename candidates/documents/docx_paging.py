"""Which page of a Word document a line of its text stands on."""

from collections.abc import Sequence

from candidates.child.docx.lists import BULLET

TELLING_CHARS = 12  # shorter lines may stand anywhere


def onto_pages(text: str, pages: Sequence[str], *, whole: bool = True) -> list[str]:
    """Return the lines of `text` as the text of each page, told by what `pages` show.

    Lines keep their order; one that is found on no further page stays with the line before it. Where `pages`
    are not the `whole` document, what follows the last line that was found on them is left out.
    """
    shown = ["".join(page.split()) for page in pages]
    shares: list[list[str]] = [[] for _ in pages]
    at = last = 0
    lines = text.split("\n")
    places = []
    for number, line in enumerate(lines):
        words = "".join(line.replace(BULLET, "").split())  # pages draw it as any character
        found = None
        if len(words) >= TELLING_CHARS:
            found = next((page for page in range(at, len(shown)) if words in shown[page]), None)
        if found is not None:
            at, last = found, number
        places.append(at)
    for number, (line, place) in enumerate(zip(lines, places, strict=True)):
        if whole or number <= last:
            shares[place].append(line)
    return ["\n".join(share) for share in shares]
