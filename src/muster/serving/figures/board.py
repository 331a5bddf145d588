"""What a board is made of: states, and the cards and steps of groups or accounts in a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# From nobody there to a sale, and the way out again. An account with several groups stands at the last
# of `STRENGTH` that any of them has.
STATES = ("cold", "warming", "qualified", "working", "opportunity", "customer", "cooling")
STRENGTH = ("cold", "customer", "cooling", "warming", "qualified", "working", "opportunity")
NEW = "new"  # where a group comes from that was not there before
MEANS = {
    "cold": "Its last cycle was lost or fell silent.",
    "warming": "People engage; the group has not qualified.",
    "qualified": "Qualified; sales has not begun to act on it.",
    "working": "With sales, which acts on it; no opportunity yet.",
    "opportunity": "Its opportunity is open.",
    "customer": "Its last cycle was won.",
    "cooling": "Was qualified or engaged and cooled, or was returned by sales.",
}


@dataclass(frozen=True, slots=True)
class Week:
    """The days that are looked at, and the instant up to which they are known."""

    from_at: datetime
    to_at: datetime

    @property
    def last_day(self) -> date:
        """The last day that counts."""
        return (self.to_at - timedelta(microseconds=1)).date()

    @property
    def day_count(self) -> int:
        """How many days they are, begun ones counted."""
        return -(-(self.to_at - self.from_at) // timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Card:
    """A group, or an account, where it stood at the end of the week."""

    account_id: str
    account: str
    buying_group_id: str | None
    solution: str
    country: str | None
    region: str | None
    state: str
    was: str  # at the beginning of the week
    since: datetime
    reason: str
    members: int
    visitors: int
    score: float | None
    cents: int | None  # the open opportunity, the live contracts, or what is expected
    currency: str
    dollars_are: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Mover:
    """One step of a group or account from a state to another, with where it stands at the end of the week."""

    card: Card
    from_state: str
    to_state: str
    at: datetime
    reason: str


def days_of(since: date | None, until: date | None, as_of: datetime) -> Week:
    """The days from one to another, as far as they are known; a week where one end or both are not named.

    Days that are all still to come are the seven up to the as-of date.
    """
    last = _midnight(until) + timedelta(days=1) if until else as_of
    begun = _midnight(since) if since else last - timedelta(days=7)
    if begun >= as_of:
        return Week(as_of - timedelta(days=7), as_of)
    return Week(begun, min(last, as_of))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
