"""Whole cents written as money. No float anywhere: every rounding is of whole numbers."""

from __future__ import annotations

MINUS = "\u2212"
NBSP = "\u00a0"

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
# (cents in one unit, letter); the first that the amount reaches once rounded is used, else thousands
_SCALES = ((100_000_000_000, "B"), (100_000_000, "M"))
_SMALLEST_SHORT = 1_000_000  # below 10,000 the dollars themselves are short enough


def symbol(currency: str) -> str:
    """The sign written before an amount; the code itself where a currency has none of its own."""
    return SYMBOLS.get(currency, currency + NBSP)


def exact(cents: int, currency: str) -> str:
    """With cents: $4,213,406.17."""
    return _signed(cents, f"{symbol(currency)}{abs(cents) // 100:,}.{abs(cents) % 100:02d}")


def whole(cents: int, currency: str) -> str:
    """For tables: $4,213,406, half a dollar rounded up."""
    units = round_half_up(abs(cents), 100)
    return _signed(units and cents, f"{symbol(currency)}{units:,}")


def short(cents: int, currency: str) -> str:
    """For sentences: $4.2M, $812K, $4,213.

    >>> short(420_000_000, "USD"), short(99_996_000, "USD")
    ('$4.2M', '$1.0M')
    """
    amount = abs(cents)
    if amount < _SMALLEST_SHORT:
        return whole(cents, currency)
    for unit, letter in _SCALES:
        if round_half_up(amount, unit // 1000) >= 1000:
            tenths = round_half_up(amount, unit // 10)
            text = f"{tenths // 10}.{tenths % 10}" if tenths < 1000 else f"{round_half_up(amount, unit):,}"
            return _signed(cents, f"{symbol(currency)}{text}{letter}")
    return _signed(cents, f"{symbol(currency)}{round_half_up(amount, 100_000)}K")


def round_half_up(number: int, unit: int) -> int:
    """How many units a whole number is, half a unit rounded up; never through a float."""
    return (2 * number + unit) // (2 * unit)


def _signed(cents: int, text: str) -> str:
    return f"{MINUS}{text}" if cents < 0 else text
