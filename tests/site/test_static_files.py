"""Static files are collected by whoever needs them first, under names that change with their content."""

import multiprocessing
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from wfc_site.static_files import HashedStaticFiles, collected

HASHED = re.compile(r"wfc/\w+\.[0-9a-f]{12}\.js")


@pytest.fixture
def sources(settings, tmp_path) -> Path:
    """The only sources: `page.js`, which imports `shared/words.js`."""
    folder = tmp_path / "sources"
    (folder / "wfc" / "shared").mkdir(parents=True)
    (folder / "wfc" / "page.js").write_text('import { hello } from "./shared/words.js";\nhello();\n')
    (folder / "wfc" / "shared" / "words.js").write_text('export const hello = () => "hello";\n')
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return folder / "wfc"


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def collect(sources, root) -> Callable[[], HashedStaticFiles]:
    return lambda: HashedStaticFiles(location=collected(root))


def releases(root: Path) -> set[Path]:
    return {entry for entry in root.iterdir() if entry.is_dir()}


def test_a_name_carries_a_digest_of_the_content(collect):
    assert HASHED.fullmatch(collect().hashed_files["wfc/page.js"])


def test_an_import_names_the_module_by_its_own_digest(collect):
    store = collect()
    page = Path(store.path(store.hashed_files["wfc/page.js"])).read_text()
    assert f'from "./{store.hashed_files["wfc/shared/words.js"].removeprefix("wfc/")}"' in page


def test_a_changed_module_changes_the_names_of_those_that_import_it(collect, sources):
    before = collect().hashed_files
    (sources / "shared" / "words.js").write_text('export const hello = () => "good day";\n')
    after = collect().hashed_files
    assert {name for name in before if before[name] != after[name]} == {"wfc/page.js", "wfc/shared/words.js"}


def test_an_import_of_a_module_that_is_missing_is_refused(collect, sources):
    (sources / "shared" / "words.js").unlink()
    with pytest.raises(ValueError, match=r"wfc/shared/words\.js"):
        collect()


def test_files_that_are_collected_already_are_left_alone(collect, root):
    written = Path(collect().path("staticfiles.json"))
    before = written.stat().st_ino
    assert (collect().path("staticfiles.json"), written.stat().st_ino) == (str(written), before)


def test_what_a_killed_process_left_unfinished_is_made_anew(collect, root):
    (root / "unfinished" / "wfc").mkdir(parents=True)
    (root / "unfinished" / "wfc" / "stray.js").touch()
    folder = Path(collect().location)
    assert (releases(root), (folder / "wfc" / "stray.js").exists()) == ({folder}, False)


def test_the_three_releases_that_were_used_last_are_kept(collect, sources, root):
    made = []
    for number in range(4):
        (sources / "shared" / "words.js").write_text(f"export const hello = () => {number};\n")
        made.append(Path(collect().location))
    assert releases(root) == set(made[1:])


def test_processes_that_start_at_once_share_one_folder(collect, root):
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=collect) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert ([process.exitcode for process in processes], len(releases(root))) == ([0] * 4, 1)
