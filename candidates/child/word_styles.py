"""What is hidden in a Word document, by its own formatting and by its styles."""

from xml.etree.ElementTree import Element

OFF = ("0", "false", "off")
LONGEST_CHAIN = 50  # styles that are based on each other; also where they are so in a circle


def on(properties: Element | None, name: str) -> bool | None:
    """Return what `properties` say of the switch `name`, None where they say nothing."""
    switch = None if properties is None else properties.find(name)
    return None if switch is None else switch.get("w.val", "1").lower() not in OFF


class Styles:
    """`styles` is the root of the part with the document's styles, None where it has none."""

    def __init__(self, styles: Element | None) -> None:
        root = Element("w.styles") if styles is None else styles
        self._styles = {style.get("w.styleId", ""): style for style in root.iter("w.style")}
        self._default = next(
            (style.get("w.styleId", "") for style in root.iter("w.style") if _is_default_paragraph(style)), ""
        )
        self._everywhere = on(root.find("w.docDefaults/w.rPrDefault/w.rPr"), "w.vanish") is True

    def hidden(self, run: Element, paragraph: Element | None) -> bool:
        """Whether nobody sees the text of `run`: what it says itself counts first, then its styles."""
        properties = run.find("w.rPr")
        own = on(properties, "w.vanish")
        if own is not None:
            return own
        if self._everywhere:
            return True
        of_run = _value(properties, "w.rStyle")
        of_paragraph = _value(None if paragraph is None else paragraph.find("w.pPr"), "w.pStyle")
        # A switch that both styles turn on is off again: so the standard has it.
        return self._vanishes(of_run) != self._vanishes(of_paragraph or self._default)

    def _vanishes(self, style_id: str) -> bool:
        for _ in range(LONGEST_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return False
            said = on(style.find("w.rPr"), "w.vanish")
            if said is not None:
                return said
            style_id = _value(style, "w.basedOn")
        return False


def _is_default_paragraph(style: Element) -> bool:
    return style.get("w.type") == "paragraph" and style.get("w.default", "0").lower() not in OFF


def _value(properties: Element | None, name: str) -> str:
    found = None if properties is None else properties.find(name)
    return "" if found is None else found.get("w.val", "")
