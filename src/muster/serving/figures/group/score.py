"""What a group's score is made of, as it is stored, and what its chance to open rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from muster.reports.charts.group_shapes import Waterfall
from muster.reports.horizon import Horizon
from muster.reports.values import show, words
from muster.serving.figures.asking import Row, latest_first, nulls_last
from muster.serving.figures.group.rows import CHANCE_AGE, Rows

COMPONENTS = ("fit", "intent", "engagement", "frame_control", "completeness")
ASKS = ("budget", "authority", "need", "timing")
SIGNALS = 12  # of a component, the latest, beside its part


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of `score_reason`: points, the strongest evidence, and how many rows stand behind it."""

    component: str
    reason: str
    points: Decimal
    evidence: str | None
    evidence_count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A dated piece of evidence: its points when it happened, and whether they stay or fade."""

    component: str
    happened_at: datetime
    points: Decimal
    fades: str  # "stays", "fades fast", "fades slowly", "until Monday"
    what: str
    engagement_id: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One component of the score: its stored points, its reasons, its latest evidence."""

    component: str
    points: Decimal
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The latest score: the parts add up to it, to the hundredth, as it is stored."""

    scored_at: datetime
    score: Decimal
    parts: tuple[Part, ...]
    policy_version: str

    @property
    def reconciles(self) -> bool:
        """Whether parts, and the reasons of each part, add up to what is stored."""
        by_part = all(sum((r.points for r in part.reasons), Decimal(0)) == part.points for part in self.parts)
        return by_part and sum((part.points for part in self.parts), Decimal(0)) == self.score


@dataclass(frozen=True, slots=True)
class ChanceReason:
    """A part of the log-odds, in millionths."""

    topic: str
    asks: str | None
    millionths: int
    is_missing: bool
    evidence: str | None
    evidence_at: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What sellers ask for by one word (budget, authority, need, timing), and what speaks to it."""

    asks: str
    millionths: int
    reasons: tuple[ChanceReason, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance to open an opportunity within `weeks`, as of a Monday; its parts add up to the log-odds."""

    scored_at: datetime
    weeks: int
    p_open: float | None
    p_open_low: float | None
    p_open_high: float | None
    log_odds: int | None
    rank: int | None
    p_win: float | None
    expected_amount_cents: int | None
    expected_value_cents: int | None
    asked: tuple[Asked, ...]

    @property
    def reconciles(self) -> bool:
        """Whether the parts add up to what is stored."""
        return self.log_odds is not None and sum(a.millionths for a in self.asked) == self.log_odds


def score_of(rows: Rows) -> Score | None:
    """The latest score with what it was made of then; None where the group was never scored."""
    row = max(rows.own("score"), key=itemgetter("scored_at"), default=None)
    if row is None:
        return None
    at = row["scored_at"]
    ranked = sorted(rows["score_reason"], key=lambda r: (-r["points"], r["reason"]))
    reasons = [
        Reason(
            r["component"],
            r["reason"],
            Decimal(r["points"]),
            r["evidence"],
            int(r["evidence_count"]),
            r["sentence"],
        )
        for r in ranked
        if r["scored_at"] == at
    ]
    signals = _signals(rows, at)
    parts = tuple(
        Part(
            component,
            Decimal(row[component]),
            tuple(r for r in reasons if r.component == component),
            tuple(s for s in signals if s.component == component),
        )
        for component in COMPONENTS
    )
    return Score(at, Decimal(row["score"]), parts, row["policy_version"])


def its_reasons(rows: Rows) -> list[Row]:
    """What spoke for and against a chance of its account for its solution."""
    return [row for row in rows["chance_reason"] if row["solution_id"] == rows.group.solution_id]


def _signals(rows: Rows, scored_at: datetime) -> list[Signal]:
    """What stands behind each part: the latest evidence that was known when it was scored."""
    strongest_first = sorted(
        (row for row in rows["signal"] if row["at"] <= scored_at),
        key=lambda r: (-abs(r["points"]), *nulls_last(r, "source_id", "reason")),
    )
    by_component: dict[str, list[Row]] = defaultdict(list)
    for row in latest_first(strongest_first, "at"):
        by_component[row["component"]].append(row)
    acts = {row["engagement_id"]: row for row in rows["resolved_engagement"]}
    names = {row["person_id"]: row["name"] for row in rows["person"] if row["valid_to"] is None}
    found = []
    for component in ("fit", "intent", "engagement", "frame", "completeness"):
        kept = by_component[component][:SIGNALS]
        found += [
            _signal(row, acts.get(row["source_id"]), names)
            for row in sorted(
                kept, key=lambda r: (-_happened(r).timestamp(), *nulls_last(r, "source_id", "reason"))
            )
        ]
    return found


def _happened(row: Row) -> datetime:
    happened = row["decays_from"] or row["at"]
    assert isinstance(happened, datetime)
    return happened


def _signal(row: Row, act: Row | None, names: Mapping[str, str | None]) -> Signal:
    component, kind = str(row["component"]), str(row["kind"])
    who = names.get(act["person_id"]) if act else None
    who = who or names.get(row["source_id"])
    did = words((act and act["activity"]) or row["reason"])
    fades = {"fast": "fades fast", "slow": "fades slowly", "step": "stays"}.get(kind, kind)
    if component == "frame" and kind == "step":
        fades = "until the next Monday"
    return Signal(
        "frame_control" if component == "frame" else component,
        _happened(row),
        Decimal(row["points"]),
        fades,
        f"{who}: {did}" if who else did,
        act["engagement_id"] if act else None,
    )


def waterfall_of(score: Score) -> Waterfall:
    """The parts end to end, in hundredths of points."""
    return Waterfall(
        tuple((words(part.component).capitalize(), int(part.points * 100)) for part in score.parts),
        int(score.score * 100),
        "Score",
    )


def chance_of(rows: Rows, *, as_of: datetime, horizon: Horizon) -> Chance | None:
    """The chance said on the latest Monday; None where none was said within two weeks of the cycle's end."""
    group = rows.group
    end = group.ends_at(as_of)
    said = [
        row
        for row in rows["chance"]
        if row["solution_id"] == group.solution_id and end - CHANCE_AGE <= row["scored_at"] <= end
    ]
    row = max(said, key=itemgetter("scored_at"), default=None)
    if row is None or row["p_open"] is None:
        return None
    parts = [r for r in its_reasons(rows) if r["scored_at"] == row["scored_at"]]
    parts.sort(key=lambda r: (-abs(r["millionths"]), r["topic"]))
    reasons = [ChanceReason(**{name: r[name] for name in ChanceReason.__slots__}) for r in parts]
    asked = []
    for asks in (*ASKS, None):
        its = tuple(r for r in reasons if r.asks == asks)
        if its:
            asked.append(Asked(asks or "base", sum(r.millionths for r in its), its))
    if not asked:
        return None
    kept = {name: row[name] for name in Chance.__slots__ if name not in ("weeks", "asked")}
    return Chance(**kept, weeks=horizon.weeks_at(row["scored_at"]), asked=tuple(asked))


def told(score: Score) -> str:
    """The parts in words, for those who cannot see the picture."""
    parts = ", ".join(f"{words(part.component)} {part.points}" for part in score.parts)
    return f"{parts}; together {score.score} of 100 on {show(score.scored_at.date())}."
