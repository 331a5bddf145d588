"""Figures are counted again from the rows they rest on: right ones agree, altered ones are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.canonical.tables import flow_tables
from muster.explain import audit, explain, render, to_json
from muster.explain.archive import Archive
from muster.explain.explanation import key_part, key_text
from muster.explain.recount import agree, recount
from muster.explain.rests_on import lineages
from muster.rules.read import default_text
from muster.workspace import Workspace, open_workspace

LATEST = datetime(2025, 10, 27)  # the Monday of the bundled company's last model
# Figures that no rows give: they are read from a record, or are the words of a rule.
NOT_RECOUNTED = {
    ("problem", "row"),
    ("account", "employee_count"),
    ("account_alias", "confidence"),
    ("person_alias", "confidence"),
    *(
        ("person_match", f"{part}weight")
        for part in ("", "name_", "address_", "account_", "title_", "phone_", "place_")
    ),
    ("visitor_match", "confidence"),
    *(
        ("visitor_match_rate", figure)  # by match_evidence, which is not published; told by stories
        for figure in (
            *("checked_count", "confirmed_count", "contradicted_count", "stated_confidence"),
            *("hit_share", "hit_share_low", "hit_share_high"),
        )
    ),
    ("account_review", "confidence"),
    ("member", "confidence"),
    ("member", "role_confidence"),
    ("member_sign", "weight"),  # tests/stories/test_membership.py counts odds another way
    ("divided_engagement", "millionths"),
    *(("path", figure) for figure in ("share", "times")),  # tests/flow/oracle_paths.py
    *(
        ("program_job", figure)  # tests/flow/oracle_programs.py, tests/stories/test_programs.py
        for figure in (
            *("new_members", "shares_started", "moves_after", "groups_moved", "won_credit_cents"),
            *("low_cents", "high_cents", "cost_cents", "cost_per_group_moved_cents"),
            *("lift_per_1000", "lift_low_per_1000", "lift_high_per_1000"),
        )
    ),
    *(("program_goal", f) for f in ("target", "actual", "otherwise", "by_how_much")),
    *(("function_relevance", f) for f in ("people", "all_people", "people_anywhere", "all_anywhere")),
    *(
        ("co_engagement", figure)  # tests/explain/test_tables_of_few.py counts them another way
        for figure in (
            "following_count",
            "expected_by_shift",
            "excess_low",
            "excess_high",
            "pair_count",
            "expected_by_interest",
            "expected_by_block",
            "beyond_chance_high",
            "beyond_chance_low",
        )
    ),
    *(("queue", f) for f in ("rank", "waiting", "slots", "propensity")),  # tests/qualification: an oracle
    *(
        ("frame_week", figure)  # tests/weighing/test_frame.py counts them another way
        for figure in (
            *("depth", "sharing", "upward", "response", "attendance", "percentile", "peers", "control"),
            *(f"{part}_percentile" for part in ("depth", "sharing", "upward", "response", "attendance")),
            *("share_of_frame", "points", "evidence_count"),
        )
    ),
    *(
        ("frame_association", figure)  # tests/weighing/test_frame.py, against statsmodels' formulas
        for figure in (
            *("with_count", "with_won", "without_count", "without_won", "win_rate_with", "win_rate_without"),
            *("difference", "low", "high", "account_low", "account_high"),
        )
    ),
    *(
        ("nurture", figure) for figure in ("points_missing", "people_missing")
    ),  # tests/stories/test_nurture.py
    *(("early_interest", f"{what}_count") for what in ("person", "visitor", "act")),
    *(
        ("experiment_power", figure)
        for figure in ("holdout_share", "account_count", "opening_count", "variance", "detectable_per_1000")
    ),
    *(
        ("experiment_account", figure)  # tests/stories/test_lift.py counts them by hand
        for figure in (
            *(
                "contacts",
                "fit",
                "employee_count",
                "acts_before",
                "won_before",
                "won_cents_before",
                "won_cents",
            ),
            *("won_in_other_currency", "groups_before", "groups", "reads_before", "reads"),
        )
    ),
    *(("rollout_week", f"{what}_count") for what in ("account", "opening", "won")),
    ("rollout_week", "won_cents"),
    *(
        ("lift", column.name)  # tests/lift: against statsmodels, scipy and the definitions
        for column in flow_tables()["lift"].columns
        if column.type in ("real", "cents")
    ),
    *(
        ("cost_per_acquisition", figure)  # tests/measurement/test_cost.py
        for figure in (
            *("account_count", "cac_cents", "cpa_cents", "cpa_low_cents", "cpa_high_cents", "kept_out_count"),
            *("lag_months", "lagged_spend_cents", "new_mrr_cents", "payback_months", "sales_cost_cents"),
            *("pipeline_cents", "pipeline_low", "pipeline_high", "pipeline_per_unit"),
            *("revenue_cents", "revenue_low", "revenue_high", "revenue_per_unit"),
        )
    ),
    *(("spend_line", figure) for figure in ("amount_cents", "company_cents")),
    *(("tactic_cost", figure) for figure in ("company_cents", "cost_cents", "kept_out_cents")),
    *(
        ("recurring_revenue", figure)  # tests/measurement/test_recurring.py
        for figure in (
            *(
                "base_cents",
                "kept_cents",
                "now_cents",
                "grr",
                "nrr",
                "customers_at_start",
                "customers_at_end",
            ),
            *("customers_new", "customers_churned", "customers_won_back"),
        )
    ),
    *(("arr_movement", figure) for figure in ("start_cents", "change_cents")),
    *(
        (
            "customer",
            figure,
        )  # tests/reports/test_goals.py counts what was won; docs/measures/customer-value.md
        for figure in (
            *("arr_cents", "cost_cents", "credited_cents", "won_cents"),
            *("kept_out_count", "other_group_count", "other_qualified_count"),
        )
    ),
    *(("goal", figure) for figure in ("target", "basis_count")),
    # tests/flow/checks_lifecycle.py, tests/measurement/test_olist.py
    *(("relationship_credit", figure) for figure in ("share", "credit_cents")),
    ("renewal", "influenced_won_count"),
    ("likely_share", "confidence"),
    ("referral", "confidence"),  # that of the share it follows
    # what each word of a seller taught is not published; tests/stories/test_roles.py counts it by hand
    *(("role_learnt", figure) for figure in ("people", "told", "untold", "by_rule")),
    ("role_chance", "probability"),  # add up to 1: tests/stories/test_roles.py
    ("share_response", "acts_after"),  # tests/stories/test_sharing.py
    ("share_response", "acts_before"),
    ("role_candidate", "number"),
    ("role_candidate", "probability"),
    ("share", "confidence"),
    # bench/quality/chances.py measures chances; tests/chances learns their models another way
    *(("chance", figure) for figure in ("p_open", "p_open_low", "p_open_high")),
    ("chance_reason", "millionths"),  # tests/chances/test_parts.py: against the coefficients
    *(("chance", figure) for figure in ("rank", "rank_low", "rank_high", "expected_amount_cents")),
    *(("chance", f"{figure}_cents") for figure in ("median_amount", "amount_low", "amount_high")),
    *(
        ("chance_model", f)
        for f in (
            "horizon_weeks",
            "needed_count",
            "challenger_gain",
            "challenger_low",
            "row_count",
            "opening_count",
            "penalty",
            "intercept",
            "slope",
            "spread",
        )
    ),
    *(("chance_coefficient", figure) for figure in ("mean", "scale", "coefficient")),
    # tests/attribution learns and draws them another way
    *(("channel_effect", figure) for figure in ("estimate", "monte_carlo_error", "path_count")),
    *(("credit_interval", f) for f in ("low_cents", "high_cents", "rank", "rank_low", "rank_high")),
    # tests/chances/test_panel.py counts the signs
    *(("panel", c) for c in flow_tables()["panel"].column_names[7:]),
    ("buying_group", "cycle"),
    # tests/survival and tests/measurement count shares, days and chances by other means
    *(
        ("velocity", f)
        for f in ("win_share", "win_share_low", "win_share_high", "mean_days", "restricted_days")
    ),
    *(("first_conversation", figure) for figure in ("engagement_count", "engagement_before")),
    *(("stage_exit", f"{what}_count") for what in ("visit", "way", "open")),
    *(
        ("stage_exit", figure)
        for figure in ("share", "low", "high", "mean_days", "restricted_days", "position")
    ),
    *(("mql_conversion", f"{what}_count") for what in ("entered", "reached", "open")),
    *(("mql_conversion", figure) for figure in ("estimate", "low", "high", "at_risk")),
    *(("deal_forecast", figure) for figure in ("p_win", "p_win_low", "p_win_high")),
    *(("forecast", f"{end}_{what}") for end in ("low", "high") for what in ("count", "cents")),
    # tests/control computes charts, sums and yields by other means
    ("given", "act_count"),
    ("given", "fit"),
    *(("process_quality", figure) for figure in ("sigma", "sigma_conventional")),
    *(
        ("control_chart", figure)
        for figure in ("week_count", "mean", "spread", "low", "high", "average", "average_limit")
    ),
    *(("gap_chart", figure) for figure in ("gap", "mean", "low", "high", "average", "average_limit")),
    *(("cusum", figure) for figure in ("better", "worse", "alarm_at")),
    *(("agreement", f) for f in ("subject_count", "judge_count", "agreed_share", "alpha", "low", "high")),
    *(("drift", figure) for figure in ("row_count", "value", "low", "high", "bound")),
    *(
        ("gaming_sign", figure)
        for figure in ("lead_count", "before_count", "observed", "expected", "p_value")
    ),
    *(("gaming_sign", f"others_{figure}") for figure in ("in_time", "before", "low", "high")),
    *(("stage_yield", f"{figure}_count") for figure in ("entered", "passed", "failed", "open")),
    *(("stage_yield", figure) for figure in ("yield_share", "low", "high", "rolled_share", "within_days")),
}
RECOUNTED = [name for name in flow_tables() if lineages()[name].recounts]
Rows = list[dict[str, Any]]


def recountable(archive: Archive, table: str) -> dict[str, int]:
    """The figures of a table that are recounted, each with a row where it is, another one each."""
    order = ", ".join(f'r."{k}" NULLS FIRST' for k in flow_tables()[table].key)  # as the file has it
    whole = archive.ask(f'SELECT r.* FROM "{lineages()[table].read_from}" AS r ORDER BY {order}')
    numbered = whole.append_column("node", pa.array(range(whole.num_rows), pa.int64()))
    rows: dict[str, set[int]] = {}
    for node, one in recount(archive, lineages()[table].recounts, numbered):
        if one.said is not None:
            rows.setdefault(one.figure, set()).add(node)
    taken: dict[str, int] = {}
    for figure, nodes in sorted(rows.items(), key=lambda item: len(item[1])):
        taken[figure] = min(nodes - set(taken.values()), default=min(nodes))
    return taken


@pytest.fixture(scope="module")
def copied(halden: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the company, whose tables `altered` may change."""
    folder = tmp_path_factory.mktemp("altered") / "copy"
    shutil.copytree(halden.folder, folder, symlinks=True)
    return open_workspace(folder)


@contextmanager
def altered(workspace: Workspace, table: str, change: Callable[[Rows], None]) -> Iterator[Rows]:
    """While the block runs, a published table has its rows as `change` leaves them."""
    file = workspace.published.path(table)
    whole, before = pq.read_table(file), file.read_bytes()
    rows = whole.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=whole.schema), file)
    try:
        yield rows
    finally:
        file.write_bytes(before)


def a_little_more(value: Any) -> Any:
    """The least change that matters: a cent, one more, some points, a second."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(seconds=1)
    return value + {int: 1, float: 0.001, Decimal: Decimal("0.05")}[type(value)]


def test_every_figure_of_every_row_agrees(halden: Workspace) -> None:
    assert audit(halden) == []


def test_figures_agree_as_of_an_earlier_day(halden_then: Workspace) -> None:
    assert audit(halden_then) == []


def test_every_figure_of_the_contract_is_recounted(archive: Archive) -> None:
    missing = {
        (name, column.name)
        for name, table in flow_tables().items()
        for column in table.columns
        if column.type in {"cents", "points", "integer", "real"} and column.name not in table.key
    }
    for name in RECOUNTED:
        missing -= {(name, figure) for figure in recountable(archive, name)}
    assert missing == NOT_RECOUNTED


@pytest.mark.parametrize("table", RECOUNTED)
def test_an_altered_figure_is_told(copied: Workspace, archive: Archive, table: str) -> None:
    places = recountable(archive, table)

    def change(rows: Rows) -> None:
        for figure, place in places.items():
            rows[place][figure] = a_little_more(rows[place][figure])

    with altered(copied, table, change) as rows:
        told = {(found.key, found.recount.figure) for found in audit(copied, [table])}
    key = flow_tables()[table].key
    for figure, place in places.items():
        assert (key_text(rows[place][k] for k in key), figure) in told


def test_a_cent_too_much_is_said_loudly(copied: Workspace) -> None:
    def change(rows: Rows) -> None:
        wrong = next(r for r in rows if r["attribution_model"] == "w" and r["credit_cents"] > 100_000)
        wrong["credit_cents"] += 1
        rows.remove(wrong)
        rows.insert(0, wrong)

    with altered(copied, "credit", change) as rows:
        wrong = rows[0]
        explained = explain(copied, "credit", [key_part(wrong[k]) for k in flow_tables()["credit"].key])
    [(where, recounted)] = explained.disagreements
    cents = wrong["credit_cents"]
    assert where == explained
    assert (recounted.figure, recounted.said, recounted.found) == ("credit_cents", cents, cents - 1)
    text = render(explained)
    assert text.startswith("DOES NOT AGREE: 1 figure")
    said, found = (f"{c // 100:,}.{c % 100:02d} USD" for c in (cents, cents - 1))
    assert f"credit_cents says {said}, but the opportunity's amount less" in text
    assert f"gives {found}" in text
    assert [r["agrees"] for r in to_json(explained)["recounts"]].count(False) == 1


def test_a_fault_behind_the_row_asked_for_is_told_too(copied: Workspace) -> None:
    [hand_off] = copied.query(
        "SELECT h.* FROM hand_off AS h WHERE EXISTS (SELECT 1 FROM signal AS s WHERE s.component = 'frame' "
        "AND s.buying_group_id = h.buying_group_id AND s.at <= h.at) ORDER BY h.score DESC LIMIT 1"
    ).to_pylist()

    def change(rows: Rows) -> None:
        known = [
            row
            for row in rows
            if row["buying_group_id"] == hand_off["buying_group_id"]
            and row["at"] <= hand_off["at"]
            and row["component"] == "frame"
        ]
        max(known, key=lambda row: (row["at"], row["points"]))["points"] += Decimal(40)

    with altered(copied, "signal", change):
        explained = explain(copied, "hand_off", hand_off["hand_off_id"])
    assert {where.table for where, _ in explained.disagreements} == {"score", "signal"}


def test_rules_changed_since_the_run_are_mentioned(copied: Workspace) -> None:
    folder = copied.folder / "rules"
    file = folder / "qualification.csv"
    before = file.read_text("utf-8") if file.exists() else None
    file.write_text(default_text("qualification").replace("enter_at,45", "enter_at,46"), "utf-8")
    try:
        explained = explain(copied, "flap", "2025-01-01")
    finally:
        file.unlink() if before is None else file.write_text(before, "utf-8")
    assert "rules were changed after this run" in explained.cautions[0]
    assert explained.cautions[0] in render(explained)


def test_a_chance_says_the_weeks_of_the_model_it_is_by(copied: Workspace, archive: Archive) -> None:
    def change(rows: Rows) -> None:
        for row in rows:
            if row["target"] == "open":
                row["horizon_weeks"] = 26 if row["trained_at"] >= LATEST else 4

    [version] = archive.rows(
        "SELECT MAX_BY(m.model_version, m.trained_at) AS v, MAX(m.trained_at) AS at FROM chance_model AS m "
        "WHERE m.target = 'open'"
    )
    assert version["at"] == LATEST
    said = archive.rows(
        "SELECT c.account_id, c.solution_id, c.scored_at, c.model_version FROM chance AS c "
        "WHERE c.p_open IS NOT NULL ORDER BY c.scored_at, c.p_open DESC"
    )
    with altered(copied, "chance_model", change):
        for row, weeks in ((said[0], 4), (said[-1], 26)):
            assert (row["model_version"] == version["v"]) is (weeks == 26)
            key = (row["account_id"], row["solution_id"], row["scored_at"].isoformat())
            assert f"chance to open within {weeks} weeks" in explain(copied, "chance", key).sentence


def test_openings_are_counted_again_by_the_weeks_of_the_rules(copied: Workspace, archive: Archive) -> None:
    """The tables are about 13 weeks: by rules that say 4, openings of the weeks between are too many."""
    file = copied.folder / "rules" / "chances.csv"
    file.write_text(default_text("chances") + "horizon_weeks,4,2025-01-06,short\n", "utf-8")
    try:
        found = [d for d in audit(copied, ["panel"]) if d.recount.figure == "opens"]
    finally:
        file.unlink()
    [late] = archive.rows(
        "SELECT COUNT(*) AS n FROM panel AS p WHERE p.opens = 1 AND p.week_at >= TIMESTAMP '2025-01-06' "
        "AND p.opens_at > p.week_at + INTERVAL 28 DAY"
    )
    assert len(found) == late["n"] > 20
    assert all((d.recount.said, d.recount.found) == (1, 0) for d in found)


def test_what_agrees() -> None:
    assert agree(100, 100) and not agree(100, 101)
    assert agree(None, None) and not agree(None, 0) and not agree(0, None)
    assert agree(0.5, Decimal("0.5")) and agree(1 / 3, 0.33333333333) and not agree(0.5, 0.501)
    assert agree(Decimal("45.39"), Decimal("45.40")) and not agree(Decimal("45.39"), Decimal("45.41"))
    assert agree(True, True) and not agree(True, False)
