"""Rows and texts without what names an erased person; what counts and what is paid for stays.

Done to the rows as a reader hands them over, before anything else sees them: records, rows set aside,
problems and fingerprints are made of what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from muster.sources.rows import RowFault
from muster.sources.shape import Shape
from muster.sources.suppression import EMAIL, NAME, PHONE, RECORD, VISITOR, Suppression
from muster.sources.typing_sql import FileColumns

_PART = r"[^@%\s<>,;:\"'()/?&=\[\]{}\\]+"
_ADDRESS = re.compile(rf"{_PART}(?:@|%40){_PART}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}")
_WORD = re.compile(r"[^\W_]+(?:['\u2019.-](?!s\b)[^\W_]+)*")
GONE = "(erased)"

# Cells that tell of the person and not of what they did.
_OF_A_PERSON = frozenset(
    {
        *("given_name", "family_name", "x_name", "title", "department", "business_unit"),
        *("phone", "street", "city", "postal_code"),
    }
)
_FREE_TEXT = frozenset({"subject", "reason", "x_reason"})  # of a row about them: anything may stand there
_NAMING = frozenset({"subject", "reason", "x_reason", "name"})  # of others' rows: their full name may
_RECORD_CELLS = frozenset({"person_record_id", "converted_person_record_id", "subject_id", "other_id"})


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which Arrow columns of a file hold what."""

    addresses: tuple[str, ...]
    records: frozenset[str]
    visitors: frozenset[str]
    given: str | None
    family: str | None
    phones: tuple[str, ...]
    naming: frozenset[str]
    blanked: frozenset[str]  # in a row about an erased person
    is_of_people: bool


@dataclass(slots=True)
class Scrubber:
    """What the list of a workspace does to rows; counts the rows of a file that it changed."""

    told: Suppression
    touched: list[int] = field(default_factory=list)
    _known: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def batches(
        self, batches: Iterable[pa.RecordBatch], columns: FileColumns, shape: Shape | None
    ) -> Iterator[pa.RecordBatch]:
        """The batches of a file, scrubbed; `touched` has the numbers of the rows of this file after it."""
        self.touched = []
        places = _columns(columns, shape)
        for batch in batches:
            yield self._batch(batch, places)

    def text(self, said: str) -> str:
        """A text without addresses, ids and full names of erased people."""
        found = said
        if "@" in said or "%40" in said:
            found = _ADDRESS.sub(lambda m: self._address(m[0]), found)
        if self.told.lengths:
            found = _TOKEN.sub(lambda m: self._token(m[0]), found)
        return self._without_names(found)

    def tree(self, said: Any) -> Any:
        """The same of every text in what JSON holds, keys too."""
        if isinstance(said, str):
            return self.exactly(said)
        if isinstance(said, list):
            return [self.tree(part) for part in said]
        if isinstance(said, dict):
            return {self.tree(key): self.tree(value) for key, value in said.items()}
        return said

    def exactly(self, said: str) -> str:
        """A value that may be an id as a whole, however short; else a text."""
        if not said:
            return said
        return self._stand(RECORD, said) or self._stand(VISITOR, said) or self.text(said)

    def fault(self, fault: RowFault) -> RowFault:
        """A row that the reader could not take: nothing of it is kept where it names an erased person."""
        if self.text(fault.raw) == fault.raw:
            return fault
        return RowFault(fault.row, fault.code, f'"{GONE}"')

    def is_theirs(self, kind: str, said: str | None) -> bool:
        """Whether an address, an id, a name or a telephone is of somebody erased."""
        return bool(said) and self._stand(kind, said or "") is not None

    def _batch(self, batch: pa.RecordBatch, places: _Columns) -> pa.RecordBatch:
        names = batch.schema.names
        texts = {name: batch.column(name) for name in names if name != "_row"}
        theirs = pa.array([False] * len(batch), pa.bool_())
        changed = theirs
        made = dict(texts)
        for name, cells in texts.items():
            swaps = self._swaps(name, cells, places)
            if not swaps:
                continue
            hit = pc.is_in(cells, value_set=pa.array(list(swaps), pa.string()))
            changed = pc.or_(changed, hit)
            if name not in places.naming:
                theirs = pc.or_(theirs, hit)
            made[name] = pa.array([swaps.get(c, c) for c in cells.to_pylist()], pa.string())
        if places.is_of_people:
            theirs = pc.or_(theirs, self._alike(texts, places, len(batch)))
        changed = pc.or_(changed, theirs)
        if not pc.any(changed).as_py():
            return batch
        for name in places.blanked:
            made[name] = pc.if_else(theirs, pa.scalar("", pa.string()), made[name])
        if places.is_of_people:
            self._readdress(made, texts, theirs, places)
        self.touched += pc.filter(batch.column("_row"), changed).to_pylist()
        return pa.RecordBatch.from_arrays(
            [batch.column("_row"), *(made[n] for n in names if n != "_row")], schema=batch.schema
        )

    def _swaps(self, name: str, cells: pa.Array, places: _Columns) -> dict[str, str]:
        """What takes the place of which values of a column."""
        swaps = {}
        is_record, is_visitor, is_naming = (
            name in places.records,
            name in places.visitors,
            name in places.naming,
        )
        for said in cells.unique().to_pylist():
            if not said:
                continue
            stand: str | None = None
            if is_record:
                stand = self._stand(RECORD, said)
            elif is_visitor:
                stand = self._stand(VISITOR, said)
            elif len(said) in self.told.lengths and len(said) >= 12:
                stand = self._stand(RECORD, said)
            if stand is None and ("@" in said or "%40" in said):
                without = _ADDRESS.sub(lambda m: self._address(m[0]), said)
                stand = without if without != said else None
            if stand is None and is_naming:
                without = self.text(said)
                stand = without if without != said else None
            if stand is not None:
                swaps[said] = stand
        return swaps

    def _alike(self, texts: dict[str, pa.Array], places: _Columns, rows: int) -> pa.Array:
        """Rows that name nobody by address or id we know, but have the name and a telephone of one erased."""
        if places.given is None or places.family is None or not places.phones:
            return pa.array([False] * rows, pa.bool_())
        pairs = zip(texts[places.given].to_pylist(), texts[places.family].to_pylist(), strict=True)
        phones = [texts[phone].to_pylist() for phone in places.phones]
        return pa.array(
            [
                bool(given and family)
                and any(self.is_theirs(PHONE, cells[row]) for cells in phones)
                and self.is_theirs(NAME, f"{given} {family}")
                for row, (given, family) in enumerate(pairs)
            ],
            pa.bool_(),
        )

    def _readdress(
        self, made: dict[str, pa.Array], texts: dict[str, pa.Array], theirs: pa.Array, places: _Columns
    ) -> None:
        """Give all records of one person the one address that stands for them: so they stay one person."""
        if not places.addresses:
            return
        first = places.addresses[0]
        naming = [(RECORD, name) for name in sorted(places.records)]
        naming += [(EMAIL, name) for name in places.addresses] + [(PHONE, name) for name in places.phones]
        said = [(kind, texts[name].to_pylist()) for kind, name in naming]
        cells = made[first].to_pylist()
        for row, is_so in enumerate(theirs.to_pylist()):
            if is_so:
                people = (self.told.find(kind, of_rows[row]) for kind, of_rows in said if of_rows[row])
                cells[row] = next((person.address for person in people if person is not None), "")
        made[first] = pa.array(cells, pa.string())
        for other in places.addresses[1:]:
            made[other] = pc.if_else(theirs, pa.scalar("", pa.string()), made[other])

    def _stand(self, kind: str, said: str) -> str | None:
        key = (kind, said)
        if key not in self._known:
            if len(self._known) > 2_000_000:
                self._known.clear()
            self._known[key] = self.told.stand_in(kind, said)
        return self._known[key]

    def _address(self, said: str) -> str:
        bare = said.rstrip(".")
        stand = self._stand(EMAIL, bare.replace("%40", "@"))
        return said if stand is None else stand + said[len(bare) :]

    def _token(self, said: str) -> str:
        if len(said) not in self.told.lengths:
            return said
        return self._stand(RECORD, said) or self._stand(VISITOR, said) or said

    def _without_names(self, said: str) -> str:
        if not self.told.words or " " not in said:
            return said
        found = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(said)]
        kept, at, word = [], 0, 0
        while word < len(found):
            for size in self.told.words:
                some = found[word : word + size]
                if len(some) == size and self._stand(NAME, " ".join(w for *_, w in some)):
                    kept += [said[at : some[0][0]], GONE]
                    at, word = some[-1][1], word + size
                    break
            else:
                word += 1
        return "".join([*kept, said[at:]])


def _columns(columns: FileColumns, shape: Shape | None) -> _Columns:
    every = {f"r{i}" for i in range(len(columns.names))}
    if shape is None:
        return _Columns((), frozenset(), frozenset(), None, None, (), frozenset(every), frozenset(), False)
    of_people = shape.table == "person_record"
    read: dict[str, list[str]] = {}
    for cell in shape.cells:
        read[cell.name] = [raw for name in cell.columns if (raw := columns.raw(name)) is not None]

    def all_of(names: Iterable[str]) -> frozenset[str]:
        return frozenset(raw for name in names for raw in read.get(name, ()))

    records = all_of(_RECORD_CELLS | ({"merged_into_id"} if of_people else set()))
    personal = all_of(_OF_A_PERSON) if of_people else all_of(_FREE_TEXT)
    kept = all_of(set(read) - _OF_A_PERSON - _FREE_TEXT)
    filtered = {raw for name in shape.where if (raw := columns.raw(name)) is not None}
    only = {raw for c in shape.cells if c.only_where and (raw := columns.raw(c.only_where[0])) is not None}
    unread = every - kept - personal - filtered - only
    one = {name: next(iter(read.get(name, ())), None) for name in ("given_name", "family_name")}
    return _Columns(
        addresses=tuple(read.get("email", ())) if of_people else (),
        records=records,
        visitors=all_of({"visitor_id"}),
        given=one["given_name"],
        family=one["family_name"],
        phones=tuple(read.get("phone", ())),
        naming=frozenset((all_of(_NAMING) if not of_people else frozenset()) | unread),
        blanked=frozenset((personal | unread) - filtered - only),
        is_of_people=of_people,
    )
