"""Reads a ZIP archive as a folder: each of its files under its own name."""

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from ingest.loaders.within import sections_within
from ingest.sections import Findings, LoaderError, LoadWithin, Section

_MOST_FILES = 2_000
_LARGEST = 128 << 20  # bytes of a file within
_LARGEST_TOGETHER = 1 << 30
_RATIO = 200  # documents shrink by 10 to 50 times; more than this is a bomb
_LEAST_BOMB = 16 << 20  # bytes; smaller files may shrink as they like
_NO_DOCUMENTS = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def load_zip(file: BinaryIO, findings: Findings, load: LoadWithin) -> Iterator[Section]:
    """The sections of each file, below its path. Raises LoaderError for bombs.

    Where the files are documents of their own, their paths are all that the archive says.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, EOFError, OSError):
        raise LoaderError("is damaged: it cannot be opened; get the file again") from None
    infos = [info for info in archive.infolist() if _is_document(info)]
    _refuse_bombs(infos)
    if findings.members is not None and infos:
        yield Section("\n".join(map(_name, infos)))
    for info in infos:
        name = _name(info)
        if info.flag_bits & 1:
            findings.warn(f"{name} is encrypted; pack it again without a password")
            continue
        try:
            with archive.open(info) as member:
                data = member.read(_LARGEST + 1)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # zlib and lzma have errors of their own
            findings.warn(f"{name} is damaged ({type(error).__name__}); pack it again")
            continue
        if len(data) > _LARGEST:
            findings.warn(f"{name} is larger than {_LARGEST >> 20} MiB; ingest it by itself")
            continue
        if findings.members is not None:
            findings.members(name, data, needed=True)
            continue
        yield from sections_within(data, name.rpartition("/")[2], name, "the file", findings, load)


def _is_document(info: zipfile.ZipInfo) -> bool:
    path = info.filename.lower()
    return (
        not info.is_dir() and not path.startswith("__macosx/") and not path.endswith(_NO_DOCUMENTS)
    )


def _name(info: zipfile.ZipInfo) -> str:
    """A member's path; old programs for Windows write it in their own code page."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    return " ".join(name.split())[:500]


def _refuse_bombs(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > _MOST_FILES:
        raise LoaderError(f"has {len(infos):,} files inside, more than {_MOST_FILES:,}; unpack it")
    declared = sum(info.file_size for info in infos)
    if declared > _LARGEST_TOGETHER:
        raise LoaderError(
            f"unpacks to {declared >> 20:,} MiB, more than {_LARGEST_TOGETHER >> 20:,} MiB; unpack "
            "it and ingest the files"
        )
    for info in infos:
        if info.file_size > _LEAST_BOMB and info.file_size > _RATIO * (info.compress_size or 1):
            raise LoaderError(
                f"unpacks to {info.file_size >> 20:,} MiB from {info.compress_size >> 10:,} KiB: "
                "damaged or hostile"
            )
