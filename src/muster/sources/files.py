"""What lies at a source's path: the files that hold rows, in folders and archives, and the rest."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from muster.problems import ConfigError

TEXT: Final = (".csv", ".tsv", ".txt", ".tab")
LINES: Final = (".jsonl", ".ndjson")
PARQUET: Final = (".parquet",)
READ: Final = (*TEXT, *LINES, *PARQUET)
_GZIP_MAGIC: Final = b"\x1f\x8b"
_SKIPPED: Final = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file with rows: `name` is its place inside the source, `open` gives its bytes.

    Compressed files are opened unpacked. `path` is set where the bytes lie on disk as they are.
    """

    name: str
    suffix: str
    opener: Callable[[], BinaryIO]
    path: Path | None = None

    def open(self) -> BinaryIO:
        """The file's bytes, unpacked: any number of gzip members, whatever the file is called."""
        raw = self.opener()
        magic = raw.read(2)
        raw.close()
        raw = self.opener()
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if magic == _GZIP_MAGIC else raw

    @property
    def stem(self) -> str:
        """The file's own name without folders and endings, such as Account."""
        name = PurePosixPath(self.name).name
        for ending in (".gz", *READ):
            if name.lower().endswith(ending):
                name = name[: -len(ending)]
        return name


@dataclass(frozen=True, slots=True)
class Found:
    """Files with rows in the order of their names, files that are not read, archives that are broken."""

    files: tuple[InputFile, ...]
    unread: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


def find_files(path: Path, *, source: str) -> Found:
    """Everything at a source's path: a folder (with what is in it), one file or one archive."""
    if not path.exists():
        raise ConfigError(
            f'muster.toml: source "{source}": there is no file or folder "{path.name}" at its path.',
            remedy="Correct `path`: it starts where muster.toml lies, so a folder beside it is ../NAME.",
        )
    if path.is_file():
        single = _look_into(path, path.name, inside="")
        if not single.files and not single.broken:
            raise ConfigError(
                f'muster.toml: source "{source}": {path.name} is no file that Muster reads.',
                remedy=f"Give {', '.join(READ)} (also .gz), a .zip or a folder of them.",
            )
        return single
    files: list[InputFile] = []
    unread: list[str] = []
    broken: list[str] = []
    for entry in sorted(p for p in path.rglob("*") if p.is_file()):
        name = entry.relative_to(path).as_posix()
        if _is_hidden(name):
            continue
        found = _look_into(entry, name, inside=f"{name}/")
        files += found.files
        unread += found.unread
        broken += found.broken
    return Found(tuple(sorted(files, key=lambda f: f.name)), tuple(unread), tuple(broken))


def _look_into(path: Path, name: str, *, inside: str) -> Found:
    if path.suffix.lower() == ".zip":
        return _look_into_zip(path, name, inside=inside)
    suffix = _suffix(name)
    if suffix is None:
        return Found((), (name,))
    plain = None if name.lower().endswith(".gz") else path
    return Found((InputFile(name, suffix, lambda: path.open("rb"), plain),))


def _look_into_zip(path: Path, name: str, *, inside: str) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and not _is_hidden(e.filename)]
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return Found((), (), (name,))
    files: list[InputFile] = []
    unread: list[str] = []
    for entry in entries:
        label, suffix = inside + entry.filename, _suffix(entry.filename)
        if suffix is None:
            unread.append(label)
        else:
            files.append(InputFile(label, suffix, _zip_opener(path, entry.filename)))
    return Found(tuple(sorted(files, key=lambda f: f.name)), tuple(sorted(unread)))


def _zip_opener(path: Path, entry: str) -> Callable[[], BinaryIO]:
    def opener() -> BinaryIO:
        with zipfile.ZipFile(path) as archive:  # the entry keeps the archive's file open
            return cast("BinaryIO", archive.open(entry))

    return opener


def _suffix(name: str) -> str | None:
    bare = name.lower().removesuffix(".gz")
    found = next((ending for ending in READ if bare.endswith(ending)), None)
    if found is None and bare != name.lower() and "." not in PurePosixPath(bare).name:
        return ".csv"  # Account.gz: what is inside goes by text unless it says otherwise
    return found


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part in _SKIPPED for part in PurePosixPath(name).parts)
