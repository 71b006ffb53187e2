"""The documents say what is true: files exist, words are listed once, settings and commands are the code's own."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from pydantic import AliasChoices

from candidates.child import archive, limits, page_images, pictures
from candidates.child import libreoffice as child_libreoffice
from candidates.child.docx import docx_text
from candidates.documents import extraction, libreoffice, sandbox
from gpu_worker.core import scheduler
from models_admin.kit.messages import KINDS
from models_admin.models import Phase
from wfc_site import command
from wfc_site.roles import PERMISSIONS
from wfc_site.settings import Environment

ROOT = Path(settings.BASE_DIR)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = ("wfc_site", "gpu_worker", "candidates", "jobs", "models_admin")
FOLDERS = (*PACKAGES, "tests", "config", "docs", "templates")  # what a path in a document may begin with
NO_ROOMS = {"migrations", "management", "static", "templates", "__pycache__"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def quoted(text: str) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def commands(text: str) -> list[str]:
    """What a reader may type: lines of shell blocks, and what is quoted."""
    blocks = [block for kind, block in FENCE.findall(text) if kind == "sh"]
    return [*(line.strip() for block in blocks for line in block.splitlines()), *quoted(text)]


def table(text: str, head: str) -> Iterator[list[str]]:
    """The cells of each row of the table whose first line begins with `head`."""
    lines = text[text.index(head) :].splitlines()[2:]
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def faults(
    find: Callable[[Path], Collection[str]], documents: Iterable[Path] = DOCUMENTS
) -> dict[str, list[str]]:
    """What `find` finds wrong in each of `documents`; {} if there is nothing."""
    found = {str(path.relative_to(ROOT)): sorted(find(path)) for path in documents}
    return {name: wrong for name, wrong in found.items() if wrong}


# Files and names


def is_there(said: str) -> bool:
    """Whether the path or the dotted name `said` is a file, a folder, a module, or a permission."""
    if "/" in said:
        return any(ROOT.glob(said)) or (ROOT / f"{said}.py").is_file()
    path = ROOT.joinpath(*said.split("."))
    granted = {name for of_role in PERMISSIONS.values() for name in of_role}
    return path.is_dir() or path.with_suffix(".py").is_file() or said in granted


def test_paths_and_modules_that_documents_name_exist() -> None:
    paths = rf"(?:{'|'.join(FOLDERS)})(?:/[\w.*-]+)+/?"
    modules = rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+"

    def missing(document: Path) -> set[str]:
        said = {token for token in quoted(document.read_text()) if re.fullmatch(rf"{paths}|{modules}", token)}
        return {token for token in said if not is_there(token)}

    assert faults(missing) == {}


def test_links_within_the_project_lead_to_files() -> None:
    def broken(document: Path) -> list[str]:
        targets = re.findall(r"\]\(([^)#\s]+)", document.read_text())
        return [to for to in targets if "://" not in to and not (document.parent / to).exists()]

    assert faults(broken) == {}


def test_the_single_names_in_the_architecture_are_modules_rooms_classes_or_messages() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    known = {part for path in sources for part in path.relative_to(ROOT).with_suffix("").parts}
    known |= {str(kind) for kind in KINDS}
    for path in sources:
        known |= set(re.findall(r"^\s*(?:class|def|async def) (\w+)", path.read_text(), re.MULTILINE))
    said = [re.sub(r"\(.*\)$", "", token) for token in quoted(read("ARCHITECTURE.md"))]
    single = {token for token in said if re.fullmatch(r"[A-Za-z_]+", token) and not token.startswith("WFC_")}
    assert single - known == set()


# What ARCHITECTURE.md says of the packages


def test_the_architecture_is_read_in_one_go() -> None:
    assert len(read("ARCHITECTURE.md").split()) <= 1_500


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    return found


def layers(contract: dict[str, Any]) -> list[set[str]]:
    """The layers of an import contract, top to bottom, each with the names that share it."""
    rows = [row if isinstance(row, str) else "|".join(row) for row in contract["layers"]]
    return [{name.strip(" ()").rpartition(".")[2] for name in re.split(r"[|:]", row)} for row in rows]


def drawn_rooms() -> dict[str, list[set[str]]]:
    """The rooms of each package as ARCHITECTURE.md lists them."""
    [block] = [block for _, block in FENCE.findall(read("ARCHITECTURE.md")) if "›" in block]
    parts = re.split(r"^(\w+)", block, flags=re.MULTILINE)[1:]
    return {
        package: [set(map(str.strip, room.split("|"))) for room in rooms.split("›")]
        for package, rooms in zip(parts[::2], parts[1::2], strict=True)
    }


def test_the_packages_are_listed_as_the_contract_orders_them() -> None:
    [contract] = [one for one in contracts() if one["type"] == "layers" and "containers" not in one]
    listed = [cells[0].strip("`") for cells in table(read("ARCHITECTURE.md"), "| package |")]
    place = {name: number for number, layer in enumerate(layers(contract)) for name in layer}
    assert set(listed) == place.keys()
    assert [place[name] for name in listed] == sorted(place.values())


@pytest.mark.parametrize("package", ["candidates", "gpu_worker", "models_admin"])
def test_the_rooms_are_those_of_the_import_contract(package: str) -> None:
    drawn = drawn_rooms()[package]
    [contract] = [one for one in contracts() if package in one.get("containers", ())]
    folders = {path.name for path in (ROOT / package).iterdir() if path.is_dir()}
    matter = (folders - NO_ROOMS) | set().union(*drawn)
    assert drawn == [layer & matter for layer in layers(contract) if layer & matter]


@pytest.mark.parametrize("package", ["candidates", "gpu_worker", "models_admin"])
def test_no_room_is_left_out(package: str) -> None:
    folders = {path.name for path in (ROOT / package).iterdir() if path.is_dir()}
    rooms = {name for name in folders - NO_ROOMS if any((ROOT / package / name).glob("*.py"))}
    assert rooms - set().union(*drawn_rooms()[package]) == set()


def test_the_scheduler_has_as_many_rules_as_the_architecture_says() -> None:
    assert "Its ten rules" in read("ARCHITECTURE.md")
    assert len(re.findall(r"^\d+\. ", scheduler.__doc__, re.MULTILINE)) == 10


# Words


def glossary() -> list[list[str]]:
    return list(table(read("GLOSSARY.md"), "| word |"))


def test_the_glossary_is_short() -> None:
    assert len(glossary()) <= 60


def test_the_glossary_explains_no_word_twice() -> None:
    words = Counter(word.lower() for word in re.findall(r"\*\*(.+?)\*\*", read("GLOSSARY.md")))
    assert [word for word, times in words.items() if times > 1] == []


def test_the_glossary_leaves_no_word_without_meaning() -> None:
    assert [cells for cells in glossary() if len(cells) != 2 or not all(cells)] == []


# Decisions


def index() -> dict[str, str]:
    """Titles by file name, as the index has them."""
    lines = re.findall(r"^\* \[(.+)\]\((.+)\)$", read("docs/decisions/README.md"), re.MULTILINE)
    return {file: title for title, file in lines}


def test_the_index_lists_every_decision_once() -> None:
    assert read("docs/decisions/README.md").count("\n* [") == len(index())
    assert index().keys() == {path.name for path in DECISIONS}


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(number(path)) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def number(decision: Path) -> str:
    return decision.name.split("-")[0]


def test_every_decision_has_its_number_and_the_title_of_the_index() -> None:
    def untitled(decision: Path) -> list[str]:
        title = decision.read_text().splitlines()[0]
        wanted = f"# {index()[decision.name]}"
        return [] if title == wanted and title.startswith(f"# {number(decision)}. ") else [title]

    assert faults(untitled, DECISIONS) == {}


def test_every_decision_has_a_date_and_a_status() -> None:
    def undated(decision: Path) -> list[str]:
        others = "|".join(number(other) for other in DECISIONS if other != decision)
        head = "\n".join(decision.read_text().splitlines()[2:4])
        pattern = rf"Date: 20\d\d-[01]\d-[0-3]\d\nStatus: (accepted|superseded by ({others}))"
        return [] if re.fullmatch(pattern, head) else [head]

    assert faults(undated, DECISIONS) == {}


def test_every_decision_has_context_decision_and_consequences() -> None:
    def parts(decision: Path) -> list[str]:
        found = re.findall(r"^## (.+)$", decision.read_text(), re.MULTILINE)
        return [] if found == ["Context", "Decision", "Consequences"] else found or ["none"]

    assert faults(parts, DECISIONS) == {}


def test_every_decision_is_short() -> None:
    def length(decision: Path) -> list[str]:
        prose = [line for line in decision.read_text().splitlines()[4:] if not line.startswith("#")]
        words = len(" ".join(prose).split())
        return [] if 80 <= words <= 200 else [f"{words} words"]

    assert faults(length, DECISIONS) == {}


# Settings and commands


def variables() -> dict[str, set[str]]:
    """The names in the environment of each setting, by its field."""
    found = {}
    for field, about in Environment.model_fields.items():
        alias = about.validation_alias
        found[field] = (
            set(map(str, alias.choices)) if isinstance(alias, AliasChoices) else {f"WFC_{field.upper()}"}
        )
    return found


def test_the_readme_lists_every_setting_and_no_other() -> None:
    listed = {name for cells in table(read("README.md"), "| variable |") for name in quoted(cells[0])}
    assert [field for field, its_names in variables().items() if not its_names & listed] == []
    assert listed - set().union(*variables().values()) == set()


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_defaults_in_numbers_are_those_of_the_settings(document: str) -> None:
    by_name = {name: field for field, its_names in variables().items() for name in its_names}
    said, held = [], []
    for cells in table(read(document), "| variable |"):
        fields = [by_name[name] for name in quoted(cells[0]) if name in by_name]
        numbers = cells[2].split(", ")
        if len(fields) == len(numbers) and all(number.isdigit() for number in numbers):
            said += list(zip(fields, map(float, numbers), strict=True))
            held += [(field, float(Environment.model_fields[field].default)) for field in fields]
    assert said
    assert said == held


def test_settings_that_documents_name_exist() -> None:
    known = set().union(*variables().values())
    assert faults(lambda path: set(re.findall(r"\bWFC_[A-Z_]*[A-Z]\b", path.read_text())) - known) == {}


def test_targets_of_make_that_documents_name_exist() -> None:
    known = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))

    def unknown(document: Path) -> set[str]:
        pattern = re.compile(r"(?:[A-Z_]+=\S* )?make ((?:[a-z-]+ ?)+)")
        typed = map(pattern.match, commands(document.read_text()))
        return {target for found in typed if found for target in found[1].split()} - known

    assert faults(unknown) == {}


def test_commands_of_django_that_documents_name_exist() -> None:
    def unknown(document: Path) -> set[str]:
        typed = "\n".join(commands(document.read_text()))
        return set(re.findall(r"(?:manage\.py|wfc manage) (\w+)", typed)) - get_commands().keys()

    assert faults(unknown) == {}


def test_commands_of_wfc_that_documents_name_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    known = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))

    def unknown(document: Path) -> set[str]:
        typed = "\n".join(commands(document.read_text()))
        return set(re.findall(r"(?<![\w.-])wfc ([a-z]+)", typed)) - known

    assert known
    assert faults(unknown) == {}


def test_programs_that_documents_name_are_installed() -> None:
    known: set[str] = set(tomllib.loads(read("pyproject.toml"))["project"]["scripts"])

    def unknown(document: Path) -> set[str]:
        typed = "\n".join(commands(document.read_text()))
        return set(re.findall(r"(?<![\w./-])(?:\.venv/bin/)?(wfc-[a-z-]+)", typed)) - known

    assert faults(unknown) == {}


# Operations


def test_phases_of_a_swap_have_the_words_of_the_pages() -> None:
    rows = list(table(read("docs/operations.md"), "| phase |"))
    said = {word for cells in rows for word in re.findall(r"\*(.+?)\*", cells[0])}
    assert said == set(Phase.labels) - {Phase.SUPERSEDED.label}


@pytest.mark.parametrize(
    "words",
    [
        f"{limits.MEMORY_BYTES / 1e9:g} GB, {limits.CPU_S} s, {sandbox.WALL_S:g} s",
        f"{extraction.MOST_CHARS:,} characters a page",
        f"{page_images.DPI} dpi, {page_images.LONG_SIDE_PX} pixels on the long side, "
        f"{page_images.IMAGE_BYTES >> 20} MiB each, {page_images.DOCUMENT_BYTES >> 20} MiB a document; "
        f"after {page_images.RENDER_S} s of processor time",
        f"{pictures.MOST_PIXELS // 10**6} megapixels",
        f"{archive.MOST_FILES} files, {archive.MOST_BYTES >> 20} MiB unpacked",
        f"{docx_text.PART_BYTES >> 20} MiB unpacked",
        f"{child_libreoffice.MEMORY_BYTES // 10**9} GB of address space, "
        f"{child_libreoffice.CPU_S} s of processor time, {libreoffice.WALL_S:g} s of wall time",
    ],
)
def test_limits_of_documents_are_those_of_the_code(words: str) -> None:
    assert words in read("docs/operations.md")
