"""How far cohort win shares are off while deals are open: `python bench/cohorts.py FOLDER...`.

Each folder holds an export (crm/Opportunity.csv and crm/OpportunityHistory.csv, or the two files alone).
Its history is cut at the first day of every quarter from the fifth on that leaves 39 weeks to follow;
what was expected then of the cohorts opened in the 26 weeks before is compared with what became of them.
Beside ours stand the two ratios people use: won / opened so far, and won / decided. One line a folder: mean
absolute errors over cohorts of ten deals or more. `chance` is the error that would be left to somebody who
knew the true chance of every open deal (taken to be what we say): what single deals do, nobody can know.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from muster.measurement.cohorts import DECIDED, IN_THE_END, conversions
from muster.measurement.outlook import Outlook, outlook
from muster.measurement.progress import NEVER, WON, Progress, progress_of
from muster.recall.clock import micros
from muster.rules.read import default_text

FEWEST = 10
FOLLOWED_DAYS = 273
DAY = 86_400_000_000
Found = tuple[float, float, float, float, float, bool]


def main(folders: list[str]) -> None:
    """Print a line for each folder, and one for all of them."""
    print(
        f"{'company':<30}{'cohorts':>9}{'truth':>8}{'ours':>8}{'chance':>8}{'won/opened':>12}"
        f"{'won/decided':>13}{'held':>7}"
    )
    every: list[Found] = []
    for folder in folders:
        found = list(errors(Path(folder)))
        every += found
        _print(Path(folder).name, found)
    if len(folders) > 1:
        _print("all", every)


def errors(folder: Path) -> Iterator[Found]:
    """Of each cohort at each cut: the truth, the four errors, and whether the interval held the truth."""
    deals, changes = _read(folder)
    end = max(int(at) for _, _, at in changes)
    firsts = _quarters(min(d["created_at"] for d in deals), end)
    for number in range(4, len(firsts)):
        cut = firsts[number]
        if cut + FOLLOWED_DAYS * DAY > end:
            break
        then = _as_of(deals, changes, cut - 1)
        spans = [(firsts[number - 2], firsts[number - 1]), (firsts[number - 1], cut)]
        seen = outlook(then)
        told = list(conversions(then, seen, quarters=spans, only_from="opened"))
        for starts_on, ends_on in spans:
            cohort = [d for d in deals if starts_on <= d["created_at"] < ends_on]
            if len(cohort) < FEWEST:
                continue
            truth = sum(bool(d["is_won"]) for d in cohort) / len(cohort)
            mine = {
                row["method"]: row
                for row in told
                if row["to_stage"] == "won"
                and row["cohort_start"] == starts_on
                and row["method"] in (IN_THE_END, DECIDED)
            }
            final, decided = mine[IN_THE_END], mine[DECIDED]
            if final["estimate"] is None:
                continue
            naive = final["reached_count"] / final["entered_count"]
            old = decided["estimate"] if decided["estimate"] is not None else 0.0
            held = final["low"] <= truth + 1e-9 and truth <= final["high"] + 1e-9
            left = 0.0 if seen is None else _left_to_chance(seen, starts_on, ends_on) / len(cohort)
            yield truth, abs(final["estimate"] - truth), left, abs(naive - truth), abs(old - truth), held


def _left_to_chance(seen: Outlook, starts_on: int, ends_on: int) -> float:
    """How many wins more or fewer than expected a cohort's open deals bring on average, by their dice."""
    opened = seen.progress.created_at[seen.deals]
    chances = seen.chances(WON)[0, (opened >= starts_on) & (opened < ends_on)]
    dice = np.random.default_rng(len(chances)).random((4_000, len(chances)))
    return float(np.abs((dice < chances).sum(axis=1) - chances.sum()).mean())


def _read(folder: Path) -> tuple[list[dict[str, Any]], list[tuple[str, str, int]]]:
    """Opportunities with what became of them, and every change of stage."""
    base = folder / "crm" if (folder / "crm").is_dir() else folder
    deals = [
        {
            "opportunity_id": row["Id"],
            "account_id": row["AccountId"],
            "solution_id": row.get("Solution__c") or "",
            "type": "renewal" if row["Type"] == "Renewal" else "new_business",
            "currency": "USD",
            "amount_cents": 0,
            "created_at": _instant(row["CreatedDate"]),
            "is_closed": row["IsClosed"].lower() == "true",
            "is_won": row["IsWon"].lower() == "true",
        }
        for row in csv.DictReader((base / "Opportunity.csv").open(encoding="utf-8"))
    ]
    changes = [
        (row["OpportunityId"], row["StageName"], _instant(row["CreatedDate"]))
        for row in csv.DictReader((base / "OpportunityHistory.csv").open(encoding="utf-8"))
    ]
    return sorted(deals, key=lambda d: d["opportunity_id"]), changes


def _as_of(deals: list[dict[str, Any]], changes: list[tuple[str, str, int]], cut: int) -> Progress:
    """What was known at an instant: later openings, stages and closings are not there."""
    stages = {
        r["stage"]: (int(r["position"]), r["outcome"])
        for r in csv.DictReader(default_text("stages").splitlines())
    }
    there = [d for d in deals if d["created_at"] <= cut]
    number = {d["opportunity_id"]: n for n, d in enumerate(there)}
    known = [(number[key], *stages[stage], at) for key, stage, at in changes if key in number and at <= cut]
    used = sorted({position for _, position, outcome, _ in known if outcome == "open"})
    reached = np.full((len(there), 1 + len(used)), NEVER, np.int64)
    closed = np.full(len(there), NEVER, np.int64)
    reached[:, 0] = [d["created_at"] for d in there]
    for deal, position, outcome, at in known:
        if outcome == "open":
            upto = 2 + used.index(position)
            reached[deal, 1:upto] = np.minimum(reached[deal, 1:upto], max(at, int(reached[deal, 0])))
        else:
            closed[deal] = min(closed[deal], max(at, int(reached[deal, 0])))
    rows = [
        d
        | {
            "is_closed": over < NEVER,
            "is_won": d["is_won"] and over < NEVER,
            "closed_at": over,
            "booked_at": over,
        }
        for d, over in zip(there, closed.tolist(), strict=True)
    ]
    for deal, row in enumerate(rows):
        if row["is_won"]:
            reached[deal] = np.minimum(reached[deal], row["closed_at"])
    return progress_of(rows, ["opened", *(f"stage {p}" for p in used)], reached, as_of=cut)


def _quarters(start: int, end: int) -> list[int]:
    day = datetime.fromtimestamp(start / 1e6, UTC)
    months = range(day.year * 12 + (day.month - 1) // 3 * 3, 12 * 2100, 3)
    found = (micros(datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC)) for m in months)
    return [at for at, _ in zip(found, range(400), strict=False) if at <= end]


def _instant(text: str) -> int:
    return micros(datetime.fromisoformat(text.replace("Z", "+00:00").replace("+0000", "+00:00")))


def _print(name: str, found: list[Found]) -> None:
    if not found:
        print(f"{name:<30}{0:>9}")
        return
    truth, ours, chance, opened, decided, held = (np.mean([row[n] for row in found]) for n in range(6))
    print(
        f"{name:<30}{len(found):>9}{truth:>8.3f}{ours:>8.3f}{chance:>8.3f}{opened:>12.3f}{decided:>13.3f}"
        f"{held:>7.2f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
