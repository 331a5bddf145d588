"""Columns of an account export that nothing of ours reads: what may tell how well an account fits.

A rule of fit.csv weighs an attribute by its name; muster.toml gives a column that name, as in
`"account_attribute.icp_tier" = "ICP_Tier__c"`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from muster.config.settings import SourceConfig
from muster.problems import WrongUse
from muster.sources import salesforce
from muster.sources.offered import SeenFile
from muster.sources.salesforce import fold, object_of

PREFIX = "account_attribute."
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OURS = ("employee_count", "industry", "country", "region")  # fit rules know them as the account's own


@dataclass(frozen=True, slots=True)
class Unread:
    """A column with a value of it, the share of the first rows in which it is filled (None: not looked
    at), and the name of the fit attribute that muster.toml makes of it (empty: of none).
    """

    column: str
    sample: str
    filled: float | None
    attribute: str


def unread_columns(source: SourceConfig, seen: Sequence[SeenFile], *, currency: str) -> list[Unread]:
    """The columns of the account files that fill no field of ours, the company's own (`__c`) first."""
    if source.kind != "salesforce":
        return []
    shape = salesforce.shapes(
        source.model_copy(update={"fields": {}}), currency=currency, now=datetime.now(UTC)
    )["Account"]
    read = {column for cell in shape.cells for column in cell.columns}
    read |= {cell.only_where[0] for cell in shape.cells if cell.only_where}
    read |= {fold(column) for target, column in source.fields.items() if not target.startswith(PREFIX)}
    named = {fold(column): target for target, column in source.fields.items() if target.startswith(PREFIX)}
    found: dict[str, Unread] = {}
    for file in seen:
        if object_of(file.stem) != "Account":
            continue
        for column, sample in file.samples.items():
            if fold(column) in read or column in found:
                continue
            share = file.filled.get(column, 0) / file.row_count if file.row_count else None
            attribute = named.get(fold(column), "").removeprefix(PREFIX)
            found[column] = Unread(column, sample, share, attribute)
    return sorted(found.values(), key=lambda one: not one.column.endswith("__c"))


def attributes_chosen(columns: Sequence[Unread], chosen: Mapping[str, str]) -> dict[str, str | None]:
    """What `fields` of muster.toml has to say: `chosen` has a name, or nothing, by column.

    A column that it does not speak of stays as it is. Raises WrongUse naming the column whose name is wrong.
    """
    taken: dict[str, str] = {}
    values: dict[str, str | None] = {}
    for one in columns:
        name = chosen.get(one.column, one.attribute).strip()
        if name and _NAME.fullmatch(name) is None:
            words = f'"{name[:60]}" is no name of an attribute.'
            remedy = "Write it in small letters, digits and _, as in icp_tier."
            raise WrongUse(words, remedy=remedy, field=f"attribute.{one.column}")
        if name in _OURS:
            words = f"{name} is a field of the account itself."
            raise WrongUse(words, remedy="Give it another name.", field=f"attribute.{one.column}")
        if name in taken:
            words = f"{taken[name]} is called {name} already."
            raise WrongUse(words, remedy="Give each column its own name.", field=f"attribute.{one.column}")
        if name:
            taken[name] = one.column
        if one.attribute and name != one.attribute:
            values.setdefault(PREFIX + one.attribute, None)
        if name and name != one.attribute:
            values[PREFIX + name] = one.column
    return values
