"""Files that are wrong in every way we know; each says how many rows were written into it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

HEADER = ["id", "at", "email", "url", "n", "topic"]
Rows = list[list[str]]


@dataclass(frozen=True)
class Malformed:
    """A file's name, its bytes, and how many rows were written into it."""

    name: str
    data: bytes
    written: int


def good_rows(rng: random.Random, prefix: str) -> Rows:
    return [
        [
            f"{prefix}-{i}",
            f"2025-0{rng.randint(1, 9)}-{rng.randint(10, 28)}T0{rng.randint(0, 9)}:00:00Z",
            f"p{rng.randint(1, 9)}@acme.example",
            f"/page/{rng.randint(1, 5)}",
            str(rng.randint(1, 9)),
            "data-platform",
        ]
        for i in range(rng.randint(3, 40))
    ]


def text_of(rows: Rows, *, delimiter: str = ",", end: str = "\n", header: list[str] | None = None) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(HEADER if header is None else header)
    writer.writerows(rows)
    return out.getvalue()


def spoilt(rows: Rows, rng: random.Random, column: int, values: list[str]) -> Rows:
    """Some rows with a value that does not belong into its column."""
    return [
        [*row[:column], rng.choice(values), *row[column + 1 :]] if rng.random() < 0.4 else row for row in rows
    ]


def _lines(text: str) -> list[str]:
    return text.splitlines()


def _stray_quote(rows: Rows, rng: random.Random) -> str:
    lines = _lines(text_of(rows))
    at = rng.randrange(1, len(lines))
    cells = lines[at].split(",")
    cells[rng.randrange(1, 6)] = rng.choice(['"never closed', 'a"b', '"a"b', '"'])
    lines[at] = ",".join(cells)
    return "\n".join(lines) + "\n"


def _ragged(rows: Rows, rng: random.Random) -> str:
    lines = _lines(text_of(rows))
    for at in range(1, len(lines)):
        lines[at] = rng.choice(
            [lines[at], lines[at] + ",x", lines[at].rpartition(",")[0], lines[at] + ",", "only one"]
        )
    return "\n".join(lines)


def _blank_lines(rows: Rows, rng: random.Random) -> str:
    return "".join(line + "\n" * rng.choice([1, 1, 2, 3]) for line in _lines(text_of(rows)))


def _every(line: Callable[[str], str], text: str) -> str:
    return "".join(line(each) + "\n" for each in _lines(text))


ODD_TEXT = [
    'say "hi"',
    "a,b",
    "two\nlines",
    "two\r\nlines",
    "zero\u200bwidth",
    "mañana 日本 🙂",
    "\u202ertl",
    "NUL\0here",
    "x" * 70_000,
    "=1+1",
    "<!channel>",
    "'; DROP TABLE x;--",
    "{{x}}",
    "%s",
    "\\",
    '\\"',
    "\t",
    " ",
]
ODD_DATE = [
    "31/02/2025",
    "03/04/2025",
    "4.3.2025",
    "1970-01-01",
    "1899-12-30",
    "2099-01-01",
    "soon",
    "45678",
    "",
    "0",
    "2025-02-30",
    "2025-01-01T99:00",
    "infinity",
    "9" * 40,
]
ODD_NUMBER = ["12,5 Mio. €", "1.5", "-", "NaN", "1e9999", "0x1F", "٣", "9" * 40, "1 000", ""]
ODD_ID = ["1.25E+11", "", " ", "1E+5", "2.5e+10"]
ODD_EMAIL = [
    "nobody",
    "a@b",
    "a@@b.example",
    "Ada <ada@acme.example>",
    "ADA@ACME.EXAMPLE",
    " ada@acme.example ",
    "a@b.example,c@d.example",
]

TextKind = Callable[[Rows, random.Random], "str | bytes"]
TEXT_KINDS: dict[str, TextKind] = {
    "clean": lambda rows, _: text_of(rows),
    "byte order mark": lambda rows, _: text_of(rows).encode("utf-8-sig"),
    "utf-16": lambda rows, rng: text_of(spoilt(rows, rng, 5, ["ünïcode", "日本"])).encode("utf-16"),
    "utf-16 without mark": lambda rows, _: text_of(rows).encode("utf-16-le"),
    "utf-16 big-endian": lambda rows, _: text_of(rows).encode("utf-16-be"),
    "windows-1252": lambda rows, rng: text_of(spoilt(rows, rng, 5, ["Zoë", "5 €", "\u2013"])).encode(
        "cp1252"
    ),
    "semicolons": lambda rows, _: text_of(rows, delimiter=";"),
    "tabs and crlf": lambda rows, _: text_of(rows, delimiter="\t", end="\r\n"),
    "pipes": lambda rows, _: text_of(rows, delimiter="|"),
    "old mac": lambda rows, _: text_of(rows, end="\r"),
    "no last line end": lambda rows, _: text_of(rows).rstrip("\n"),
    "blank lines": _blank_lines,
    "odd text": lambda rows, rng: text_of(spoilt(rows, rng, 5, ODD_TEXT)),
    "odd text, tabs": lambda rows, rng: text_of(spoilt(rows, rng, 5, ODD_TEXT), delimiter="\t"),
    "odd dates": lambda rows, rng: text_of(spoilt(rows, rng, 1, ODD_DATE)),
    "odd numbers": lambda rows, rng: text_of(spoilt(rows, rng, 4, ODD_NUMBER)),
    "odd ids": lambda rows, rng: text_of(spoilt(rows, rng, 0, ODD_ID)),
    "odd addresses": lambda rows, rng: text_of(spoilt(rows, rng, 2, ODD_EMAIL)),
    "everything odd": lambda rows, rng: text_of(
        spoilt(
            spoilt(spoilt(spoilt(rows, rng, 0, ODD_ID), rng, 1, ODD_DATE), rng, 4, ODD_NUMBER),
            rng,
            5,
            ODD_TEXT,
        )
    ),
    "one delimiter too many": lambda rows, _: text_of([[*row, ""] for row in rows]),
    "header too": lambda rows, _: _every(lambda line: line + ",", text_of(rows)),
    "ragged": _ragged,
    "stray quote": _stray_quote,
    "everything quoted": lambda rows, _: _every(
        lambda line: '"' + line.replace(",", '","') + '"', text_of(rows)
    ),
    "empty rows": lambda rows, rng: text_of([r if rng.random() < 0.5 else [""] * 6 for r in rows]),
    "repeats": lambda rows, rng: text_of(rows[:1] * len(rows)),
    "same id, other content": lambda rows, _: text_of([[rows[0][0], *row[1:]] for row in rows]),
    "sep line": lambda rows, _: "sep=;\n" + text_of(rows, delimiter=";"),
    "columns in another order": lambda rows, _: text_of([r[::-1] for r in rows], header=HEADER[::-1]),
    "a column too much, twice": lambda rows, _: text_of(
        [[*r, "1", "2"] for r in rows], header=[*HEADER, "x", "x"]
    ),
    "a column that counts twice": lambda rows, _: text_of([[*r, r[1]] for r in rows], header=[*HEADER, "at"]),
    "a column missing": lambda rows, _: text_of([r[1:] for r in rows], header=HEADER[1:]),
    "capitals and spaces in the header": lambda rows, _: text_of(
        rows, header=[f" {h.upper()} " for h in HEADER]
    ),
    "gzip": lambda rows, _: gzip.compress(text_of(rows).encode()),
    "two gzip members": lambda rows, _: (
        gzip.compress(text_of([]).encode()) + gzip.compress(text_of(rows).encode().partition(b"\n")[2])
    ),
}


def _json_lines(rows: Rows, rng: random.Random) -> str:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in rows]
    odd = [
        "not json",
        "[1,2]",
        "null",
        '{"id": ',
        '"text"',
        '{"id": 1e400, "at": {"deep": [1]}}',
        '{"id":"\\ud800"}',
        "[" * 5000,
    ]
    return "".join((rng.choice(odd) if rng.random() < 0.3 else line) + "\n" for line in lines)


def generate(seed: int) -> list[Malformed]:
    """One file of every kind; ids are the file's own, so that files do not clash."""
    files = []
    for number, (kind, make) in enumerate(TEXT_KINDS.items()):
        rng = random.Random(seed * 1000 + number)
        rows = good_rows(rng, f"{seed}.{number}")
        made = make(rows, rng)
        data = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
        files.append(Malformed(f"{seed}/{number:02d} {kind}.csv", data, len(rows)))
    rng = random.Random(seed)
    rows = good_rows(rng, f"{seed}.json")
    files.append(Malformed(f"{seed}/lines.jsonl", _json_lines(rows, rng).encode(), len(rows)))
    return files
