"""Reviewed roles: estimates cover the truth as often as they say, and a role that there is not is refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from muster.lab.role_sample import Cast, RoleLabel, draw_cast, judge_cast, read_cast_labels, write_cast
from muster.problems import UserDataError

ROLES = ("champion", "decision_maker", "user")


def population(size: int = 2000) -> list[tuple[Cast, str]]:
    """Members with the role they truly have: the run is surer of itself than it should be."""
    chance, made = random.Random(5), []
    for number in range(size):
        confidence = chance.uniform(0.15, 0.99)
        role = chance.choice(ROLES)
        truth = role if chance.random() < 0.9 * confidence else next(r for r in ROLES if r != role)
        made.append(
            (Cast(f"g{number // 5}", f"p{number}", role, confidence, None, "=1", "VP", "A", "s"), truth)
        )
    return made


def test_intervals_cover_the_share_of_right_roles() -> None:
    made = population()
    truth = {one.person_id: role for one, role in made}
    right = sum(one.role == role for one, role in made) / len(made)
    covered, middles = 0, []
    for seed in range(200):
        drawn = draw_cast([one for one, _ in made], 60, seed=seed)
        told = judge_cast([_label(one, stratum, truth[one.person_id]) for one, stratum in drawn])
        covered += told.right.low <= right <= told.right.high
        middles.append(told.right.value or 0)
    assert covered >= 186
    assert sum(middles) / len(middles) == pytest.approx(right, abs=0.015)


def test_all_reviews_give_the_truth_and_what_is_taken_for_what() -> None:
    made = population(300)
    truth = {one.person_id: role for one, role in made}
    drawn = draw_cast([one for one, _ in made], 10_000, seed=1)
    assert len(drawn) == 300
    told = judge_cast([_label(one, stratum, truth[one.person_id]) for one, stratum in drawn])
    right = sum(one.role == role for one, role in made) / len(made)
    assert (told.right.low, told.right.value, told.right.high) == pytest.approx((right,) * 3)
    at = told.roles.index("champion"), told.roles.index("user")
    taken = sum(one.role == "champion" and role == "user" for one, role in made)
    assert told.confusion[at[0]][at[1]] == pytest.approx(taken)
    assert sum(map(sum, told.confusion)) == pytest.approx(300)
    assert all(band.stated > (band.found.value or 0) for band in told.bands[2:])  # too sure, and it shows


def test_a_sample_is_read_back_and_an_unknown_role_is_refused(tmp_path: Path) -> None:
    drawn = draw_cast([one for one, _ in population(200)], 30, seed=3)
    assert drawn == draw_cast([one for one, _ in population(200)][::-1], 30, seed=3)
    file = tmp_path / "roles.csv"
    write_cast(drawn, file)
    lines = file.read_text().splitlines()
    assert ",=1" not in lines[1]
    file.write_text(
        "\n".join([lines[0], f"yes{lines[1]}", f"Decision Maker{lines[2]}", f"none{lines[3]}", lines[4]])
    )
    labels = read_cast_labels(file, ROLES)
    assert [label.truth for label in labels] == [labels[0].role, "decision_maker", "none", None]
    file.write_text("\n".join([lines[0], f"boss{lines[1]}"]))
    with pytest.raises(UserDataError, match='row 2: "boss" is no role'):
        read_cast_labels(file, ROLES)


def _label(one: Cast, stratum: object, truth: str) -> RoleLabel:
    return RoleLabel(stratum, one.role, truth, one.buying_group_id, one.person_id)  # type: ignore[arg-type]
