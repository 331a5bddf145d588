"""What the CRM holds beside what it should say, field by field, and whose each value is.

Muster writes into a field that is empty and was never ours, and over its own value. Any other value is the
company's people's: it stays, and is listed as theirs. So is a value of ours that somebody emptied. What a
person undid is not written again, nor what was given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from muster.writing_back.facts import Value, Wanted

WRITE, THEIRS, MISSING, UNDONE, GIVEN_UP, SAME = FATES = (
    *("write", "theirs", "missing", "undone", "given_up", "same"),
)
Place = tuple[str, str, str]  # object, the first 15 characters of a record's id, field
Held = Mapping[tuple[str, str], Mapping[str, object]]  # by object and id of 15 characters, the fields' values
_ID = 15  # an id of 18 characters is the same one, with three that check it


@dataclass(frozen=True, slots=True)
class Ours:
    """What we did to a field: the value we left there (nothing, where we never wrote), those that an attempt
    without an answer may have left, and those that were undone or given up since.
    """

    value: Value = None
    maybe: tuple[Value, ...] = ()
    undone: tuple[Value, ...] = ()
    given_up: tuple[Value, ...] = ()

    def holds(self, value: Value) -> bool:
        """Whether a value that is there is ours."""
        return any(same(value, one) for one in (self.value, *self.maybe))


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record: what it holds (`old`), what it should say (`new`), what becomes of it.

    `fate` is write, theirs (a value that is not ours stays), missing (no such record), undone (a person took
    this value back), given_up (it was refused until then) or same.
    """

    object: str
    record_id: str
    field: str
    old: Value
    new: Value
    fate: str

    @property
    def place(self) -> Place:
        """Where it is, whichever way the record's id is spelt."""
        return place(self.object, self.record_id, self.field)


def place(object_: str, record_id: str, field: str) -> Place:
    """A field of a record, whichever way the record's id is spelt."""
    return object_, record_id[:_ID], field


def compare(wanted: Iterable[Wanted], held: Held, ours: Mapping[Place, Ours]) -> list[Change]:
    """The change that each wanted value asks for; `ours` has the fields that we ever wrote or tried to.

    >>> one = Wanted("Account", "001000000000001AAA", "Status__c", "qualified")
    >>> held = {("Account", "001000000000001"): {"Status__c": "hot"}}
    >>> [change.fate for change in compare([one], held, {})]
    ['theirs']
    """
    return [_change(one, held, ours) for one in wanted]


def _change(one: Wanted, held: Held, ours: Mapping[Place, Ours]) -> Change:
    at = place(one.object, one.record_id, one.field)
    record = held.get(at[:2])
    if record is None:
        return Change(one.object, one.record_id, one.field, None, one.value, MISSING)
    old = as_value(record.get(one.field))
    before = ours.get(at, Ours())
    if same(old, one.value):
        fate = SAME
    elif not before.holds(old):
        fate = THEIRS
    elif any(same(one.value, undone) for undone in before.undone):
        fate = UNDONE
    elif any(same(one.value, refused) for refused in before.given_up):
        fate = GIVEN_UP
    else:
        fate = WRITE
    return Change(one.object, one.record_id, one.field, old, one.value, fate)


def as_value(held: object) -> Value:
    """What a CRM's field holds, as we compare it: whole numbers as such, empty text as nothing.

    >>> as_value(61.0), as_value(" x "), as_value(""), as_value(61.5)
    (61, 'x', None, '61.5')
    """
    if held is None:
        return None
    if isinstance(held, int | float) and not isinstance(held, bool) and held == int(held):
        return int(held)
    return str(held).strip() or None


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same, also where one of them is a number kept as text."""
    if one is None or other is None:
        return one is other
    if str(one) == str(other):
        return True
    try:
        return not (isinstance(one, str) and isinstance(other, str)) and Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
