"""A pack as JSON can keep it, and back: every value with the name of its kind, so that nothing is guessed."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
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
    """What was frozen, equal to what it was.

    What a later Muster says beside it is empty: an old pack knew nothing of it. What it says no more
    is left out.
    """
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
    made = _kinds()[kind]
    told = {f.name: thaw(frozen[f.name]) if f.name in frozen else _unsaid(f) for f in fields(made)}
    return made(**told)


@cache
def _kinds() -> dict[str, type]:
    """Every dataclass that a pack is made of."""
    return {
        name: kind
        for module in (sheets, values, shapes)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and is_dataclass(kind)
    }


def _unsaid(field: Any) -> Any:
    """A field that a frozen value does not have: its default, else nothing of its kind."""
    if field.default is not MISSING:
        return field.default
    kind = str(field.type).split("[")[0]
    return {"str": "", "tuple": (), "int": 0, "bool": False}.get(kind)


def _is_told(value: Any, field: Any) -> bool:
    return bool(getattr(value, field.name) != field.default)
