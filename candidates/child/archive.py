"""ZIP files: their members, unpacked one after the other, each with its problem if it has one."""

import codecs
import zipfile
from typing import IO, Any

from candidates.child import limits
from candidates.child.refused import Refused

MOST_FILES = 500
MOST_BYTES = 500 * 2**20  # of all files together, unpacked
ENCRYPTED = 0x1
UTF_8 = 0x800


def examine(file: IO[bytes], out: IO[bytes], max_file_bytes: int) -> dict[str, Any]:
    """Write the files in the ZIP `file` to `out` and return the reply. Raises Refused."""
    codecs.lookup("cp437")  # the encoding of file names in a ZIP
    limits.no_more_files()
    try:
        packed = zipfile.ZipFile(file)
        members = [member for member in packed.infolist() if _is_file_of_a_person(member)]
    except MemoryError:
        raise
    except Exception as error:  # zipfile raises many kinds
        raise Refused("damaged") from error
    _check(members)
    written = 0
    answers = []
    for member in members:
        content, problem = _unpacked(packed, member, max_file_bytes)
        written += len(content)
        if written > MOST_BYTES:  # the directory claimed less
            raise Refused("unpacked")
        out.write(content)
        answers.append(
            {
                "name": _name(member),
                "size_bytes": len(content) if not problem else member.file_size,
                "problem": problem,
            }
        )
    return {"files": answers}


def _is_file_of_a_person(member: zipfile.ZipInfo) -> bool:
    """Whether a person put it there: no folder, and no file that systems leave behind."""
    *folders, name = member.filename.split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in (*folders, name))
    left_behind = "__MACOSX" in folders or name.lower() in ("thumbs.db", "desktop.ini")
    return bool(name) and not hidden and not left_behind


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise Refused("no_files")
    if len(members) > MOST_FILES:
        raise Refused("members")
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise Refused("password")
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise Refused("unpacked")


def _unpacked(packed: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int) -> tuple[bytes, str | None]:
    """Return the content of `member`, or nothing and its problem."""
    if member.file_size > max_bytes:
        return b"", "too_large"
    try:
        with packed.open(member) as stream:
            content = stream.read(max_bytes + 1)
    except MemoryError:
        raise
    except Exception:  # zipfile and its decompressors raise many kinds
        return b"", "damaged"
    return (content, None) if len(content) <= max_bytes else (b"", "too_large")


def _name(member: zipfile.ZipInfo) -> str:
    """Return the member's file name; many tools write UTF-8 without the flag for it."""
    name = member.filename.rpartition("/")[2]
    if member.flag_bits & UTF_8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name
