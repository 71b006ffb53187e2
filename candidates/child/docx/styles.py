"""Styles of a Word document: which text is hidden, and inherited paragraph properties."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

OFF = ("0", "false", "off")
LONGEST_CHAIN = 50  # styles based on each other, possibly in a circle


def on(properties: Element | None, name: str) -> bool | None:
    """Return the state of the switch `name` in `properties`, None if it is not set."""
    switch = None if properties is None else properties.find(name)
    return None if switch is None else switch.get("w.val", "1").lower() not in OFF


class Styles:
    """The styles of a document. `styles` is the root of the part that defines them, None without one."""

    def __init__(self, styles: Element | None) -> None:
        root = Element("w.styles") if styles is None else styles
        self._styles = {style.get("w.styleId", ""): style for style in root.iter("w.style")}
        self._default = next(
            (style.get("w.styleId", "") for style in root.iter("w.style") if _is_default_paragraph(style)), ""
        )
        self._everywhere = on(root.find("w.docDefaults/w.rPrDefault/w.rPr"), "w.vanish") is True

    def hidden(self, run: Element, paragraph: Element | None) -> bool:
        """Whether the text of `run` is hidden: its own properties count first, then its styles."""
        properties = run.find("w.rPr")
        own = on(properties, "w.vanish")
        if own is not None:
            return own
        if self._everywhere:
            return True
        of_run = _value(properties, "w.rStyle")
        of_paragraph = _value(None if paragraph is None else paragraph.find("w.pPr"), "w.pStyle")
        # A switch that both styles turn on is off again, by the standard.
        return self._vanishes(of_run) != self._vanishes(of_paragraph or self._default)

    def of_paragraph(self, paragraph: Element, path: str) -> Iterator[Element]:
        """Yield the elements at `path` in `paragraph` and its styles, by precedence."""
        style_id = _value(paragraph.find("w.pPr"), "w.pStyle") or self._default
        for place in (paragraph, *self._chain(style_id)):
            found = place.find(path)
            if found is not None:
                yield found

    def _vanishes(self, style_id: str) -> bool:
        said = (on(style.find("w.rPr"), "w.vanish") for style in self._chain(style_id))
        return next((vanishes for vanishes in said if vanishes is not None), False)

    def _chain(self, style_id: str) -> Iterator[Element]:
        """Yield the style and those that it is based on."""
        for _ in range(LONGEST_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = _value(style, "w.basedOn")


def _is_default_paragraph(style: Element) -> bool:
    return style.get("w.type") == "paragraph" and style.get("w.default", "0").lower() not in OFF


def _value(properties: Element | None, name: str) -> str:
    found = None if properties is None else properties.find(name)
    return "" if found is None else found.get("w.val", "")
