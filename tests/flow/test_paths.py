"""Touch paths and the credit that rests on them, counted a second time on companies drawn from seeds."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

import pytest
from tests.flow.conftest import Drawn
from tests.flow.oracle_paths import Step, paths
from tests.flow.test_properties import SEEDS

from muster.testing import rows
from muster.workspace import Workspace


def told(workspace: Workspace) -> dict[tuple[str, str], list[Step]]:
    """The paths of opportunities as the table has them."""
    found: dict[tuple[str, str], list[Step]] = defaultdict(list)
    sql = "FROM path WHERE opportunity_id IS NOT NULL ORDER BY definition, opportunity_id, position"
    for n, row in enumerate(rows(workspace, sql)):
        key = (row["definition"], row["opportunity_id"])
        assert row["position"] == len(found[key]) + 1, n
        share = Fraction(round(row["share"] * 1000), 1000)
        found[key].append(Step(row["engagement_id"], row["position_kind"], row["times"], share))
    return dict(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_definition_of_a_path_is_counted_again(drawn: Drawn, seed: int) -> None:
    expected = {key: steps for key, steps in paths(drawn(seed)).items() if steps}
    assert told(drawn(seed)) == expected


def test_the_drawn_paths_have_what_makes_the_recount_bite(drawn: Drawn) -> None:
    found = Counter[str]()
    for seed in SEEDS:
        for (definition, _), steps in told(drawn(seed)).items():
            found[definition] += len(steps)
            found["divided"] += sum(step.share < 1 for step in steps)
            found["repeated"] += sum(step.times > 1 for step in steps)
        found["sales"] += len(rows(drawn(seed), "FROM path WHERE is_sales"))
        found["silent"] += len(rows(drawn(seed), "FROM path WHERE opportunity_id IS NULL"))
    assert all(found[name] > 3 for name in ("credit", "short", "divided", "repeated", "sales", "silent")), (
        found
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_parts_of_one_touch_add_up_to_one(drawn: Drawn, seed: int) -> None:
    """Over the groups with an opportunity that it serves; acts about no one solution at most."""
    over = rows(
        drawn(seed),
        """
        WITH part AS (
            SELECT DISTINCT p.definition, p.engagement_id, p.buying_group_id, p.share,
                e.solution_id IS NULL AS is_general
            FROM path AS p LEFT JOIN resolved_engagement AS e USING (engagement_id)
            WHERE p.opportunity_id IS NOT NULL
        )
        SELECT definition, engagement_id, SUM(share) AS parts FROM part
        GROUP BY definition, engagement_id
        HAVING SUM(share) > 1 + 1e-9 OR (SUM(share) < 1 - 1e-9 AND NOT MAX(is_general))
        """,
    )
    assert over == []
