"""The pages of a Word document's lines."""

from collections.abc import Sequence

from candidates.child.docx.lists import BULLET

TELLING_CHARS = 12  # shorter lines may occur on any page


def onto_pages(text: str, pages: Sequence[str], *, whole: bool = True) -> list[str]:
    """Split `text` into the text of each page, by where its lines occur in the drawn `pages`.

    Lines keep their order; a line that is not found stays with the line before it. If `pages` are not the
    `whole` document, lines after the last one found are left out.
    """
    shown = ["".join(page.split()) for page in pages]
    shares: list[list[str]] = [[] for _ in pages]
    at = last = 0
    lines = text.split("\n")
    places = []
    for number, line in enumerate(lines):
        words = "".join(line.replace(BULLET, "").split())  # pages may draw it as another character
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
