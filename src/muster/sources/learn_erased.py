"""What an export says anew of people who were erased: a further record, another address.

Somebody comes back as a new lead with the old address, or as the old contact with a new one. Both are
found before anything is read into tables, so that rows of other files that name them so are known, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from muster.sources.plan import FilePlan
from muster.sources.reading import BROKEN, open_rows
from muster.sources.rows import NeedsCare, ReadingChoices
from muster.sources.shape import Shape
from muster.sources.suppression import EMAIL, NAME, PHONE, RECORD, Erased, Suppression
from muster.sources.text import UnreadableFile
from muster.sources.typing_sql import FileColumns

_Read = tuple[FilePlan, ReadingChoices]


@dataclass(frozen=True, slots=True)
class _Naming:
    """What one row of people says of who it is."""

    record: str
    email: str
    name: str
    phones: tuple[str, ...]


def learn(told: Suppression, plans: Sequence[_Read]) -> Suppression:
    """The list with what the files of people add to it; the same object where they add nothing.

    A new address counts as theirs only where no record of somebody else has it.
    """
    people = [(p, c) for p, c in plans if p.shape and p.shape.table == "person_record" and p.why_not is None]
    addresses: dict[str, Erased] = {}
    for row in _each(people):
        person = _whose(told, row)
        if person is None:
            continue
        if row.record and told.find(RECORD, row.record) is None:
            told = told.with_further(person, RECORD, {row.record: _another(person)})
        if row.email and told.find(EMAIL, row.email) is None:
            addresses[row.email.lower()] = person
    if not addresses:
        return told
    for row in _each(people):
        person = addresses.get(row.email.lower())
        if person is None or _whose(told, row) is not None:
            continue
        if row.name and (named := told.find(NAME, row.name)) is not None and named.name == person.name:
            told = told.with_further(person, RECORD, {row.record: _another(person)})
        else:
            del addresses[row.email.lower()]
    for email, person in addresses.items():
        told = told.with_further(_now(told, person), EMAIL, {email: person.address})
    return told


def _whose(told: Suppression, row: _Naming) -> Erased | None:
    for kind, said in ((RECORD, row.record), (EMAIL, row.email)):
        if said and (person := told.find(kind, said)) is not None:
            return person
    phone = next((p for p in row.phones if told.find(PHONE, p) is not None), None)
    if phone is None or not row.name or told.find(NAME, row.name) is None:
        return None
    return told.find(PHONE, phone)


def _now(told: Suppression, person: Erased) -> Erased:
    return next(p for p in told.people if p.name == person.name)


def _another(person: Erased) -> str:
    return f"{person.name}-{secrets.token_hex(4)}"


def _each(plans: Iterable[_Read]) -> Iterator[_Naming]:
    for plan, choices in plans:
        assert plan.shape is not None
        take = _taking(plan.columns, plan.shape)
        for careful in (False, True):
            try:
                found = [take(row) for row in _rows(plan, choices, careful=careful)]
            except NeedsCare:
                continue
            except (UnreadableFile, *BROKEN):
                break  # the load itself says what is wrong with it
            yield from found
            break


def _rows(plan: FilePlan, choices: ReadingChoices, *, careful: bool) -> Iterator[dict[str, str | None]]:
    rows = open_rows(plan.file, choices, careful=careful, columns=plan.columns.names)
    try:
        for batch in rows.batches:
            yield from batch.to_pylist()
    finally:
        rows.close()


def _taking(columns: FileColumns, shape: Shape) -> Callable[[dict[str, str | None]], _Naming]:
    read = {
        cell.name: [raw for name in cell.columns if (raw := columns.raw(name)) is not None]
        for cell in shape.cells
    }

    def first(row: dict[str, str | None], cell: str) -> str:
        return next((said.strip() for raw in read.get(cell, ()) if (said := row[raw] or "").strip()), "")

    def take(row: dict[str, str | None]) -> _Naming:
        given, family = first(row, "given_name"), first(row, "family_name")
        name = f"{given} {family}" if given and family else first(row, "x_name")
        phones = tuple(said for raw in read.get("phone", ()) if (said := row[raw] or "").strip())
        return _Naming(first(row, "person_record_id"), first(row, "email"), name, phones)

    return take
