"""Word documents, put together by hand: `docx(p(run("Mara Vell")))`."""

import io
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = f'xmlns:w="{W}" xmlns:r="{LINKS}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
ROOT = ("rId1", "officeDocument", "word/document.xml")


def docx(
    body: str,
    more: Mapping[str, str | bytes] | None = None,
    *,
    linked: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """`linked` is id -> (kind, content) of further parts; `more` are members of the ZIP by name."""
    links = [(number, kind, f"{number}.xml") for number, (kind, _) in (linked or {}).items()]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships(ROOT),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relationships(*links),
    }
    parts |= {f"word/{number}.xml": content for number, (_, content) in (linked or {}).items()}
    return zipped({**parts, **(more or {})})


def relationships(*links: tuple[str, str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="{number}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for number, kind, target in links
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def zipped(members: Mapping[str, str] | Mapping[str, bytes] | Mapping[str, str | bytes]) -> bytes:
    """A ZIP of `members` by name; the same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def p(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def table(*rows: list[str]) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def part(kind: str, content: str) -> str:
    """A header (`hdr`), a footer (`ftr`), or notes."""
    return f"<w:{kind} {SPACES}>{content}</w:{kind}>"


def style(
    name: str, properties: str = "", based_on: str = "", kind: str = "character", default: int = 0
) -> str:
    return (
        f'<w:style w:type="{kind}" w:default="{default}" w:styleId="{name}">'
        f'<w:basedOn w:val="{based_on}"/><w:rPr>{properties}</w:rPr></w:style>'
    )


def text_box(content: str) -> str:
    return f"<w:txbxContent>{content}</w:txbxContent>"
