"""What a cell of the board pack may hold, and how each kind is written.

Money stays whole cents until it is text; ratios keep their two whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import singledispatch
from unicodedata import bidirectional

from muster.reports import money
from muster.reports.money import MINUS, NBSP

NOTHING = "\u2013"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Money:
    """Whole cents of a currency; `is_exact` writes the cents too."""

    cents: int
    currency: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both counts or both cents."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Change:
    """From one whole number to another, as a percentage of the first."""

    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A ratio a table holds as such, 0 to 1; None where data are too thin for one."""

    value: float | None


@dataclass(frozen=True, slots=True)
class Days:
    """A length of time in days; None where nothing was measured."""

    value: float | None


Value = None | str | int | date | Decimal | Money | Share | Change | Rate | Days


@singledispatch
def show(value: object) -> str:
    """A value as people read it."""
    raise TypeError(f"The board pack has no way to write a {type(value).__name__}.")


@show.register
def _(value: None) -> str:
    return NOTHING


@show.register
def _(value: str) -> str:
    return value or NOTHING


@show.register
def _(value: int) -> str:
    return f"{value:,}".replace("-", MINUS)


@show.register
def _(value: date) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


@show.register
def _(value: datetime) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}, {value:%H:%M}"


@show.register
def _(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)).replace("-", MINUS)


@show.register
def _(value: Money) -> str:
    return (money.exact if value.is_exact else money.whole)(value.cents, value.currency)


@show.register
def _(value: Share) -> str:
    return NOTHING if value.whole == 0 else percent(Decimal(value.part) / Decimal(value.whole))


@show.register
def _(value: Change) -> str:
    if value.then == 0:
        return NOTHING
    moved = Decimal(value.now - value.then) / Decimal(abs(value.then))
    if moved == 0:
        return f"0{NBSP}%"
    if moved >= 10:
        return f"\u00d7{NBSP}{value.now // value.then:,}"
    return ("+" if moved > 0 else MINUS) + percent(abs(moved))


@show.register
def _(value: Rate) -> str:
    return "thin data" if value.value is None else percent(Decimal(repr(value.value)))


@show.register
def _(value: Days) -> str:
    if value.value is None:
        return NOTHING
    whole = Decimal(repr(value.value))
    digits = Decimal("0.1") if 0 < abs(whole) < 10 else Decimal(1)
    return f"{whole.quantize(digits, rounding=ROUND_HALF_UP):,}".replace("-", MINUS)


def percent(ratio: Decimal) -> str:
    """A ratio as a percentage: one decimal under 10, and where rounding would claim all or nothing.

    >>> percent(Decimal("0.714")), percent(Decimal("0.0412"))
    ('71\\xa0%', '4.1\\xa0%')
    """
    hundred = ratio * 100 or Decimal(0)  # a part of nothing below zero is still nothing
    if 0 < hundred < Decimal("0.05"):
        return f"<0.1{NBSP}%"
    if Decimal("99.95") < hundred < 100:
        return f">99.9{NBSP}%"
    fine = 0 < hundred < Decimal("9.95") or Decimal("99.5") <= hundred < 100
    digits = Decimal("0.1") if fine else Decimal(1)
    return f"{hundred.quantize(digits, rounding=ROUND_HALF_UP):,}{NBSP}%".replace("-", MINUS)


def percent_of(part: int, whole: int) -> str:
    """A part of a whole as a percentage."""
    return percent(Decimal(part) / Decimal(whole))


def words(name: str) -> str:
    """A name of a table's vocabulary as words: `decision_maker` -> `decision maker`."""
    return name.replace("_", " ")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 group`, `2,140 groups`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def isolated(name: str) -> str:
    """A name to be set into a sentence: one written from right to left must not turn the words after it.

    >>> isolated("Acme") == "Acme", isolated("אבג") == "\\u2068אבג\\u2069"
    (True, True)
    """
    turns = any(bidirectional(character) in ("R", "AL") for character in name)
    return f"\u2068{name}\u2069" if turns else name
