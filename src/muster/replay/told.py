"""A replay as one JSON document, and in words: what was compared, how far it can be trusted."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from muster.replay.agreement import Agreement
from muster.replay.compare import Replay
from muster.replay.findings import SHOWN, findings, identified
from muster.replay.policy import RANKINGS
from muster.reports.values import counted


def as_json(told: Replay) -> dict[str, Any]:
    """Every figure and sentence. Instants are UTC, amounts in cents, points in points."""
    found = findings(told)
    return {
        "period": {"from": _day(told.middle_at), "to": _day(told.as_of)},
        "chosen_on": {"from": _day(told.from_at), "to": _day(told.middle_at)},
        "horizon_weeks": told.horizon_weeks,
        "currency": told.currency,
        "openings_in_other_currencies": told.other_currencies,
        "findings": [asdict(each) for each in found[:SHOWN]],
        "further_findings": [asdict(each) for each in found[SHOWN:]],
        "mql_side": told.mql_side,
        "agreement": None
        if told.agreed is None
        else {
            name: _agreement(each)
            for name, each in zip(("first_half", "second_half"), told.agreed, strict=True)
        },
        "threshold": told.rule.now.threshold / 100,
        "threshold_that_agrees_better": None
        if told.better_threshold is None
        else told.better_threshold / 100,
        "capacity": told.capacity,
        "ranking": told.ranking,
        "openings_caught_on_the_first_half_by_ranking": dict(told.chosen_by),
        "measures": [asdict(each) for each in told.measures],
        "days_earlier": None if told.lead_time is None else asdict(told.lead_time),
        "capture_p_value": told.capture_p,
        "hidden_members": {
            "openings": len(told.hidden),
            "known": sum(each.known for each in told.hidden),
            "unnamed": sum(each.unnamed for each in told.hidden),
            "unshown": sum(each.unshown for each in told.hidden),
            "unshown_deciders": sum(each.deciders for each in told.hidden),
        },
        "caveats": caveats(told),
        "identified": [{"quantity": what, "from_history": answer} for what, answer in identified(told)],
    }


def what_was_compared(told: Replay) -> str:
    """One paragraph: whose list, how many a week, over which time."""
    capacity = {
        "mql": "as many each week as the MQL process passed on",
        "rule": "each week what rules/capacity.csv says, and never more than there were MQLs",
    }.get(told.capacity, f"{told.capacity} a week, and never more than there were MQLs")
    first, middle, last = (_day(instant) for instant in (told.from_at, told.middle_at, told.as_of))
    return (
        f"Both sides handed over equally many: {capacity}. Muster ranked groups {RANKINGS[told.ranking]}: "
        f"that caught most openings from {first} to {middle}. Everything told here is of {middle} to {last}, "
        f"{counted(len(told.compared.openings), 'opening')}; "
        f"a hand-off counts for {told.horizon_weeks} weeks. Intervals are 95 %."
    )


def trust(told: Replay) -> str:
    """Whether the replayed MQL rule can be trusted, and whose MQLs were compared."""
    if told.agreed is None:
        return (
            "No MQL is on record: the MQL side is what rules/mql.csv makes of the history, and nothing "
            "checks it. Write your own rule there before you show this to anybody."
        )
    first, second = told.agreed
    said = f"{_said(first)} on the first half, {_said(second)} on the second"
    if told.mql_side == "replayed":
        return f"The rule in rules/mql.csv agrees with the record and was replayed: {said}."
    better = (
        ""
        if told.better_threshold is None
        else f" Of other thresholds {told.better_threshold / 100:g} would agree best on the first half."
    )
    return (
        "The rule in rules/mql.csv agrees too little with the record to be trusted, so the recorded MQLs "
        f"were compared: {said}.{better}"
    )


def caveats(told: Replay) -> list[str]:
    """What a reader must know about this company's history before quoting a figure."""
    found = []
    if told.other_currencies:
        found.append(
            f"{counted(told.other_currencies, 'opening')} in other currencies count as openings and not in "
            f"amounts, which are in {told.currency}."
        )
    if not any(each.known - each.unnamed for each in told.hidden):
        found.append("No contact role names anybody of a group: all of its people count as unnamed.")
    return found


def _agreement(each: Agreement) -> dict[str, Any]:
    return asdict(each) | {"recorded_part": each.recorded_part, "replayed_part": each.replayed_part}


def _said(each: Agreement) -> str:
    if not each.recorded or not each.replayed:
        return f"{each.recorded:,} recorded and {each.replayed:,} replayed"
    apart = "" if each.median_days is None else f", {each.median_days:+.1f} days apart in the middle"
    return (
        f"{(each.recorded_part or 0) * 100:.0f} % of {each.recorded:,} recorded MQLs were replayed and "
        f"{(each.replayed_part or 0) * 100:.0f} % of {each.replayed:,} replayed ones recorded{apart}"
    )


def _day(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1_000_000, UTC).date().isoformat()
