"""The MQL's own conversion through every later stage to closed deals: one indicator among many."""

from __future__ import annotations

from typing import Any

import numpy as np

from muster.engine.protocol import Engine
from muster.measurement.progress import NEVER, Progress, progress_of

MQL, SAL = "mql", "sal"
_LEADS = """
SELECT l.person_record_id, l.account_id, l.mql_at, l.sal_at, l.disqualified_at, l.opportunity_id, l.tied_at
FROM lead_progress AS l
ORDER BY l.person_record_id
"""


def lead_progress(engine: Engine, deals: Progress) -> Progress:
    """How far each MQL got: accepted by sales, an opportunity, its stages, won; else disqualified or lost.

    A lead passes a stage when its opportunity does, at the earliest when it was tied to it. What was skipped
    counts as passed. A lead that was disqualified and is tied to an opportunity all the same went on.
    """
    leads = engine.arrow(_LEADS).to_pylist()
    steps = (MQL, SAL, *deals.steps)
    number = {opportunity: n for n, opportunity in enumerate(deals.ids)}
    reached = np.full((len(leads), len(steps)), NEVER, np.int64)
    rows: list[dict[str, Any]] = []
    for place, lead in enumerate(leads):
        deal = number.get(lead["opportunity_id"])
        reached[place, 0] = lead["mql_at"]
        reached[place, 1] = NEVER if lead["sal_at"] is None else lead["sal_at"]
        closed_at, is_won = lead["disqualified_at"], False
        if deal is not None:
            at = deals.reached[deal]
            reached[place, 2:] = np.where(at < NEVER, np.maximum(at, lead["tied_at"]), NEVER)
            reached[place, 1] = min(reached[place, 1], lead["tied_at"])
            over, is_won = int(deals.closed_at[deal]), bool(deals.is_won[deal])
            closed_at = max(over, lead["tied_at"]) if over < NEVER else None
        elif closed_at is not None:  # an acceptance after a disqualification is of another day's lead
            reached[place, 1] = reached[place, 1] if reached[place, 1] <= closed_at else NEVER
        rows.append(
            {
                "opportunity_id": lead["person_record_id"],
                "account_id": lead["account_id"],
                "solution_id": "",
                "type": None,
                "currency": "",
                "amount_cents": 0,
                "closed_at": closed_at,
                "booked_at": closed_at,
                "is_closed": closed_at is not None,
                "is_won": is_won,
            }
        )
    return progress_of(rows, steps, reached, as_of=deals.as_of)
