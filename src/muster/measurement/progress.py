"""How far each opportunity got, and when: what shares, times and forecasts are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from muster.engine.protocol import Engine
from muster.survival.incidence import OPEN
from muster.survival.stages import Stays

DAY = 86_400_000_000
NEVER = 9_000_000_000_000_000
WON, LOST = "won", "lost"
STAYS = -1
REACHED, MISSED = 1, 2
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_DEALS = """
SELECT o.opportunity_id, o.account_id, COALESCE(o.solution_id, '') AS solution_id, o.type, o.currency,
    o.amount_cents, o.created_at, o.closed_at, o.booked_at, o.is_closed, o.is_won
FROM account_opportunity AS o
WHERE o.created_at IS NOT NULL
ORDER BY o.opportunity_id
"""
_REACHED = """
SELECT s.opportunity_id, s.stage, s.position, s.reached_at FROM stage_reached AS s
ORDER BY s.position, s.stage, s.opportunity_id
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """Opportunities in the order of their ids, as known at `as_of`; instants in microseconds.

    `steps` are the places in order: `opened`, then the company's stages; `reached[deal, step]` is when, NEVER
    if not yet. A skipped stage was passed when a later one was entered. `owner` numbers whose deals belong
    together: one number an account, in the order of their first deals' ids, since an account's own id may
    give way to another. A record made after its deal was over (`booked_at` before it was created) was never
    watched: it tells of no time and no share.
    """

    as_of: int
    ids: tuple[str, ...]
    steps: tuple[str, ...]
    reached: Whole
    closed_at: Whole
    booked_at: Whole
    is_won: Flags
    is_renewal: Flags
    cents: Whole
    solutions: npt.NDArray[np.object_]
    currencies: npt.NDArray[np.object_]
    owner: Whole

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def created_at(self) -> Whole:
        """When each was opened."""
        return self.reached[:, 0]

    @property
    def is_watched(self) -> Flags:
        """Which were there before they were over."""
        return self.booked_at >= self.created_at

    @property
    def is_closed(self) -> Flags:
        """Which are over."""
        return self.closed_at < NEVER

    def when(self, goal: str) -> Whole:
        """When each got to a step, or was won or lost; NEVER if not yet."""
        if goal in (WON, LOST):
            return np.where(self.is_closed & (self.is_won == (goal == WON)), self.closed_at, NEVER)
        return self.reached[:, self.steps.index(goal)]

    def watch(self, start: str, goal: str, *, among: Flags) -> tuple[Whole, Whole]:
        """For how many days each that got to `start` was watched, and whether it got to `goal`.

        Endings count in days begun, what is open in days completed: the day under way says nothing yet.
        """
        since, there = self.when(start)[among], self.when(goal)[among]
        ended = np.minimum(there, self.closed_at[among])
        return watch(since, ended, is_there=there < NEVER, until=self.as_of)


def watch(since: Whole, ended: Whole, *, is_there: Flags, until: int) -> tuple[Whole, Whole]:
    """Days watched and how each ended: REACHED, MISSED or OPEN at `until`."""
    over = ended <= until
    begun = np.maximum(-((since - np.where(over, ended, since)) // DAY), 1)
    completed = np.maximum((until - since) // DAY, 0)
    return np.where(over, begun, completed), np.where(over, np.where(is_there, REACHED, MISSED), OPEN)


def read_progress(engine: Engine, *, as_of: int) -> Progress:
    """What the flow knows of opportunities and of the stages they reached."""
    deals = engine.arrow(_DEALS).to_pylist()
    numbers = {row["opportunity_id"]: n for n, row in enumerate(deals)}
    told = [row for row in engine.arrow(_REACHED).to_pylist() if row["opportunity_id"] in numbers]
    steps = list(dict.fromkeys(row["stage"] for row in told if row["position"] < 1000)) or ["opened"]
    reached = np.full((len(deals), len(steps)), NEVER, np.int64)
    for row in told:
        if row["position"] < 1000:
            place = numbers[row["opportunity_id"]], steps.index(row["stage"])
            reached[place] = min(reached[place], row["reached_at"])
    return progress_of(deals, steps, reached, as_of=as_of)


def progress_of(
    deals: Sequence[dict[str, Any]], steps: Sequence[str], reached: Whole, *, as_of: int
) -> Progress:
    """From rows in the order of their ids."""
    first: dict[str, int] = {}
    owner = [
        first.setdefault(f"a:{row['account_id']}" if row["account_id"] else row["opportunity_id"], len(first))
        for row in deals
    ]
    return Progress(
        as_of,
        tuple(row["opportunity_id"] for row in deals),
        tuple(steps),
        reached,
        np.array([row["closed_at"] if row["is_closed"] else NEVER for row in deals], np.int64),
        np.array([row["booked_at"] if row["is_closed"] else NEVER for row in deals], np.int64),
        np.array([bool(row["is_won"]) for row in deals], np.bool_),
        np.array([row["type"] == "renewal" for row in deals], np.bool_),
        np.array([row["amount_cents"] or 0 for row in deals], np.int64),
        np.array([row["solution_id"] for row in deals], object),
        np.array([row["currency"] for row in deals], object),
        np.array(owner, np.int64),
    )


def stays(progress: Progress, among: Flags) -> Stays:
    """The stretches of those deals between one furthest place and the next, and how each was left."""
    found: list[tuple[int, int, int, int]] = []
    places = len(progress.steps)
    for deal in np.flatnonzero(among):
        mine, closed_at = int(progress.owner[deal]), int(progress.closed_at[deal])
        path = furthest(progress.reached[deal])
        for number, (place, since, following) in enumerate(path):
            over = min(following, closed_at)
            if over == NEVER:
                found.append((place, max((progress.as_of - since) // DAY, 0), STAYS, mine))
                continue
            # A won deal passes the rest of the stages as it closes: the way out is the closing.
            closing = places if progress.is_won[deal] else places + 1
            way = closing if over == closed_at else path[number + 1][0]
            found.append((place, max(-((since - over) // DAY), 1), way, mine))
            if way == closing:
                break
    columns = np.array(found, np.int64).reshape(len(found), 4)
    units = int(progress.owner.max(initial=-1)) + 1
    return Stays(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3], places, units)


def furthest(at: Whole) -> list[tuple[int, int, int]]:
    """The furthest places of a deal in turn: which, since when, and when the next was reached (NEVER)."""
    times = np.unique(at[at < NEVER])
    ends = [*times[1:].tolist(), NEVER]
    return [
        (int(np.flatnonzero(at == t)[-1]), int(t), int(end))
        for t, end in zip(times.tolist(), ends, strict=True)
    ]
