"""The exports that people uploaded: a folder for each source in the workspace's own, put in place at once."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from muster.config.settings import SourceConfig
from muster.problems import ConfigError
from muster.serving.uploading import UploadRefused, no_room
from muster.sources.files import PARQUET, InputFile, find_files
from muster.sources.reading import BROKEN

FOLDER = "uploads"
_COMING, _GONE = ".coming-", ".gone-"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LEFT_FREE = 256 * 1024 * 1024  # bytes of the disk that an upload leaves to the runs
_UNPACKED = 20  # times the limit of an upload that its files may have once unpacked
_INSIDE, _DIRECTORY = 1000, 1 << 20  # files in an upload; bytes of an archive's list of its files
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file that lies in the upload folder."""

    name: str
    bytes: int
    came_at: datetime


@contextmanager
def coming(workspace: Path, size: int) -> Iterator[Path]:
    """An empty folder for an upload of so many bytes; what is left in it at the end is gone.

    Raises UploadRefused where the disk has no room.
    """
    home = workspace / FOLDER
    home.mkdir(exist_ok=True)
    if shutil.disk_usage(home).free < size + _LEFT_FREE:
        raise no_room()
    folder = Path(tempfile.mkdtemp(prefix=_COMING, dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_contents(folder: Path, *, most: int) -> None:
    """Refuse what is damaged, locked, or grows too large when it is unpacked; `most` is an upload's limit.

    Everything is unpacked once as a run would, and counted, whatever an archive says of itself.
    """
    for archive in folder.glob("*.[zZ][iI][pP]"):
        _check_directory(archive)
    found = find_files(folder, source="upload")
    if found.broken:
        raise UploadRefused(
            f"{found.broken[0]} is no .zip archive, or is damaged.", remedy="Pack or export it again."
        )
    if not found.files:
        raise UploadRefused("No file with rows is in it.", remedy="Choose CSV, JSON Lines or Parquet files.")
    if len(found.files) + len(found.unread) > _INSIDE:
        raise UploadRefused(f"More than {_INSIDE:,} files are in it.", remedy="Upload them in parts.")
    left = most * _UNPACKED
    for file in found.files:
        if file.suffix in PARQUET and file.path is None:
            words = f"{file.name} lies in an archive."
            raise UploadRefused(words, remedy="Upload Parquet files as they are: they are packed already.")
        try:
            left -= _unpacked(file, left)
        except (*BROKEN, pa.ArrowException) as error:
            raise UploadRefused(
                f"{file.name} is damaged, cut short or locked by a password.", remedy="Export it again."
            ) from error
        if left < 0:
            words = f"{file.name} makes more than {most * _UNPACKED // 1_000_000:,} MB when it is unpacked."
            raise UploadRefused(words, remedy="Upload the exports in parts.", status=413)


def keep(workspace: Path, folder: Path, name: str, *, adds: bool) -> None:
    """Put an upload in the place of a source's files, or beside them, where a file of a name gives way.

    Either all of it is in place or nothing changed. The caller holds the workspace, so that nobody reads.
    """
    place = workspace / FOLDER / name
    if adds and place.is_dir():
        there = {file.name.casefold() for file in folder.iterdir()}
        for file in place.iterdir():
            if file.name.casefold() not in there:
                _bring(file, folder / file.name)
    gone = place.with_name(_GONE + name)
    shutil.rmtree(gone, ignore_errors=True)
    if place.exists():
        place.rename(gone)
    try:
        folder.rename(place)
    except OSError:
        if gone.exists():
            gone.rename(place)
        raise
    shutil.rmtree(gone, ignore_errors=True)


def drop(workspace: Path, name: str) -> None:
    """Take an upload away that no source came to name."""
    shutil.rmtree(workspace / FOLDER / name, ignore_errors=True)


def checked_name(name: str) -> str:
    """A source's name as a folder's. Raises ConfigError."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f'"{name[:80]}" is no name for a source.',
            remedy="Use small letters, digits, - and _, as in crm.",
            field="name",
        )
    return name


def tidy(workspace: Path) -> None:
    """Clear what a killed app left behind: unfinished uploads; files that were just taken out go back."""
    for folder in (workspace / FOLDER).glob(f"{_COMING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    for gone in (workspace / FOLDER).glob(f"{_GONE}*"):
        place = gone.with_name(gone.name.removeprefix(_GONE))
        if place.exists():
            shutil.rmtree(gone, ignore_errors=True)
        else:
            gone.rename(place)


def is_uploaded(source: SourceConfig) -> bool:
    """Whether a source is read from its folder of uploads."""
    return Path(source.path) == Path(FOLDER, source.name)


def uploaded(workspace: Path, source: SourceConfig) -> list[UploadedFile]:
    """The files of a source that were uploaded, by name; none for a source that lies elsewhere."""
    if not is_uploaded(source):
        return []
    found = []
    for file in sorted((workspace / FOLDER / source.name).glob("*")):
        stat = file.stat()
        at = datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None)
        found.append(UploadedFile(file.name, stat.st_size, at))
    return found


def _bring(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:  # a disk without hard links
        shutil.copy2(file, place)


def _check_directory(archive: Path) -> None:
    """Refuse an archive whose list of files is too long to be read, before anything reads it."""
    try:
        with archive.open("rb") as raw:
            end = zipfile._EndRecData(raw)  # type: ignore[attr-defined]  # opening it would read all
    except OSError:
        end = None
    if end is not None and end[5] > _DIRECTORY:  # the size of the list in bytes
        raise UploadRefused(f"{archive.name} holds too many files.", remedy="Upload them in parts.")


def _unpacked(file: InputFile, most: int) -> int:
    """The bytes of a file once unpacked, counted no further than just beyond `most`."""
    size = 0
    with file.open() as raw:
        while size <= most and (chunk := raw.read(_CHUNK)):
            size += len(chunk)
    if file.suffix in PARQUET:
        with pq.ParquetFile(file.path) as parquet:  # a page may tell a word once and mean it a million times
            for batch in parquet.iter_batches(batch_size=1024):
                size += batch.nbytes + batch.num_rows
                if size > most:
                    break
    return size
