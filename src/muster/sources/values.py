"""Text to typed values, as DuckDB expressions: dates, money, numbers, flags, ids, addresses.

A reader hands over text only. Here text becomes a value or null; null where there was text means
that the text cannot be read, and `fault` says by which code (see wording.py). Nothing is guessed:
a date whose day and month could be swapped is not a date until the source says which comes first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from muster.sources.date_formats import readable_with
from muster.sources.shape import Cell
from muster.sources.sqltext import literal

DAY: Final = 86_400_000_000  # microseconds
EARLIEST: Final = 631_152_000_000_000  # 1990-01-01: nothing a company exports today is older
LATEST: Final = 253_402_300_800_000_000  # 10000-01-01
_BLANK: Final = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_EMAIL: Final = r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s.<>,;\"()]+"
_EXPONENT: Final = r"\d(\.\d+)?[eE]\+\d{1,3}"
_DAY_OR_MONTH_FIRST: Final = r"\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})\b.*"
# Groups of three must be complete: 1,234.50 is a number; 12,5 is none unless the comma is the decimal sign.
_GROUPED: Final = {
    ".": r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?",
    ",": r"[+-]?\d{1,3}([.\x{a0}\x{202f} ]\d{3})+(,\d*)?",
}
_PLAIN: Final = {".": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", ",": r"[+-]?(\d+,?\d*|,\d+)"}


def instant_of(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def typed(cell: Cell, text: str) -> str:  # noqa: PLR0911 - one return per type reads best
    """SQL for the typed value of `text` (a trimmed, non-empty text expression, or null)."""
    match cell.type:
        case "instant":
            return _instant(cell, text)
        case "day":
            return f"({_instant(cell, text)}) // {DAY} * {DAY}"
        case "cents":
            # Sixteen whole digits and ten decimals; multiplied and rounded as decimals, never as floats.
            factor = 100 * cell.times
            number = f"TRY_CAST({_number(cell, text)} AS DECIMAL(26,10))"
            return f"TRY_CAST(round({number} * CAST({factor} AS DECIMAL({len(str(factor))},0)), 0) AS BIGINT)"
        case "integer":
            number = f"TRY_CAST({_number(cell, text)} AS DECIMAL(28,10))"
            whole = f"TRY_CAST({number} AS DECIMAL(28,0))"
            return f"CASE WHEN {number} = {whole} THEN TRY_CAST({whole} AS BIGINT) END"
        case "real":
            return f"TRY_CAST({_number(cell, text)} AS DOUBLE)"
        case "flag":
            return (
                f"CASE WHEN lower({text}) IN ('true', '1', 'yes', 't', 'y') THEN TRUE "
                f"WHEN lower({text}) IN ('false', '0', 'no', 'f', 'n') THEN FALSE END"
            )
        case "email":
            return f"CASE WHEN regexp_full_match({text}, {literal(_EMAIL)}) THEN lower({text}) END"
        case "path":
            return path(text)
        case "content":
            return f"CASE WHEN {text} LIKE '/%' OR contains({text}, '://') THEN {path(text)} ELSE {text} END"
        case "id":
            exponent = f"{text}[2] IN ('.', 'E', 'e') AND regexp_full_match({text}, {literal(_EXPONENT)})"
            return f"CASE WHEN {exponent} THEN NULL ELSE {text} END"
        case _:
            return text


def can_fail(cell: Cell) -> bool:
    """Whether anything can be wrong with this cell: text that nobody needs is always right."""
    return cell.needed or cell.type != "text"


def fault(cell: Cell, text: str, value: str, *, now: datetime) -> str:
    """SQL condition: something is wrong with this cell."""
    wrong = [] if cell.type == "text" else [f"({text} IS NOT NULL AND {value} IS NULL)"]
    if cell.type in {"instant", "day"}:
        wrong.append(f"coalesce({value} < {EARLIEST} OR {value} >= {_latest(cell, now)}, FALSE)")
    if cell.needed:
        wrong.append(f"{text} IS NULL")
    return " OR ".join(wrong) or "FALSE"


def fault_code(cell: Cell, text: str, value: str) -> str:
    """SQL for the code of what is wrong, evaluated only where `fault` holds."""
    unreadable = literal(cell.type)
    if cell.type in {"instant", "day"}:
        swap = f"regexp_full_match({text}, {literal(_DAY_OR_MONTH_FIRST)})"
        unreadable = literal("format") if cell.format else f"CASE WHEN {swap} THEN 'swap' ELSE 'date' END"
    branches = [f"WHEN {text} IS NULL THEN 'missing'", f"WHEN {value} IS NULL THEN {unreadable}"]
    if cell.type in {"instant", "day"}:
        branches.append(f"WHEN {value} < {EARLIEST} THEN 'early'")
    return f"CASE {' '.join(branches)} ELSE 'future' END"


def trimmed(cell: Cell, text: str) -> str:
    """SQL for the text a cell is read from: null when blank; text columns keep their own spaces."""
    # Most cells begin and end in a visible ASCII character; only the others are worth a real trim.
    stripped = f"nullif(trim({text}, {_BLANK}), '')"
    if cell.type == "text":
        seen = f"({text} >= '!' AND {text} < chr(127))"
        return f"CASE WHEN {seen} OR ({text} <> '' AND {stripped} IS NOT NULL) THEN {text} END"
    clean = f"{text} >= '!' AND {text} < chr(127) AND {text}[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {text} = '' THEN NULL WHEN {clean} THEN {text} ELSE {stripped} END"


def path(text: str) -> str:
    """SQL for the path of an address: without scheme, host, query, fragment and last slash."""
    bare = f"regexp_replace({text}, '[?#].*$', '', 's')"
    bare = f"regexp_replace({bare}, '^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*', '')"
    bare = f"coalesce(nullif(rtrim({bare}, '/'), ''), '/')"
    odd = f"contains({text}, '?') OR contains({text}, '#') OR contains({text}, '//') OR {text} LIKE '%/'"
    return f"CASE WHEN {odd} THEN {bare} ELSE {text} END"


def _instant(cell: Cell, text: str) -> str:
    # A year of four digits first: the engine alone would also take 'epoch', 'infinity' and the year 294247.
    year_first = f"{text}[1] BETWEEN '0' AND '9' AND {text}[5] IN ('-', '/')"
    iso = f"CASE WHEN {year_first} THEN epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)) END"
    if cell.format:
        formats = ", ".join(literal(pattern) for pattern in readable_with(cell.format))
        iso = f"coalesce(epoch_us(try_strptime({text}, [{formats}])), {iso})"
    return f"({iso}) + {cell.plus_days * DAY}" if cell.plus_days else iso


def _number(cell: Cell, text: str) -> str:
    """The text with a plain decimal point, or null when it is not a number as written."""
    sign = cell.decimal
    if sign == ".":
        ungrouped, plain = f"replace({text}, ',', '')", text
    else:
        ungrouped = f"replace(translate({text}, '. ' || chr(160) || chr(8239), ''), ',', '.')"
        plain = f"replace({text}, ',', '.')"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_PLAIN[sign])}) THEN {plain} "
        f"WHEN regexp_full_match({text}, {literal(_GROUPED[sign])}) THEN {ungrouped} END"
    )


def _latest(cell: Cell, now: datetime) -> int:
    return instant_of(now) + DAY if cell.happened else LATEST
