"""Champion and who decides are seated jointly: SciPy's assignment agrees, and so does counting every pair."""

from __future__ import annotations

from itertools import product
from random import Random

import duckdb
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from muster.steps import all_queries

FOREVER = 9_000_000_000_000_000
NOBODY = 0.7
Seated = dict[str, tuple[str, int, int]]  # person: role, chance of champion and of deciding, in millionths


def seat(members: list[tuple[str, int, int]]) -> Seated:
    """What role_assignment.sql makes of members' chances (millionths) taken alone."""
    [query] = [query for query in all_queries() if query.name == "role_assignment"]
    with duckdb.connect() as con:
        con.execute("CREATE MACRO INT_DIV(a, b) AS a // b")
        con.execute(
            "CREATE TABLE role_odds (buying_group_id VARCHAR, person_id VARCHAR, from_at BIGINT,"
            " to_at BIGINT, champion BIGINT, decision_maker BIGINT, other_role VARCHAR, other BIGINT)"
        )
        con.execute(
            "CREATE TABLE rule_role_signals AS SELECT 'nobody' AS signal, role, CAST(? AS DOUBLE) AS times,"
            " CAST(0 AS BIGINT) AS from_at, CAST(? AS BIGINT) AS to_at"
            " FROM (VALUES ('champion'), ('decision_maker')) AS r(role)",
            [NOBODY, FOREVER],
        )
        for person, champion, decision in members:
            row = ["g", person, 1, FOREVER, champion, decision, "user", 1_000_000]
            con.execute("INSERT INTO role_odds VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        told = con.execute(f"SELECT person_id, role, champion, decision FROM ({query.sql})").fetchall()
    return {person: (role, champion, decision) for person, role, champion, decision in told}


def drawn(seed: int) -> list[tuple[str, int, int]]:
    dice = Random(seed)
    members = []
    for number in range(dice.randint(2, 9)):
        champion = dice.randrange(50_000, 700_000)
        members.append((f"p{number}", champion, dice.randrange(20_000, 950_000 - champion)))
    return members


@pytest.mark.parametrize("seed", range(25))
def test_the_two_seats_go_to_the_pair_that_scipy_finds(seed: int) -> None:
    members = drawn(seed)
    against_all = [[m[1] / (1_000_000 - m[1]) for m in members], [m[2] / (1_000_000 - m[2]) for m in members]]
    champion_known, decider_known = (sum(odds) >= NOBODY for odds in against_all)
    found = {role: person for person, (role, _, _) in seat(members).items() if role != "user"}
    assert set(found) == {
        role
        for role, known in zip(("champion", "decision_maker"), (champion_known, decider_known), strict=True)
        if known
    }
    if champion_known and decider_known:
        rows, columns = linear_sum_assignment(-np.log(against_all))
        best = dict(zip(rows.tolist(), columns.tolist(), strict=True))
        assert found == {"champion": f"p{best[0]}", "decision_maker": f"p{best[1]}"}


@pytest.mark.parametrize("seed", range(10))
def test_a_seats_chance_is_the_part_of_all_pairs_in_which_one_sits_in_it(seed: int) -> None:
    members = drawn(seed)
    neither = [1_000_000 - champion - decision for _, champion, decision in members]
    champions = [m[1] / n for m, n in zip(members, neither, strict=True)] + [NOBODY]
    deciders = [m[2] / n for m, n in zip(members, neither, strict=True)] + [NOBODY]
    nobody = len(members)
    weights = {
        (c, d): champions[c] * deciders[d]
        for c, d in product(range(nobody + 1), repeat=2)
        if c != d or c == nobody
    }
    whole = sum(weights.values())
    for number, (person, _, _) in enumerate(members):
        _, champion, decision = seat(members)[person]
        as_champion = sum(weight for (c, _), weight in weights.items() if c == number)
        as_decider = sum(weight for (_, d), weight in weights.items() if d == number)
        assert champion == pytest.approx(1e6 * as_champion / whole, abs=40)
        assert decision == pytest.approx(1e6 * as_decider / whole, abs=40)
        assert champion + decision <= 1_000_000


def test_who_is_likeliest_for_both_seats_leaves_one_to_the_second_best() -> None:
    found = seat([("ana", 450_000, 450_000), ("bo", 440_000, 100_000), ("cy", 50_000, 60_000)])
    assert {person: role for person, (role, _, _) in found.items()} == {
        "ana": "decision_maker",
        "bo": "champion",
        "cy": "user",
    }
