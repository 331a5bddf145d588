"""A scan of every byte of a workspace for what names somebody; it shares no line with what it judges."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq


def hits(folder: Path, named: Iterable[str], *, but: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Which files hold which of the texts, in whatever case, as UTF-8 or UTF-16; `but` some folders."""
    wanted = {text.lower() for text in named}
    left_out = {folder / name for name in but}
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file() or left_out & {file, *file.parents}:
            continue
        for told in _texts(file):
            low = told.lower()
            found += [(file.relative_to(folder).as_posix(), text) for text in wanted if text in low]
    return found


def _texts(file: Path) -> Iterator[str]:
    data = file.read_bytes()
    yield data.decode("latin-1").encode("latin-1").decode("utf-8", errors="ignore")
    yield data.decode("utf-16-le", errors="ignore")
    if file.suffix == ".parquet":  # pages are compressed: a scan of the bytes alone would see nothing
        for name, column in zip(*_columns(file), strict=True):
            yield name
            yield "\n".join(str(cell) for cell in set(map(str, column)))
    elif data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).decode("utf-8", errors="ignore")
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", errors="ignore")


def _columns(file: Path) -> tuple[list[str], list[list[object]]]:
    table = pq.ParquetFile(file).read()
    texts = [
        field.name
        for field in table.schema
        if str(field.type) not in {"int64", "double", "bool"} and not str(field.type).startswith("timestamp")
    ]
    return texts, [table.column(name).unique().to_pylist() for name in texts]
