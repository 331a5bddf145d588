"""A pack as JSON can keep it, and back: every value with the name of its kind, so that nothing is guessed."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from muster.reports import sheets, values
from muster.reports.charts import shapes

KIND = "kind"


def freeze(value: Any) -> Any:
    """Dataclasses become objects with their kind, tuples lists; fields that hold their default are left out.

    >>> freeze(values.Money(1250, "USD"))
    {'kind': 'Money', 'cents': 1250, 'currency': 'USD'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        kept = {f.name: freeze(getattr(value, f.name)) for f in fields(value) if _is_told(value, f)}
        return {KIND: type(value).__name__} | kept
    if isinstance(value, tuple | list):
        return [freeze(item) for item in value]
    if isinstance(value, datetime):
        return {KIND: "datetime", "iso": value.isoformat()}
    if isinstance(value, date):
        return {KIND: "date", "iso": value.isoformat()}
    if isinstance(value, Decimal):
        return {KIND: "decimal", "digits": str(value)}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"A snapshot has no way to keep a {type(value).__name__}.")


def thaw(frozen: Any) -> Any:
    """What was frozen, equal to what it was."""
    if isinstance(frozen, list):
        return tuple(thaw(item) for item in frozen)
    if not isinstance(frozen, dict):
        return frozen
    kind = frozen[KIND]
    if kind == "datetime":
        return datetime.fromisoformat(frozen["iso"])
    if kind == "date":
        return date.fromisoformat(frozen["iso"])
    if kind == "decimal":
        return Decimal(frozen["digits"])
    return _kinds()[kind](**{name: thaw(item) for name, item in frozen.items() if name != KIND})


@cache
def _kinds() -> dict[str, type]:
    """Every dataclass that a pack is made of."""
    return {
        name: kind
        for module in (sheets, values, shapes)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and is_dataclass(kind)
    }


def _is_told(value: Any, field: Any) -> bool:
    return bool(getattr(value, field.name) != field.default)
