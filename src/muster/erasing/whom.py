"""Who is to be erased: everything by which the records, a browser or a text may name them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from muster.sources.scrub import GONE
from muster.sources.suppression import EMAIL, NAME, PHONE, RECORD, VISITOR

_SHORTEST_PHONE = 7  # digits: fewer are an extension, which many have


@dataclass(frozen=True, slots=True)
class Whom:
    """One person. `addresses` are theirs alone, the one that people know first; `records` oldest first."""

    person_id: str
    addresses: tuple[str, ...]
    records: tuple[str, ...]
    visitors: tuple[str, ...]
    names: tuple[str, ...]
    phones: tuple[str, ...]

    def address_of(self, called: str) -> str:
        """The address that stands for theirs; its domain stays, since an account is known by it."""
        domain = self.addresses[0].partition("@")[2] if self.addresses else "erased.invalid"
        return f"{called}@{domain}"

    def stand_ins(self, called: str) -> Mapping[str, Mapping[str, str]]:
        """For each kind what takes the place of what; a person's id becomes the one of the next run."""
        address = self.address_of(called)
        numbered = {said: f"{called}-{number}" for number, said in enumerate(self.records, start=1)}
        key = f"e:{address}" if self.addresses else f"r:{called}-1"
        next_id = "p" + hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()[:16]
        return {
            EMAIL: dict.fromkeys(self.addresses, address),
            RECORD: {**numbered, self.person_id: next_id},
            VISITOR: {said: f"{called}-v{number}" for number, said in enumerate(self.visitors, start=1)},
            NAME: dict.fromkeys((n for n in self.names if len(n.split()) > 1), GONE),
            PHONE: {p: GONE for p in self.phones if sum(c.isdigit() for c in p) >= _SHORTEST_PHONE},
        }
