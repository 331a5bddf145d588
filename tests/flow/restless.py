"""Accounts that are busy in bursts: they qualify, cool, come back, and are rejected in between."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.flow.random_company import text

from muster.testing import Record, company, engaged, lead
from muster.workspace import Workspace

# Close thresholds and short times, so that a year holds many crossings.
POLICY = {"enter_at": 20, "leave_below": 14, "dwell_days": 35, "cool_down_days": 40, "silent_weeks": 8}
AS_OF = datetime(2025, 4, 1, tzinfo=UTC)


def restless(folder: Path) -> Workspace:
    """The tables of forty restless accounts."""
    return company(folder, *acts(3), policy=POLICY, as_of=AS_OF)


def acts(seed: int) -> list[Record]:
    """What forty accounts did, and the day on which sales rejected a lead of each."""
    draw, start, found = random.Random(seed), datetime(2024, 1, 1), list[Record]()
    for number in range(40):
        people = [f"{who}@busy{number}.example" for who in ("ana", "bo", "cy")]
        for _ in range(draw.randrange(2, 7)):
            burst = start + timedelta(days=draw.uniform(0, 400))
            for _ in range(draw.randrange(2, 9)):
                at = (burst + timedelta(days=draw.expovariate(0.3))).replace(microsecond=0)
                act = draw.choice(["pricing_viewed", "webinar_attended", "trial_started", "docs_viewed"])
                found.append(engaged(text(at), draw.choice(people), act))
        rejected = text((start + timedelta(days=draw.uniform(30, 430))).replace(microsecond=0))
        found.append(lead(people[0], disqualified=rejected, reason="No budget this year"))
    return found
