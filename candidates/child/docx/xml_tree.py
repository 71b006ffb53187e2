"""XML of an office document as a tree of bounded depth, without entity declarations."""

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from candidates.child.refused import Refused

DEEPEST = 250
# The prefixes of tags in our trees; tags of other namespaces get none of these.
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PREFIXES = {**dict.fromkeys(_WORD, "w"), **dict.fromkeys(_LINKS, "r"), _PACKAGE: "p", _COMPATIBLE: "mc"}


def parsed(xml: bytes) -> Element:
    """Return the root of `xml`; tags and attributes have names like `w.p` (a colon would be resolved again).

    Raises Refused.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused("damaged")
        builder.start(_name(tag), {_name(name): value for name, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(tag))

    def refuse(*_: Any) -> None:
        raise Refused("damaged")  # Office writes none, and they can expand a kilobyte to a gigabyte

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused("damaged") from error
    return builder.close()


def _name(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{PREFIXES.get(space, '?')}.{local}" if space else local
