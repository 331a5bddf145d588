"""What a group's score is made of, as it is stored, and what its chance to open rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from muster.reports.charts.group_shapes import Waterfall
from muster.reports.horizon import Horizon
from muster.reports.published import Published
from muster.reports.values import show, words
from muster.serving.figures.group.head import Group

COMPONENTS = ("fit", "intent", "engagement", "frame_control", "completeness")
ASKS = ("budget", "authority", "need", "timing")
SIGNALS = 12  # of a component, the latest, beside its part

_SCORE = """
SELECT s.scored_at, s.score, s.fit, s.intent, s.engagement, s.frame_control, s.completeness,
    s.policy_version
FROM score AS s WHERE s.buying_group_id = ? ORDER BY s.scored_at DESC LIMIT 1"""
_REASONS = """
SELECT r.component, r.reason, r.points, r.evidence, r.evidence_count, r.sentence
FROM score_reason AS r WHERE r.buying_group_id = ? AND r.scored_at = ? ORDER BY r.points DESC, r.reason"""
# What stands behind a part: of each component the latest evidence that was known then.
_SIGNALS = f"""
SELECT s.component, s.kind, s.points, COALESCE(s.decays_from, s.at) AS happened_at, s.source_id, s.reason,
    e.activity, COALESCE(p.name, x.name) AS who, e.engagement_id
FROM signal AS s
LEFT JOIN resolved_engagement AS e ON e.engagement_id = s.source_id AND e.account_id = $account
LEFT JOIN person AS p ON p.person_id = e.person_id AND p.account_id = $account AND p.valid_to IS NULL
LEFT JOIN person AS x ON x.person_id = s.source_id AND x.account_id = $account AND x.valid_to IS NULL
WHERE s.buying_group_id = $group AND s.at <= $scored_at
    AND s.component IN ('fit', 'intent', 'engagement', 'frame', 'completeness')
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.component ORDER BY s.at DESC, ABS(s.points) DESC, s.source_id, s.reason) <= {SIGNALS}
ORDER BY s.component, happened_at DESC, s.source_id, s.reason"""
_CHANCE = """
SELECT c.scored_at, c.p_open, c.p_open_low, c.p_open_high, c.log_odds, c.rank, c.p_win,
    c.expected_amount_cents, c.expected_value_cents, c.model_version
FROM chance AS c
WHERE c.account_id = ? AND c.solution_id = ? AND c.scored_at <= ? ORDER BY c.scored_at DESC LIMIT 1"""
_CHANCE_REASONS = """
SELECT r.topic, r.component, r.asks, r.millionths, r.is_missing, r.evidence, r.evidence_at, r.sentence
FROM chance_reason AS r
WHERE r.account_id = ? AND r.solution_id = ? AND r.scored_at = ? ORDER BY ABS(r.millionths) DESC, r.topic"""


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


def score_of(tables: Published, group: Group) -> Score | None:
    """The latest score with what it was made of then; None where the group was never scored."""
    found = tables.records(_SCORE, [group.buying_group_id])
    if not found:
        return None
    row = found[0]
    at = row["scored_at"]
    reasons = [
        Reason(**{**r, "points": Decimal(r["points"]), "evidence_count": int(r["evidence_count"])})
        for r in tables.records(_REASONS, [group.buying_group_id, at])
    ]
    given = {"group": group.buying_group_id, "account": group.account_id, "scored_at": at}
    signals = [_signal(r) for r in tables.records(_SIGNALS, given)]
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


def waterfall_of(score: Score) -> Waterfall:
    """The parts end to end, in hundredths of points."""
    return Waterfall(
        tuple((words(part.component).capitalize(), int(part.points * 100)) for part in score.parts),
        int(score.score * 100),
        "Score",
    )


def chance_of(tables: Published, group: Group, *, as_of: datetime, horizon: Horizon) -> Chance | None:
    """The chance said on the latest Monday; None where none was said within two weeks of the cycle's end."""
    end = group.ends_at(as_of)
    found = tables.records(_CHANCE, [group.account_id, group.solution_id, end])
    if not found or found[0]["p_open"] is None or end - found[0]["scored_at"] > timedelta(days=14):
        return None
    row = found[0]
    rows = tables.records(_CHANCE_REASONS, [group.account_id, group.solution_id, row["scored_at"]])
    names = tuple(ChanceReason.__slots__)
    reasons = [ChanceReason(**{name: r[name] for name in names}) for r in rows]
    asked = []
    for asks in (*ASKS, None):
        its = tuple(r for r in reasons if r.asks == asks)
        if its:
            asked.append(Asked(asks or "base", sum(r.millionths for r in its), its))
    if not asked:
        return None
    kept = {name: row[name] for name in Chance.__slots__ if name not in ("weeks", "asked")}
    return Chance(**kept, weeks=horizon.weeks_at(row["scored_at"]), asked=tuple(asked))


def _signal(row: dict[str, object]) -> Signal:
    component, kind = str(row["component"]), str(row["kind"])
    did = words(str(row["activity"] or row["reason"]))
    who = f"{row['who']}: " if row["who"] else ""
    fades = {"fast": "fades fast", "slow": "fades slowly", "step": "stays"}.get(kind, kind)
    if component == "frame" and kind == "step":
        fades = "until the next Monday"
    happened = row["happened_at"]
    assert isinstance(happened, datetime)
    return Signal(
        "frame_control" if component == "frame" else component,
        happened,
        Decimal(str(row["points"])),
        fades,
        f"{who}{did}",
        None if row["engagement_id"] is None else str(row["engagement_id"]),
    )


def told(score: Score) -> str:
    """The parts in words, for those who cannot see the picture."""
    parts = ", ".join(f"{words(part.component)} {part.points}" for part in score.parts)
    return f"{parts}; together {score.score} of 100 on {show(score.scored_at.date())}."
