"""The company's MQL rule as rules/mql.csv has it: points, fading, threshold, duplicates, recycling."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from muster.problems import RuleError
from muster.rules.read import Rules

DAY = 86_400_000_000  # microseconds
NUMBERS = (
    *("threshold", "half_life_days", "window_days", "duplicate_days", "recycle_days"),
    *("counts_machines", "agree_days", "agree_part"),
)
KINDS = ("rule", "activity", "seniority", "function")


@dataclass(frozen=True, slots=True)
class MqlRule:
    """The rule as it held for a stretch of time. Points are hundredths, spans of time microseconds.

    `half_life` 0: points never fade. `window` 0: they count however old. `duplicate_window` 0: nobody is
    discarded. `rest` None: who was an MQL once is none again.
    """

    from_at: int
    threshold: int
    half_life: int
    window: int
    duplicate_window: int
    rest: int | None
    counts_machines: bool
    agree_within: int
    agree_part: float
    activities: Mapping[str, int]
    seniorities: Mapping[str, int]
    functions: Mapping[str, int]

    def title_points(self, seniority: str | None, function: str | None) -> int:
        """What somebody earns by their title, once, with the first act that earns points."""
        return self.seniorities.get(seniority or "", 0) + self.functions.get(function or "", 0)


@dataclass(frozen=True, slots=True)
class DatedRule:
    """The rule over time: one stretch after the other."""

    stretches: tuple[MqlRule, ...]

    def at(self, instant: int) -> MqlRule:
        """The rule in force at an instant (microseconds)."""
        starts = [stretch.from_at for stretch in self.stretches]
        return self.stretches[max(bisect_right(starts, instant) - 1, 0)]

    @property
    def now(self) -> MqlRule:
        """The rule as it stands last."""
        return self.stretches[-1]

    def with_threshold(self, factor: float) -> DatedRule:
        """The same rule with every threshold times a factor."""
        changed = [replace(each, threshold=round(each.threshold * factor)) for each in self.stretches]
        return DatedRule(tuple(changed))


def mql_rule(rules: Rules) -> DatedRule:
    """The rule that rules/mql.csv holds. Raises RuleError naming what is wrong."""
    rows = rules["mql"]
    for row in rows:
        if row["kind"] not in KINDS:
            raise RuleError(
                f"rules/mql.csv: there is no kind {row['kind']!r}.", remedy=f"Use {', '.join(KINDS)}."
            )
        if row["kind"] == "rule" and row["name"] not in NUMBERS:
            raise RuleError(
                f"rules/mql.csv: there is no rule {row['name']!r}.", remedy=f"Known: {', '.join(NUMBERS)}."
            )
    starts = sorted({0, *(_int(row["from_at"]) for row in rows)})
    return DatedRule(tuple(_stretch(rows, start) for start in starts))


def _stretch(rows: Sequence[Mapping[str, object]], start: int) -> MqlRule:
    held = [row for row in rows if _int(row["from_at"]) <= start < _int(row["to_at"])]
    kinds = {
        kind: {str(row["name"]): _int(row["value"]) for row in held if row["kind"] == kind} for kind in KINDS
    }
    numbers = kinds["rule"]
    for name in NUMBERS:
        if name not in numbers:
            raise RuleError(
                f"rules/mql.csv lacks {name} from the start.", remedy="Add a row effective from 1970-01-01."
            )
        if numbers[name] < 0:
            raise RuleError(f"rules/mql.csv: {name} is less than 0.", remedy="Write 0 or more.", field=name)
    if numbers["threshold"] == 0:
        raise RuleError("rules/mql.csv: threshold must be more than 0.", remedy="Raise it.")
    recycle = numbers["recycle_days"]
    return MqlRule(
        from_at=start,
        threshold=numbers["threshold"],
        half_life=_span(numbers["half_life_days"]),
        window=_span(numbers["window_days"]),
        duplicate_window=_span(numbers["duplicate_days"]),
        rest=_span(recycle) if recycle else None,
        counts_machines=numbers["counts_machines"] > 0,
        agree_within=_span(numbers["agree_days"]),
        agree_part=numbers["agree_part"] / 100,
        activities=kinds["activity"],
        seniorities=kinds["seniority"],
        functions=kinds["function"],
    )


def _span(hundredths_of_days: int) -> int:
    return hundredths_of_days * DAY // 100


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
