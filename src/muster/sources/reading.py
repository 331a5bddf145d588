"""The reader that fits a file, and what to say when the file itself is broken."""

from __future__ import annotations

import zipfile
import zlib

from muster.sources import csv_rows, json_rows, parquet_rows
from muster.sources.files import LINES, PARQUET, InputFile
from muster.sources.rows import ReadingChoices, Rows
from muster.sources.text import UnreadableFile

BROKEN = (UnicodeError, EOFError, OSError, zipfile.BadZipFile, zlib.error, RuntimeError)


def open_rows(
    file: InputFile, choices: ReadingChoices, *, careful: bool = False, columns: tuple[str, ...] = ()
) -> Rows:
    """Open a file for reading; raises UnreadableFile when nothing of it can be taken.

    `columns` spares JSON Lines, whose columns no header tells, from being read once more.
    """
    try:
        if file.suffix in PARQUET:
            return parquet_rows.open_parquet(file)
        if file.suffix in LINES:
            return json_rows.open_lines(file, choices, columns=columns)
        return csv_rows.open_csv(file, choices, careful=careful)
    except BROKEN as error:
        raise explained(error) from error


def explained(error: Exception) -> Exception:
    """The error in words for the user where a file is at fault; any other error as it is."""
    match error:
        case UnicodeError():
            encoding = (
                error.encoding if isinstance(error, UnicodeDecodeError) else "the encoding given for it"
            )
            remedy = "Set `encoding` for this source, or save the file as UTF-8."
            return UnreadableFile(f"is not valid {encoding}", remedy=remedy)
        case PermissionError():
            return UnreadableFile("may not be opened", remedy="Give yourself the right to read it.")
        case EOFError() | zlib.error() | zipfile.BadZipFile() | OSError():
            return UnreadableFile("is damaged or cut short", remedy="Copy or export it again.")
        case RuntimeError() if "encrypt" in str(error) or "password" in str(error):
            return UnreadableFile("lies in an archive with a password", remedy="Unpack it first.")
        case NotImplementedError():
            return UnreadableFile("is packed in a way that is not supported", remedy="Unpack it first.")
        case _:
            return error
