"""On what terms chances are learnt: the dated rules of chances.csv, and the days on which a model is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.engine.protocol import Engine
from muster.recall.clock import FIRST_MONDAY, WEEK

# The rungs of the ladder: what a model is made of, by how many different openings there are to learn from.
RULE = "rule"  # data are thin: the rules' score, and no chance is shown
NEAR_RULE = "near_rule"  # a penalty so strong that the model hardly leaves the rules
RIDGE = "ridge"  # the penalty that does best on accounts that were left out
CHALLENGE = "challenge"  # the same, and boosted trees may challenge it


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds from one instant to another. Lengths of time in microseconds."""

    from_at: int = 0
    to_at: int = 9_000_000_000_000_000
    horizon: int = 13 * WEEK
    learn_every: int = 13 * WEEK
    learn_from: int = 520 * WEEK
    sample_every: int = 4 * WEEK
    one_in_quiet: int = 16
    fewest_openings: int = 40
    free_openings: int = 200
    free_span: int = 26 * WEEK
    challenger_openings: int = 1000
    is_challenged: bool = False
    fewest_closed: int = 40
    borrowed_deals: float = 10.0

    def rung(self, openings: int, span: int) -> str:
        """Where a model of so many different openings stands, learnt from Mondays within such a time."""
        if openings < self.fewest_openings:
            return RULE
        if openings < self.free_openings or span < self.free_span:
            return NEAR_RULE
        return RIDGE if openings < self.challenger_openings else CHALLENGE

    def needed(self, rung: str) -> int | None:
        """How many openings the rung above needs; None on the highest."""
        above = {RULE: self.fewest_openings, NEAR_RULE: self.free_openings, RIDGE: self.challenger_openings}
        return above.get(rung)

    @property
    def quiet_below(self) -> str:
        """Of quiet rows those are learnt from whose lot (two hexadecimal digits) is below this."""
        return f"{256 // self.one_in_quiet:02x}" if self.one_in_quiet > 1 else "g"


def read_terms(engine: Engine) -> tuple[Terms, ...]:
    """The table `rule_chances`, in the order of time."""
    columns = (
        *("from_at", "to_at", "horizon_us", "learn_every_us", "learn_from_us", "sample_every_us"),
        *("one_in_quiet", "fewest_openings", "free_openings", "free_us", "challenger_openings"),
        *("challenger", "fewest_closed", "borrowed_deals"),
    )
    told = ", ".join(f"r.{name}" for name in columns)
    rows = engine.arrow(f"SELECT {told} FROM rule_chances AS r").to_pylist()
    found = [
        Terms(
            from_at=row["from_at"],
            to_at=row["to_at"],
            horizon=row["horizon_us"],
            learn_every=row["learn_every_us"],
            learn_from=row["learn_from_us"],
            sample_every=row["sample_every_us"],
            one_in_quiet=row["one_in_quiet"],
            fewest_openings=row["fewest_openings"],
            free_openings=row["free_openings"],
            free_span=row["free_us"],
            challenger_openings=row["challenger_openings"],
            is_challenged=row["challenger"] == 1,
            fewest_closed=row["fewest_closed"],
            borrowed_deals=float(row["borrowed_deals"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda terms: terms.from_at))


def terms_at(terms: Sequence[Terms], instant: int) -> Terms:
    """The terms in force at an instant; before the first of them, the first."""
    return next((one for one in reversed(terms) if one.from_at <= instant), terms[0])


def learning_days(terms: Sequence[Terms], *, first: int, last: int) -> list[int]:
    """The Mondays on which a model is learnt: from the one that judges the Monday `first` up to `last`.

    Every so many weeks counted from the first Monday of the calendar, not from the company's first record,
    so that the same days come whatever else is known; and the first Monday on which other terms hold, so
    that each Monday is judged by a model learnt on the terms of that Monday.
    """
    longest = max(one.learn_every for one in terms)
    begin = first - (first - FIRST_MONDAY) % longest - longest
    due = [
        monday
        for monday in range(begin, last + 1, WEEK)
        if (monday - FIRST_MONDAY) % terms_at(terms, monday).learn_every == 0
        or terms_at(terms, monday) is not terms_at(terms, monday - WEEK)
    ]
    return [day for number, day in enumerate(due) if number + 1 == len(due) or due[number + 1] > first]
