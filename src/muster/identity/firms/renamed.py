"""Accounts that turned out to be one: which id gave way to which, and since when that was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from muster.engine.protocol import Engine
from muster.identity.firms.records import Joined


@dataclass(frozen=True, slots=True)
class Merged:
    """An account's id until `merged_at`, and the id that its records and domains have since."""

    account_id: str
    into_account_id: str
    merged_at: int
    method: str


def log_merges(engine: Engine) -> None:
    """Read `account_join` and `account_founder`, put `account_merger`."""
    joins = engine.arrow(
        "SELECT j.left_key, j.right_key, j.method, j.known_at FROM account_join AS j"
    ).to_pylist()
    keys = engine.arrow("SELECT k.key, k.own_id, k.known_at FROM account_founder AS k").to_pylist()
    founders = {row["key"]: (row["known_at"], row["key"], row["own_id"]) for row in keys}
    found = merges(
        ((row["known_at"], row["method"], row["left_key"], row["right_key"]) for row in joins), founders
    )
    engine.put(
        "account_merger",
        pa.table(
            {
                "account_id": pa.array([m.account_id for m in found], pa.string()),
                "into_account_id": pa.array([m.into_account_id for m in found], pa.string()),
                "merged_at": pa.array([m.merged_at for m in found], pa.int64()),
                "method": pa.array([m.method for m in found], pa.string()),
            }
        ),
    )


def merges(
    joins: Iterable[tuple[int, str, str, str]], founders: dict[str, tuple[int, str, str]]
) -> list[Merged]:
    """Replay the joins (known_at, method, two keys) as they became known.

    `founders` says of each key since when it is known and the id of an account that it alone would be.
    Where two accounts that both existed become one, the one known later gives way.

    >>> keys = {"r:1": (1, "r:1", "a1"), "d:x": (2, "d:x", "ax"), "r:9": (9, "r:9", "a9")}
    >>> merges([(5, "people_domain", "r:1", "d:x"), (9, "same_domain", "r:9", "d:x")], keys)
    [Merged(account_id='ax', into_account_id='a1', merged_at=5, method='people_domain')]
    """
    sets, first, found = Joined(), dict(founders), []
    for at, method, left, right in sorted(joins):
        if left not in founders or right not in founders:
            continue
        one, other = sets.root(left), sets.root(right)
        if one == other:
            continue
        older, younger = sorted((first[one], first[other]))
        if younger[0] < at:  # else it came with what joined it, and never was an account of its own
            found.append(Merged(younger[2], older[2], at, method))
        sets.join(left, right)
        first[sets.root(left)] = older
    return found
