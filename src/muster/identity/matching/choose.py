"""Which pairs are joined: strongest first, and never where that would make two people one.

A is like B and B like C does not make A like C. So within each set of people that pairs tie together
every two are weighed, and a pair is joined only where no two people of the two sides are known apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

Pair = tuple[str, str]

# A person who is as like one as the other of two that are not one (within two bits: four times) is neither's.
AS_LIKE = 200


def ordered(one: str, other: str) -> Pair:
    """The two keys of a pair, the smaller first."""
    return (one, other) if one < other else (other, one)


class Groups:
    """Keys joined into groups; each group is named by its smallest key."""

    def __init__(self) -> None:
        self._group_of: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}

    def name(self, key: str) -> str:
        """The group of a key: itself until it is joined."""
        return self._group_of.get(key, key)

    def members(self, key: str) -> list[str]:
        """All keys of a key's group."""
        return self._members.get(self.name(key), [key])

    def join(self, one: str, other: str) -> None:
        """Make the groups of two keys one."""
        low, high = sorted((self.name(one), self.name(other)))
        if low == high:
            return
        together = [*self.members(low), *self.members(high)]
        self._members.pop(high, None)
        self._members[low] = together
        for key in together:
            self._group_of[key] = low

    def names(self) -> dict[str, str]:
        """Every key that was joined to another, with its group."""
        return dict(self._group_of)


def tied(pairs: Iterable[Pair]) -> dict[str, str]:
    """The set each key belongs to when every pair counts: where to look for contradictions."""
    groups = Groups()
    for one, other in sorted(pairs):
        groups.join(one, other)
    return groups.names()


def choose(
    wanted: Mapping[Pair, int], weights: Mapping[Pair, int], *, apart_below: int, split: Collection[Pair] = ()
) -> dict[Pair, str]:
    """What becomes of each wanted pair: joined, conflict, ambiguous or split.

    `weights` holds every two keys that a chain of wanted pairs could bring together; two that weigh less
    than `apart_below` are two people. `split` are pairs that somebody decided to keep apart.
    """
    forbidden = {pair for pair, weight in weights.items() if weight < apart_below} | set(split)
    fates = {pair: "split" for pair in wanted if pair in split}
    fates |= {pair: "ambiguous" for pair in _ambiguous(wanted, forbidden) if pair not in fates}
    groups = Groups()
    for pair in sorted(wanted, key=lambda p: (-wanted[p], p)):
        if pair in fates:
            continue
        one, other = pair
        if groups.name(one) == groups.name(other):
            fates[pair] = "joined"
        elif any(ordered(a, b) in forbidden for a in groups.members(one) for b in groups.members(other)):
            fates[pair] = "conflict"
        else:
            groups.join(one, other)
            fates[pair] = "joined"
    return fates


def _ambiguous(wanted: Mapping[Pair, int], forbidden: Collection[Pair]) -> set[Pair]:
    """Pairs of a key that is about as like to two keys of which somebody knows that they are not one."""
    near: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (one, other), weight in wanted.items():
        near[one].append((other, weight))
        near[other].append((one, weight))
    found: set[Pair] = set()
    for key, others in near.items():
        best = max(weight for _, weight in others)
        close = [other for other, weight in others if best - weight < AS_LIKE]
        for number, one in enumerate(close):
            for other in close[number + 1 :]:
                if ordered(one, other) in forbidden:
                    found |= {ordered(key, one), ordered(key, other)}
    return found
