"""What is learnt later changes no row before: a firm and a seeded fault for each rule of leaks.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from tests.chances.leaks import LEAKS, LEARNT_AT, told
from tests.chances.panels import Row, at, built_panel

from muster.chances.weekly import put_chances
from muster.testing import instant

END = instant("2025-09-01 00:00+00:00")
Known = dict[str, list[Row]]  # of each account record, what its panel and its chances say up to the day
Built = Callable[[bool, bool], Known]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What is said up to the day with what is learnt later or without, in a sound flow or in a faulty one."""

    @cache
    def build(learnt: bool, faulty: bool) -> Known:
        folder: Path = tmp_path_factory.mktemp("leaks")
        for leak in LEAKS.values() if faulty else ():
            leak.fault.put_into(folder)
        with built_panel(folder, *told(learnt=learnt), as_of=END) as engine:
            put_chances(engine)
            found: Known = {}
            for table in ("panel", "chance_estimate"):
                rows = engine.arrow(
                    f"SELECT a.account_record_id AS firm, x.* FROM {table} AS x"
                    " JOIN account_alias AS a ON a.account_id = x.account_id"
                    f" WHERE x.week_at <= {at(LEARNT_AT)}"
                ).to_pylist()
                for row in sorted(rows, key=lambda r: (r["week_at"], r["solution_id"])):
                    found.setdefault(f"{table} of {row['firm']}", []).append(row)
        return found

    return build


def test_there_are_chances_and_amounts_to_change(built: Built) -> None:
    rows = [row for key, said in built(False, False).items() if key.startswith("chance") for row in said]
    told_of = {row["firm"] for row in rows if row["p_open"] is not None and row["expected_amount_cents"]}
    assert told_of >= {leak.firm for leak in LEAKS.values()}


@pytest.mark.parametrize("rule", LEAKS)
def test_what_is_learnt_later_changes_no_row_before(built: Built, rule: str) -> None:
    firm, without, learnt = LEAKS[rule].firm, built(False, False), built(True, False)
    for table in ("panel", "chance_estimate"):
        assert learnt[f"{table} of {firm}"] == without[f"{table} of {firm}"] != []


def test_nothing_learnt_later_changes_any_model_before(built: Built) -> None:
    without, learnt = built(False, False), built(True, False)
    assert {key: learnt[key] for key in without} == without


@pytest.mark.parametrize("rule", LEAKS)
def test_the_rule_notices_its_fault(built: Built, rule: str) -> None:
    panel = f"panel of {LEAKS[rule].firm}"
    assert built(True, True)[panel] != built(False, True)[panel]
