"""Parents of accounts, without circles: where A belongs to B and B to A, the older one is on top."""

from __future__ import annotations

import pyarrow as pa

from muster.engine.protocol import Engine


def cut_circles(engine: Engine) -> None:
    """Read `account_parent_claim` (account_id, parent_account_id, first_known_at); put `account_parent`.

    Every claimed parent is a row; `is_cut` marks those taken away because a circle had to be opened.
    """
    rows = engine.arrow(
        "SELECT p.account_id, p.parent_account_id, p.first_known_at FROM account_parent_claim AS p"
    ).to_pylist()
    parents = {row["account_id"]: row["parent_account_id"] for row in rows}
    age = {row["account_id"]: (row["first_known_at"], row["account_id"]) for row in rows}
    cut = circles_opened(parents, age)
    accounts = sorted(parents)
    engine.put(
        "account_parent",
        pa.table(
            {
                "account_id": pa.array(accounts, pa.string()),
                "parent_account_id": pa.array([parents[a] for a in accounts], pa.string()),
                "is_cut": pa.array([a in cut for a in accounts], pa.bool_()),
            }
        ),
    )


def circles_opened(parents: dict[str, str], age: dict[str, tuple[int, str]]) -> set[str]:
    """The accounts that lose their parent: of each circle, the one known first.

    >>> circles_opened({"a": "b", "b": "a", "c": "a"}, {"a": (2, "a"), "b": (1, "b"), "c": (0, "c")})
    {'b'}
    """
    done: set[str] = set()
    cut: set[str] = set()
    for start in sorted(parents):
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in done and at not in path:
            path.append(at)
            at = parents.get(at)
        if at is not None and at in path:
            circle = path[path.index(at) :]
            cut.add(min(circle, key=lambda account: age[account]))
        done.update(path)
    return cut
