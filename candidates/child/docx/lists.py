"""Bullets of a Word document's paragraphs, which its text does not contain."""

from xml.etree.ElementTree import Element

from candidates.child.docx.styles import Styles

BULLET = "• "  # for any bullet that a document draws
NO_LIST = "0"  # takes a paragraph out of the list of its style


class Lists:
    """The lists of a document. `numbering` is the root of the part that defines them, None without one."""

    def __init__(self, numbering: Element | None, styles: Styles) -> None:
        root = Element("w.numbering") if numbering is None else numbering
        drawn = {_get(one, "w.abstractNumId"): _levels(one) for one in root.iter("w.abstractNum")}
        self._bullets = {
            _get(number, "w.numId"): _levels(number, drawn.get(_value(number, "w.abstractNumId"), {}))
            for number in root.iter("w.num")
        }
        self._styles = styles

    def has_bullet(self, paragraph: Element) -> bool:
        """Whether `paragraph` is shown with a bullet: its own properties count first, then its styles."""
        said = list(self._styles.of_paragraph(paragraph, "w.pPr/w.numPr"))
        number = next(filter(None, (_value(one, "w.numId") for one in said)), NO_LIST)
        level = next(filter(None, (_value(one, "w.ilvl") for one in said)), "0")
        return number != NO_LIST and self._bullets.get(number, {}).get(level, False)


def _levels(of: Element, otherwise: dict[str, bool] | None = None) -> dict[str, bool]:
    """Return whether each level of a list has a visible bullet; `otherwise` holds the defaults."""
    own = {
        _get(level, "w.ilvl"): _value(level, "w.numFmt") == "bullet"
        and bool(_value(level, "w.lvlText").strip())
        for level in of.iter("w.lvl")
    }
    return {**otherwise, **own} if otherwise and own else own or otherwise or {}


def _get(element: Element, name: str) -> str:
    return element.get(name, "")


def _value(element: Element, name: str) -> str:
    found = element.find(name)
    return "" if found is None else found.get("w.val", "")
