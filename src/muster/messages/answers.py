"""What a channel says of one attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it was taken; where not, whether trying again can help, and from when on.

    `told` is what the other side said, shortened, without secrets. `gone`: it wants nothing more, ever.
    """

    is_taken: bool
    told: str
    is_final: bool = False
    is_gone: bool = False
    retry_after: timedelta | None = None
