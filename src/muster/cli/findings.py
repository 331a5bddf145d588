"""What `muster doctor` finds, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine, worth a note, or in need of a look; with a remedy where there is one."""

    state: Literal["fine", "note", "look"]
    what: str
    says: str
    remedy: str = ""
