"""What speaks for and against a group on a day, and what nobody has seen of it, as a seller would say it.

Where a chance was said the Monday before, its reasons speak; else those of the score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from muster.reports.published import Published
from muster.reports.quarter import Quarter
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Value, counted, show, words

STRONGEST = 3
_WEEK = timedelta(days=7)
_LATEST = "; the latest: "  # between the count and the act in a sentence of chance_reason
# How a seller would name what is missing: as nobody's act, and as a thing to look for.
MISSING = {
    "research": ("nobody was seen researching elsewhere", "research elsewhere"),
    "prices": ("nobody looked at prices", "a look at prices"),
    "hands": ("nobody raised a hand or sent a form", "a raised hand"),
    "seniors": ("no vice president or above took part", "a vice president or above"),
    "sharing": ("nobody came to an event, answered a mail or read a colleague's link", "an answer or event"),
    "upward": ("nothing was passed on to somebody more senior", "something passed upward"),
    "acts": ("nobody did anything for this solution", "any act for this solution"),
    "people": ("nobody took part", "anybody taking part"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """The strongest that speak for a group, each dated; the strongest against; what was not seen."""

    speaks_for: tuple[str, ...]
    against: str  # empty where nothing does
    not_seen: tuple[str, ...]


def why_of(tables: Published, moments: Sequence[tuple[str, datetime]]) -> dict[tuple[str, datetime], Why]:
    """Of each (group, instant) that a chance was said of in the week before; others are left out."""
    if not moments:
        return {}
    marks = ", ".join("?" for _ in moments)
    groups = tables.records(
        f"SELECT g.buying_group_id, g.account_id, g.solution_id FROM buying_group AS g "
        f"WHERE g.buying_group_id IN ({marks})",
        [group for group, _ in moments],
    )
    place = {row["buying_group_id"]: (row["account_id"], row["solution_id"]) for row in groups}
    accounts = sorted({account for account, _ in place.values()})
    if not accounts:
        return {}
    # By bound accounts and weeks: of the largest table of all, only their part is read.
    said: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in tables.records(
        f"""
        SELECT r.* FROM chance_reason AS r
        WHERE r.account_id IN ({", ".join("?" for _ in accounts)}) AND r.scored_at > ? AND r.scored_at <= ?
            AND r.topic <> 'base'
        ORDER BY r.account_id, r.scored_at, r.millionths DESC, r.topic""",
        [*accounts, min(at for _, at in moments) - _WEEK, max(at for _, at in moments)],
    ):
        said[row["account_id"], row["solution_id"]].append(row)
    found: dict[tuple[str, datetime], list[dict[str, Any]]] = defaultdict(list)
    for group, at in moments:
        if group in place:
            found[group, at] = [r for r in said[place[group]] if at - _WEEK < r["scored_at"] <= at]
    return {moment: _why(reasons) for moment, reasons in found.items() if reasons}


def why_from(reasons: Iterable[dict[str, Any]], at: datetime) -> Why | None:
    """The same of one group's rows of `chance_reason`, in any order; None where nothing was said then."""
    said = [r for r in reasons if at - _WEEK < r["scored_at"] <= at and r["topic"] != "base"]
    return _why(sorted(said, key=lambda r: (r["scored_at"], -r["millionths"], r["topic"]))) if said else None


def _why(reasons: Sequence[dict[str, Any]]) -> Why:
    """Reasons from the one that speaks for most to the one that speaks against most."""
    # The points of the rules are no act of the buyer's, and stand beside these lines as the score.
    speaking = [r for r in reasons if r["millionths"] > 0 and not r["is_missing"] and r["topic"] != "rules"]
    lines: list[str] = []
    acts: set[str] = set()
    for reason in speaking[:STRONGEST]:
        lines.append(_for(reason, acts))
        acts.add(reason["evidence"])
    last = reasons[-1]
    missing = sorted((r for r in reasons if r["is_missing"]), key=lambda r: (r["millionths"], r["topic"]))
    return Why(
        tuple(lines),
        _against(last) if last["millionths"] < 0 else "",
        tuple(MISSING[r["topic"]][1] for r in missing),
    )


def _for(reason: dict[str, Any], acts: set[str]) -> str:
    """The latest act behind it, or where a line before has told it, or there is none, what was counted."""
    counts, _, act = reason["sentence"].partition(_LATEST)
    if act and reason["evidence"] not in acts:
        return f"{_begun(act)}, {show(reason['evidence_at'].date())}"
    return f"{_begun(counts)}, {show(reason['scored_at'].date())}"


def _against(reason: dict[str, Any]) -> str:
    if reason["is_missing"]:
        return f"{_begun(MISSING[reason['topic']][0])} in 13 weeks"
    return f"{_begun(reason['sentence'].partition(_LATEST)[0])}; such groups opened more seldom"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def why_sheet(tables: Published, scope: Scope) -> Sheet:
    """The quarter's hand-offs, each with what spoke for and against the group when it was handed over."""
    sql = f"""
    SELECT h.hand_off_id, h.at, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id, r.topic,
        r.millionths, r.is_missing, r.evidence, r.evidence_at, r.scored_at, r.sentence
    FROM hand_off AS h
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN chance_reason AS r ON r.account_id = g.account_id AND r.solution_id = g.solution_id
        AND r.scored_at <= h.at AND r.scored_at > h.at - INTERVAL 7 DAY AND r.topic <> 'base'
    WHERE {within("h.at", scope.quarter)}
    ORDER BY h.at DESC, h.hand_off_id, r.millionths DESC, r.topic"""
    given = [list(rows) for _, rows in groupby(tables.records(sql), key=lambda r: r["hand_off_id"])]
    by_score = _by_score(tables, scope.quarter)
    return Sheet(
        "hand-off-reasons",
        f"What spoke for and against the {counted(len(given), 'hand-off')} of {scope.quarter.label} when "
        "they were made",
        (
            Column("Account", is_words=True),
            Column("Solution", is_words=True),
            Column("Handed off", is_words=True),
            Column("Spoke for", is_words=True),
            Column("Spoke against", is_words=True),
            Column("Not seen in 13 weeks", is_words=True),
        ),
        tuple(_row(reasons, by_score) for reasons in given),
        Query(("hand_off", "buying_group", "account", "chance_reason"), sql),
        f"No group was handed off in {scope.quarter.label}.",
        note="Of the Monday before: the parts of the chance that weighed most. They went together with "
        "openings, or with fewer, on average; none is said to have brought one about. Where no chance was "
        "said, the parts of the score stand here, which speak for a group alone.",
        shown=6,
    )


def _row(reasons: list[dict[str, Any]], by_score: dict[str, list[str]]) -> tuple[Value, ...]:
    first = reasons[0]
    place = (first["account"], first["solution_id"], first["at"].date())
    if first["topic"] is None:
        spoke = ". ".join(by_score[first["hand_off_id"]][:STRONGEST])
        return (*place, spoke or None, "no chance was said", "no chance was said")
    why = _why(reasons)
    return (*place, ". ".join(why.speaks_for) or None, why.against or None, ", ".join(why.not_seen) or None)


def _by_score(tables: Published, quarter: Quarter) -> dict[str, list[str]]:
    """Of each hand-off, what the score at that instant was made of, most points first."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in tables.records(f"""
        SELECT h.hand_off_id, r.sentence FROM hand_off AS h
        JOIN score_reason AS r ON r.buying_group_id = h.buying_group_id AND r.scored_at = h.at
        WHERE r.points > 0 AND {within("h.at", quarter)}
        ORDER BY h.hand_off_id, r.points DESC, r.component, r.reason"""):
        found[row["hand_off_id"]].append(_begun(words(row["sentence"])))
    return found
