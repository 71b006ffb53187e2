"""The visible text of Word documents (.docx), from headers to footnotes.

In the order of the body, with bullets, tables and text boxes; without hidden runs and deleted text.
"""

import codecs
import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from candidates.child import limits
from candidates.child.docx.lists import BULLET, Lists
from candidates.child.docx.styles import Styles, on
from candidates.child.docx.xml_tree import parsed
from candidates.child.instructions import instructions
from candidates.child.refused import Refused
from candidates.child.text import PAGE_CHARS, cleaned

PART_BYTES = 32 * 2**20  # unpacked; a long résumé has 1 MB
ALL_PARTS_BYTES = 64 * 2**20
ENCRYPTED = 0x1
MARKS = {"w.tab": "\t", "w.ptab": "\t", "w.br": "\n", "w.cr": "\n", "w.noBreakHyphen": "-"}
# Their content was deleted, or is not text of the page.
PASSED_OVER = {"w.del", "w.moveFrom", "w.rPr", "w.pPr", "w.sectPr", "w.tblPr", "w.trPr", "w.tcPr"}


def examine(data: bytes) -> dict[str, Any]:
    """Return the reply for the Word document `data`: one page without size or image. Raises Refused."""
    if not data:
        raise Refused("nothing")
    codecs.lookup("cp437")  # the encoding of file names in a ZIP
    limits.no_more_files()
    try:
        text = "\n".join(_Word(Package(data)).lines())
    except (Refused, MemoryError):
        raise
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise Refused("damaged") from error
    text = cleaned(text[:PAGE_CHARS])[:PAGE_CHARS]
    page = {
        "width_pt": 0,
        "height_pt": 0,
        "text": text,
        "image": None,
        "instructions": instructions(text),
    }
    return {"page_count": 1, "pages": [page]}


class Package:
    """The parts of an office document, by name and by their relationships."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._left = ALL_PARTS_BYTES

    def part(self, name: str) -> Element | None:
        """Return the root of the part `name`, None if there is no such part."""
        try:
            entry = self._zip.getinfo(name)
        except KeyError:
            return None
        if entry.flag_bits & ENCRYPTED:
            raise Refused("password")
        most = min(PART_BYTES, self._left)
        with self._zip.open(entry) as packed:
            xml = packed.read(most + 1)
        if len(xml) > most:
            raise Refused("memory")
        self._left -= len(xml)
        return parsed(xml)

    def linked(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the internal links of the part `name`: id -> (kind, name)."""
        folder, file = posixpath.split(name)
        links = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        if links is None:
            return {}
        return {
            link.get("Id", ""): (
                link.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/"),
            )
            for link in links.iter("p.Relationship")
            if link.get("TargetMode") != "External"
        }


class _Word:
    def __init__(self, package: Package) -> None:
        self._package = package
        mains = (part for kind, part in package.linked("").values() if kind == "officeDocument")
        main = next(mains, "word/document.xml")
        document = package.part(main)
        body = None if document is None else document.find("w.body")
        if body is None:
            raise Refused("word")
        self._body, self._links = body, package.linked(main)
        self._styles = Styles(self._only("styles"))
        self._lists = Lists(self._only("numbering"), self._styles)
        self._notes: list[tuple[str, str]] = []  # referenced notes: the kind of their part, their id

    def _only(self, kind: str) -> Element | None:
        name = next((name for linked, name in self._links.values() if linked == kind), None)
        return None if name is None else self._package.part(name)

    def lines(self) -> Iterator[str]:
        """Yield the lines of headers, body, footnotes and footers."""
        yield from self._around("header")
        yield from self._blocks(self._body)
        yield from self._noted()
        yield from self._around("footer")

    def _around(self, kind: str) -> Iterator[str]:
        """Yield the lines of the headers (or footers) that are shown, each part once."""
        shown: dict[str, None] = {}
        settings = self._only("settings")
        for section in self._body.iter("w.sectPr"):
            for reference in section.iter(f"w.{kind}Reference"):
                place = reference.get("w.type", "default")
                if place == "first" and not on(section, "w.titlePg"):
                    continue
                if place == "even" and not on(settings, "w.evenAndOddHeaders"):
                    continue
                shown[self._links.get(reference.get("r.id", ""), ("", ""))[1]] = None
        for name in shown:
            part = self._package.part(name)
            if part is not None:
                yield from self._blocks(part)

    def _noted(self) -> Iterator[str]:
        for kind in ("footnote", "endnote"):
            wanted = list(dict.fromkeys(number for noted, number in self._notes if noted == kind))
            part = self._only(f"{kind}s") if wanted else None
            notes = {} if part is None else {note.get("w.id", ""): note for note in part.iter(f"w.{kind}")}
            for number in wanted:
                if number in notes:
                    yield from self._blocks(notes[number])

    def _blocks(self, parent: Element) -> Iterator[str]:
        """Yield the lines of the paragraphs and tables in `parent`."""
        for child in parent:
            if child.tag == "w.p":
                yield from self._paragraph(child)
            elif child.tag == "w.tbl":
                yield from self._table(child)
            elif child.tag == "mc.AlternateContent":
                yield from self._blocks(_chosen(child))
            elif child.tag not in PASSED_OVER:  # content controls, insertions, custom XML
                yield from self._blocks(child)

    def _table(self, table: Element) -> Iterator[str]:
        """Yield a line per row, its cells separated by tabs; cells of several lines one after the other."""
        for row in _within(table, "w.tr"):
            properties = row.find("w.trPr")
            if on(properties, "w.hidden") or (
                properties is not None and properties.find("w.del") is not None
            ):
                continue
            cells = [list(filter(str.strip, self._blocks(cell))) for cell in _within(row, "w.tc")]
            if all(len(lines) < 2 for lines in cells):
                yield "\t".join("".join(lines) for lines in cells)
            else:  # a table used for layout
                yield from (line for lines in cells for line in lines)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        """Yield its line, then the content of text boxes anchored to it."""
        boxes: list[Element] = []
        line = "".join(self._inline(paragraph, paragraph, boxes))
        yield BULLET + line if line.strip() and self._lists.has_bullet(paragraph) else line
        for box in boxes:
            yield from self._blocks(box)

    def _inline(self, parent: Element, paragraph: Element, boxes: list[Element]) -> Iterator[str]:
        for child in parent:
            if child.tag == "w.r":
                if not self._styles.hidden(child, paragraph):
                    yield from self._run(child, paragraph, boxes)
            elif child.tag == "mc.AlternateContent":
                yield from self._inline(_chosen(child), paragraph, boxes)
            elif child.tag not in PASSED_OVER:  # links, fields, content controls, insertions
                yield from self._inline(child, paragraph, boxes)

    def _run(self, run: Element, paragraph: Element, boxes: list[Element]) -> Iterator[str]:
        for child in run:
            if child.tag == "w.t":
                yield child.text or ""
            elif child.tag in MARKS:
                yield MARKS[child.tag]
            elif child.tag in ("w.footnoteReference", "w.endnoteReference"):
                self._notes.append((child.tag[2:].removesuffix("Reference"), child.get("w.id", "")))
            elif child.tag == "w.ruby":  # characters with their pronunciation above them
                for base in child.iter("w.rubyBase"):
                    yield from self._inline(base, paragraph, boxes)
            elif child.tag == "mc.AlternateContent":
                yield from self._run(_chosen(child), paragraph, boxes)
            elif child.tag in ("w.drawing", "w.pict", "w.object"):
                boxes.extend(_boxes(child))


def _within(parent: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, including those in content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in PASSED_OVER:
            yield from _within(child, tag)


def _chosen(alternatives: Element) -> Element:
    """Return the alternative of the content that current programs show."""
    found = alternatives.find("mc.Choice")
    if found is None:
        found = alternatives.find("mc.Fallback")
    return Element("nothing") if found is None else found


def _boxes(drawing: Element) -> Iterator[Element]:
    """Yield the contents of the text boxes in `drawing`; nested ones come with them."""
    for child in drawing:
        if child.tag == "w.txbxContent":
            yield child
        elif child.tag == "mc.AlternateContent":
            yield from _boxes(_chosen(child))
        else:
            yield from _boxes(child)
