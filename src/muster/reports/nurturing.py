"""Whoever is known and not buying: why not, what would change it, what to offer, when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.engine.published import Published

_WAITING = """
SELECT
    n.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id,
    n.from_at AS since, n.reason, n.would_change, n.points_missing, n.people_missing, n.roles_missing,
    n.next_content_id, n.next_buying_job, n.next_reason, n.look_again_at
FROM nurture AS n
JOIN buying_group AS g ON g.buying_group_id = n.buying_group_id
LEFT JOIN account AS a ON a.account_id = g.account_id
WHERE n.to_at IS NULL
ORDER BY n.points_missing, n.look_again_at, n.buying_group_id
"""
_LEFT = """
SELECT
    n.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id,
    n.from_at AS since, n.to_at AS left_at, n.reason, n.ended_because, n.ended_by
FROM nurture AS n
JOIN buying_group AS g ON g.buying_group_id = n.buying_group_id
LEFT JOIN account AS a ON a.account_id = g.account_id
WHERE n.to_at IS NOT NULL
ORDER BY n.to_at DESC, n.buying_group_id, n.from_at DESC
"""
_EARLY = """
SELECT
    e.account_id, COALESCE(a.name, a.domain, e.account_id) AS account, e.solution_id, e.last_at, e.reason,
    e.would_change, e.person_count, e.visitor_count, e.act_count, e.next_content_id, e.next_buying_job,
    e.fades_at
FROM early_interest AS e
LEFT JOIN account AS a ON a.account_id = e.account_id
ORDER BY e.person_count DESC, e.act_count DESC, e.last_at DESC, e.account_id, e.solution_id
"""
_POWER = """
SELECT p.*, COUNT(d.account_id) FILTER (WHERE d.arm = 'holdout') AS holdout_count,
    COUNT(d.account_id) FILTER (WHERE d.arm = 'treated') AS treated_count
FROM experiment_power AS p
LEFT JOIN experiment_draw AS d ON d.experiment = p.experiment
GROUP BY ALL
ORDER BY p.starts_at, p.experiment
"""
_ARMS = """
SELECT d.experiment, d.account_id, COALESCE(a.name, a.domain, d.account_id) AS account, d.arm, d.drawn_at
FROM experiment_draw AS d
LEFT JOIN account AS a ON a.account_id = d.account_id
ORDER BY d.experiment, d.arm, d.account_id
"""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is empty leaves all of them in.

    `account` is an id or a part of a name, `due` a day by which it is time to look again.
    """

    group: str = ""
    account: str = ""
    solution: str = ""
    due: datetime | None = None

    def takes(self, row: Row) -> bool:
        """Whether a row is one of them."""
        named = (
            self.account in {"", row["account_id"]} or self.account.casefold() in row["account"].casefold()
        )
        return (
            named
            and self.solution in {"", row["solution_id"]}
            and self.group in {"", row.get("buying_group_id")}
            and (self.due is None or (row.get("look_again_at") or row["fades_at"]) <= self.due)
        )


def waiting(published: Published, wanted: Wanted) -> list[Row]:
    """Groups that nobody works now, those first that lack the least."""
    return _taken(published, _WAITING, wanted)


def left(published: Published, wanted: Wanted) -> list[Row]:
    """When groups stopped waiting, the newest first: why, and which evidence weighed most."""
    return _taken(published, _LEFT, wanted)


def early(published: Published, wanted: Wanted) -> list[Row]:
    """Accounts that show interest and have no group yet, those with the most people first."""
    return _taken(published, _EARLY, wanted)


def experiments(published: Published) -> list[Row]:
    """Each hold-out of rules/experiments.csv: what it could see, and how many accounts either arm has."""
    rows: list[Row] = published.arrow(_POWER).to_pylist()
    return rows


def arms(published: Published, experiment: str) -> list[Row]:
    """The arm of each account in an experiment."""
    return [row for row in published.arrow(_ARMS).to_pylist() if row["experiment"] == experiment]


def _taken(published: Published, sql: str, wanted: Wanted) -> list[Row]:
    return [row for row in published.arrow(sql).to_pylist() if wanted.takes(row)]
