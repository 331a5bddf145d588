"""When a message that was not taken is tried again: soon at first, then over three days, then it is dead.

The steps are those that Standard Webhooks recommends; each is drawn out by up to a fifth, so that what
failed together does not come back together. The draw hangs on the message and the attempt alone.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

STEPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_WISH = timedelta(days=7)  # a receiver may ask for more time, but not for ever
_JITTER = 5  # a fifth


def next_attempt(
    message_id: str, attempts: int, *, now: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after so many attempts; None where that was the last.

    Never before a receiver's own `Retry-After`, which may be a week at most.
    """
    if attempts > len(STEPS):
        return None
    step = STEPS[attempts - 1]
    drawn = int.from_bytes(hashlib.sha256(f"{message_id} {attempts}".encode()).digest()[:4], "big") / 2**32
    wished = min(retry_after or timedelta(), LONGEST_WISH)
    return now + max(step + step * drawn / _JITTER, wished)
