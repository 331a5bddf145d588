"""Pairs are joined strongest first, and never through somebody in the middle."""

from __future__ import annotations

from muster.identity.matching.choose import Pair, choose


def fates(
    wanted: dict[Pair, int], apart: dict[Pair, int] | None = None, *, split: set[Pair] | None = None
) -> dict[Pair, str]:
    return choose(wanted, wanted | (apart or {}), apart_below=-300, split=split or set())


def test_a_chain_joins_when_its_ends_are_not_known_apart() -> None:
    assert set(fates({("a", "b"): 900, ("b", "c"): 700}, {("a", "c"): 100}).values()) == {"joined"}


def test_the_weaker_link_of_a_chain_gives_way_when_the_ends_are_two_people() -> None:
    told = fates({("a", "b"): 1200, ("b", "c"): 700}, {("a", "c"): -800})
    assert told == {("a", "b"): "joined", ("b", "c"): "conflict"}


def test_who_is_as_like_one_as_the_other_of_two_people_is_neither() -> None:
    told = fates({("a", "b"): 900, ("b", "c"): 850}, {("a", "c"): -800})
    assert told == {("a", "b"): "ambiguous", ("b", "c"): "ambiguous"}


def test_a_conflict_is_seen_across_whole_groups() -> None:
    wanted = {("a", "b"): 1500, ("c", "d"): 1400, ("b", "c"): 900}
    assert fates(wanted, {("a", "d"): -500})[("b", "c")] == "conflict"


def test_what_somebody_split_stays_apart_also_by_way_of_others() -> None:
    wanted = {("a", "b"): 1500, ("a", "c"): 1400, ("b", "c"): 2000}
    told = fates(wanted, split={("b", "c")})
    assert told[("b", "c")] == "split" and set(told.values()) == {"split", "ambiguous"}
