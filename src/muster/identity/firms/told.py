"""What is told about records before they are compared: decided by people, merged in the CRM, kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from muster.engine.protocol import Engine
from muster.identity.firms.records import Joined, Link

_SAYS = {"decided": "somebody decided so", "merged_record": "merged in the CRM"}


@dataclass(frozen=True, slots=True)
class Told:
    """Links that were told, the ones to make first, and the keys that each key must stay apart from."""

    links: tuple[Link, ...] = ()
    apart: dict[str, frozenset[str]] = field(default_factory=dict)

    def keeps_apart(self, left: Iterable[str], right: Iterable[str]) -> bool:
        """Whether a key of one set was split from one of the other."""
        if not self.apart:
            return False
        others = set(right)
        return any(not others.isdisjoint(self.apart.get(key, ())) for key in left)

    def joined(self) -> tuple[Joined, list[Link], list[Link]]:
        """The sets that the told links make, those made, and those that a split does not allow."""
        joined, made, refused = Joined(), [], []
        for link in self.links:
            if self.keeps_apart(joined.of(link.left), joined.of(link.right)):
                refused.append(link)
            else:
                joined.join(link.left, link.right)
                made.append(link)
        return joined, made, refused


NOTHING = Told()


def read_told(engine: Engine) -> Told:
    """Read `account_told`: decisions before merges in the CRM, later decisions before earlier ones."""
    rows = engine.arrow(
        "SELECT t.left_key, t.right_key, t.method, t.known_at FROM account_told AS t"
    ).to_pylist()
    apart: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["method"] == "apart":
            apart[row["left_key"]].add(row["right_key"])
            apart[row["right_key"]].add(row["left_key"])
    said = sorted(
        (row for row in rows if row["method"] != "apart"),
        key=lambda r: (r["method"], -r["known_at"], r["left_key"], r["right_key"]),
    )
    links = (Link(r["left_key"], r["right_key"], r["method"], 1.0, _SAYS[r["method"]]) for r in said)
    return Told(tuple(links), {key: frozenset(others) for key, others in apart.items()})
