"""Who is not in a buying cycle, on the command line; and hold-outs with what they could see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.built_once import built_once

from muster.testing import account, company, engaged

RULES = {
    "experiments": "name,share,ends_on,effective_from,why\n"
    "newsletter,0.5,2026-10-01,2025-07-01,Does the newsletter bring openings\n"
}


def asked(muster: Any, folder: Path, *words: str) -> Any:
    told = muster("nurture", *words, "-w", folder, "--json")
    assert told.exit_code == 0, told.stderr
    return json.loads(told.stdout)


def test_every_waiting_group_is_told_why_not_what_next_and_when_to_look_again(muster, bundled):
    told = asked(muster, bundled, "list")
    assert len(told) > 20
    for row in told:
        assert row["reason"] and row["would_change"] and row["look_again_at"]
        assert (row["next_content_id"] is None) == (row["next_reason"] is None)
    missing = [float(row["points_missing"]) for row in told]
    assert missing == sorted(missing)
    answer = muster("query", "SELECT COUNT(*) AS n FROM nurture WHERE to_at IS NULL", "--csv", "-w", bundled)
    assert answer.stdout.split() == ["n", str(len(told))]


def test_lists_are_narrowed_by_group_account_solution_and_day(muster, bundled):
    everyone = asked(muster, bundled, "list")
    one = everyone[len(everyone) // 2]
    assert [
        row["buying_group_id"] for row in asked(muster, bundled, "list", "--group", one["buying_group_id"])
    ] == [one["buying_group_id"]]
    for words, column, value in (
        (("--account", one["account_id"]), "account_id", one["account_id"]),
        (("--account", one["account"].upper()), "account", one["account"]),
        (("--solution", one["solution_id"]), "solution_id", one["solution_id"]),
    ):
        expected = [row for row in everyone if value in row[column]]
        assert asked(muster, bundled, "list", *words) == expected and expected
    days = sorted(row["look_again_at"] for row in everyone)
    due = days[len(days) // 2][:10]
    found = asked(muster, bundled, "list", "--due", due)
    assert found == [row for row in everyone if row["look_again_at"] <= f"{due}T00:00:00Z"]
    assert 0 < len(found) < len(everyone)


def test_who_left_is_told_with_the_evidence_and_who_has_no_group_yet_with_what_would_make_one(
    muster, bundled
):
    left = asked(muster, bundled, "list", "--left")
    assert [row["left_at"] for row in left] == sorted((row["left_at"] for row in left), reverse=True)
    assert all(row["ended_because"] for row in left)
    assert all(row["ended_by"] for row in left if row["ended_because"].startswith("score reached"))
    assert any(row["ended_because"].startswith("score reached") for row in left)
    early = asked(muster, bundled, "early")
    assert early and all(row["reason"] and row["would_change"] and row["fades_at"] for row in early)
    shown = muster("nurture", "list", "-w", bundled)
    assert "since 20" in shown.stdout and len(shown.stdout.splitlines()) > 20


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "--group", "gnobody"), "has no buying group gnobody"),
        (("list", "--solution", "nothing"), "has no solution nothing"),
        (("list", "--left", "--due", "2026-01-01"), "is not looked at again"),
        (("list", "--due", "soon"), "soon"),
        (("experiments", "nothing"), "There is no experiment nothing"),
    ],
)
def test_what_cannot_be_asked_is_refused(muster, bundled, words, said):
    told = muster("nurture", *words, "-w", bundled)
    assert told.exit_code == 2 and (said in told.stderr or said in str(told.exception))


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty firms known before a hold-out begins."""

    def build(folder: Path) -> None:
        firms = [account(f"Firm{n}") for n in range(40)]
        acts = [engaged("2025-01-07 09:00", f"x@firm{n}.example", "page_viewed") for n in range(40)]
        company(folder, *firms, *acts, rules=RULES, as_of=datetime(2025, 9, 1, tzinfo=UTC))

    return built_once(tmp_path_factory, "held out", build)


def test_a_hold_out_says_what_it_could_see_before_whom_it_holds_out(muster, held_out):
    [told] = asked(muster, held_out, "experiments")
    assert told["sentence"].startswith("too little is known to say what this hold-out could see")
    arms = asked(muster, held_out, "experiments", "newsletter")
    counted = [sum(row["arm"] == arm for row in arms) for arm in ("holdout", "treated")]
    assert counted == [told["holdout_count"], told["treated_count"]] and sum(counted) == 40
    assert min(counted) > 8  # a fair coin leaves this range once in 10,000
    shown = muster("nurture", "experiments", "newsletter", "-w", held_out)
    assert shown.stderr.startswith("newsletter: too little is known")


def test_without_an_experiment_it_says_how_to_begin_one(muster, bundled):
    assert asked(muster, bundled, "experiments") == []
    assert "rules/experiments.csv" in muster("nurture", "experiments", "-w", bundled).stderr
