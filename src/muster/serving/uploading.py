"""An upload on its way in: a multipart body written to files as it comes, never held in memory.

Nothing of what a browser says is trusted: names become plain ones in one folder, sizes and counts end where
they must, and a body that ends early is no upload.
"""

from __future__ import annotations

import errno
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from muster.serving.form_again import Refused
from muster.sources.files import READ

_BATCH = 1 << 20  # bytes gathered before a thread writes them
_FILES, _FIELDS, _FIELD_BYTES = 200, 20, 4096
_NAME_BYTES = 120
_KINDS = (*READ, ".gz", ".zip")
_ODD = re.compile(r"[^\w .()+-]+")


class UploadRefused(Refused):
    """An upload that is not taken: why, what to do, and the status that its answer has."""

    def __init__(self, message: str, *, remedy: str = "", status: int = 422) -> None:
        super().__init__(message, remedy=remedy, field="files", status=status)


@dataclass(frozen=True, slots=True)
class Received:
    """What came in whole: the form's fields, and the names of the files as they lie in the folder."""

    fields: dict[str, str]
    files: tuple[str, ...]


def safe_name(given: str) -> str:
    r"""A plain file name out of what a browser calls a file; UploadRefused where Muster reads no such file.

    >>> safe_name("../../etc/Account.csv"), safe_name("C:\\exports\\Lead 1.csv.gz"), safe_name(".Käufe*.csv")
    ('Account.csv', 'Lead 1.csv.gz', 'Käufe_.csv')
    """
    last = PurePosixPath(given.replace("\\", "/")).name
    plain = _ODD.sub("_", unicodedata.normalize("NFC", last)).strip(" .")
    ending = next((e for e in _endings() if plain.lower().endswith(e)), "")
    stem = plain[: len(plain) - len(ending)].strip(" .")
    if not ending or not stem:
        raise UploadRefused(
            f"{last[:80] or 'A file without a name'} is no file that Muster reads.",
            remedy=f"Choose {', '.join(READ)} (also .gz) or .zip files.",
        )
    while len((stem + ending).encode()) > _NAME_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + plain[len(plain) - len(ending) :]


def _endings() -> list[str]:
    return sorted((*(f"{kind}.gz" for kind in READ), *_KINDS), key=len, reverse=True)


async def receive(
    content_type: str, stream: AsyncIterator[bytes], folder: Path, *, most: int, fields: dict[str, str]
) -> Received:
    """Write the files of a multipart body into an empty folder; `most` is the bytes of the whole body.

    `fields` is filled as they come, so that they are known of an upload that is refused, too.

    What is refused is read to its end and thrown away, so that a browser gets to read why.
    Raises UploadRefused.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
        raise UploadRefused("This is no upload.", remedy="Choose files on the page.", status=415)
    parts = _Parts(folder, fields)
    refused: UploadRefused | None = None
    pending, size = bytearray(), 0
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        async for chunk in stream:
            size += len(chunk)
            if size > most:
                raise too_large(most)
            if refused is not None:
                continue
            pending += chunk
            if len(pending) >= _BATCH:
                refused = await run_in_threadpool(_fed, parser, bytes(pending))
                pending.clear()
        refused = refused or await run_in_threadpool(_fed, parser, bytes(pending))
    except FormParserError:
        refused = _garbled()
    finally:
        parts.close()
    if refused is None and not parts.is_whole:
        refused = _garbled()
    if refused is not None:
        raise refused
    return Received(parts.fields, tuple(parts.files))


def too_large(most: int) -> UploadRefused:
    """What is said of an upload beyond the limit."""
    return UploadRefused(
        f"An upload may have {most // 1_000_000:,} MB in all.",
        remedy="Pack the files (.zip or .gz), upload them in parts, or name a folder on the serving machine.",
        status=413,
    )


def no_room() -> UploadRefused:
    """What is said when the disk has no room for an upload."""
    return UploadRefused(
        "The disk of the serving machine has no room for this upload.",
        remedy="Nothing of it was kept. Make room there, then upload again.",
        status=507,
    )


def _garbled() -> UploadRefused:
    return UploadRefused("The upload ended before it was whole.", remedy="Upload again.", status=400)


def _fed(parser: MultipartParser, data: bytes) -> UploadRefused | None:
    """Parse and write some bytes; what is wrong with them, if anything is."""
    try:
        parser.write(data)
    except UploadRefused as error:
        return error
    except FormParserError:
        return _garbled()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return no_room()
        raise
    return None


@dataclass(slots=True)
class _Parts:
    """The parts of a body as the parser tells of them."""

    folder: Path
    fields: dict[str, str]
    files: list[str] = field(default_factory=list)
    is_whole: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""
    _name: str = ""  # of the field that comes in; empty for a file
    _text: bytearray = field(default_factory=bytearray)
    _file: BinaryIO | None = None

    def callbacks(self) -> dict[str, object]:
        """What the parser calls, by its names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._take,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._disposition, self._name = b"", ""
        self._text.clear()

    def _end_header(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        given = options.get(b"filename")
        if given is None:
            if len(self.fields) >= _FIELDS or not options.get(b"name"):
                raise _garbled()
            self._name = options[b"name"].decode("utf-8", "replace")
        elif given:
            name = safe_name(given.decode("utf-8", "replace"))
            if name.casefold() in {file.casefold() for file in self.files}:
                raise UploadRefused(f"Two files are called {name}.", remedy="Give them different names.")
            if len(self.files) >= _FILES:
                raise UploadRefused(f"An upload may have {_FILES} files.", remedy="Pack them into a .zip.")
            self._file = (self.folder / name).open("xb")
            self.files.append(name)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._name:
            self._text += data[start:end]
            if len(self._text) > _FIELD_BYTES:
                raise UploadRefused("A field of the form is too long.", remedy="Write less.")

    def _end(self) -> None:
        if self._name:
            self.fields[self._name] = self._text.decode("utf-8", "replace")
        self.close()

    def _finish(self) -> None:
        self.is_whole = True
