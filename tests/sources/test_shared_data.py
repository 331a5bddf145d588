"""Real exports, read whole and right: the row counts are those their own READMEs state."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from muster.config.reading import read_config
from muster.sources.load import load

REPO = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.shared

WORLD_ROWS = {
    "Account.csv": 3_090,
    "Contact.csv": 6_086,
    "Lead.csv": 14_047,
    "Campaign.csv": 208,
    "CampaignMember.csv": 47_860,
    "Opportunity.csv": 405,
    "OpportunityContactRole.csv": 376,
    "OpportunityHistory.csv": 1_400,
    "Task.csv": 1_953,
    "Event.csv": 376,
    "web_events.csv": 103_826,
    "email_events.csv": 6_746,
    "attendance.csv": 12_695,
    "account_signals.csv": 29_489,
    "share_links.csv": 380,
    "ad_spend.csv": 576,
    "content_catalog.csv": 96,
    "holdout.csv": 1_218,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, shared_data):
    workspace = REPO / "examples" / "world"
    config = read_config(workspace, environment={"WORLD": str(shared_data / "world")})
    return load(config, workspace, tmp_path_factory.mktemp("world"), now=NOW)


def ask(loaded, sql: str):
    """The rows of a query in which {table} stands for a canonical table's file."""
    return duckdb.execute(
        sql.format(**{n: f"read_parquet('{p}')" for n, p in loaded.tables.items()})
    ).fetchall()


def test_the_world_is_read_to_the_last_row(world):
    assert {row.file: row.rows_read for row in world.ledger} == WORLD_ROWS
    assert {row.file: row.rows_landed for row in world.ledger} == WORLD_ROWS
    assert [p for p in world.problems if p.severity != "note"] == []


def test_the_worlds_money_is_the_files_money(world, shared_data):
    raw = duckdb.execute(
        "SELECT sum(CAST(Amount AS DECIMAL(18,2))) * 100 FROM read_csv(?, all_varchar = true)",
        [str(shared_data / "world/crm/Opportunity.csv")],
    ).fetchall()
    assert ask(world, "SELECT sum(amount_cents) FROM {opportunity}") == [(int(raw[0][0]),)]
    raw = duckdb.execute(
        "SELECT sum(CAST(cost AS DECIMAL(18,2))) * 100 FROM read_csv(?, all_varchar = true)",
        [str(shared_data / "world/events/ad_spend.csv")],
    ).fetchall()
    assert ask(world, "SELECT sum(amount_cents) FROM {spend}") == [(int(raw[0][0]),)]


def test_the_worlds_lead_process_is_all_there(world):
    found = dict(ask(world, "SELECT status, count(*) FROM {lead_status_change} GROUP BY status"))
    assert found == {"mql": 1_408, "sal": 581, "disqualified": 375, "converted": 210}
    reasons = "SELECT count(*) FROM {lead_status_change} WHERE reason LIKE 'Duplicate%'"
    assert ask(world, reasons) == [(192,)]


def test_the_worlds_ids_stay_as_exported(world, shared_data):
    truth = shared_data / "world/truth/account_records.csv"
    found = ask(
        world,
        "SELECT count(*) FROM {account_record} "
        f"SEMI JOIN read_csv('{truth}', all_varchar = true) AS t USING (account_record_id)",
    )
    assert found == [(3_090,)]


def test_every_share_that_was_followed_leads_to_its_link(world):
    followed = """
        SELECT count(*), count(s.share_token) FROM {engagement} AS e
        LEFT JOIN {share_link} AS s USING (share_token) WHERE e.share_token IS NOT NULL
    """
    total, known = ask(world, followed)[0]
    assert total == known > 0


def salesforce(folder: Path, tmp_path: Path, fields: str = ""):
    (tmp_path / "muster.toml").write_text(
        f'[company]\nname = "Org"\n[[source]]\nname = "crm"\nkind = "salesforce"\npath = "{folder}"\n{fields}'
    )
    return load(read_config(tmp_path), tmp_path, tmp_path / "out", now=NOW)


def test_a_sample_orgs_export_is_read_whole(tmp_path, shared_data):
    loaded = salesforce(
        shared_data / "data/salesforce_sample_org",
        tmp_path,
        '[source.fields]\n"opportunity.solution_id" = "Product__c"\n',
    )
    assert {r.file: (r.rows_read, r.rows_landed, r.rows_set_aside) for r in loaded.ledger} == {
        "Account.csv": (22, 22, 0),
        "Contact.csv": (102, 102, 0),
        "Lead.csv": (60, 60, 0),
        "Campaign.csv": (8, 8, 0),
        "CampaignMember.csv": (68, 68, 0),
        "Opportunity.csv": (50, 50, 0),
        "Task.csv": (75, 75, 0),
        "Case.csv": (40, 0, 40),
        "AccountContactRelation.csv": (22, 0, 22),
    }
    assert [(p.value, p.count) for p in loaded.problems if p.severity != "note"] == [("Proposal/Quote", 8)]
    by_stage = dict(
        ask(
            loaded,
            "SELECT stage, count(*) FROM {opportunity} WHERE is_closed GROUP BY stage",
        )
    )
    assert set(by_stage) == {"Closed Won", "Closed Lost"}
    assert ask(
        loaded, "SELECT count(*) FILTER (WHERE is_won), count(*) FILTER (WHERE is_closed) FROM {opportunity}"
    ) == [(12, 15)]
    joined = """SELECT count(*) FROM {engagement}
        JOIN {person_record} USING (person_record_id) JOIN {tactic} USING (tactic_id)"""
    assert ask(loaded, joined) == [(68,)]
    assert (
        ask(
            loaded,
            "SELECT count(*) FROM {person_record} WHERE kind = 'lead' AND account_record_id LIKE '001%'",
        )[0][0]
        > 0
    )


def test_the_shape_that_warehouses_get_is_read_whole(tmp_path, shared_data):
    loaded = salesforce(shared_data / "data/crm_export_seeds/salesforce", tmp_path)
    read = {"account": 10, "contact": 4, "event": 10, "lead": 1, "opportunity": 10, "task": 10, "user": 10}
    left = {
        "account_history": 10,
        "contact_history": 4,
        "opportunity_history": 10,
        "opportunity_line_item": 10,
        "order": 10,
        "product_2": 2,
        "user_role": 10,
    }
    assert {r.file: r.rows_landed for r in loaded.ledger} == {
        **{f"sf_{name}_data.csv": count for name, count in read.items()},
        **{f"sf_{name}_data.csv": 0 for name in left},
    }
    assert sum(r.rows_read for r in loaded.ledger) == 111
    unread = {p.file: p.count for p in loaded.problems if p.reason == "not an object Muster reads"}
    assert unread == {f"sf_{name}_data.csv": count for name, count in left.items()}
    assert all(p.severity == "note" for p in loaded.problems if p.reason == "not an object Muster reads")


def test_maven_is_read_through_its_maps(tmp_path, shared_data):
    workspace = REPO / "examples" / "maven_crm"
    config = read_config(workspace, environment={"MAVEN": str(shared_data / "data/maven_crm")})
    loaded = load(config, workspace, tmp_path, now=NOW)
    assert {r.file: r.rows_landed for r in loaded.ledger} == {
        "sales_pipeline.csv": 8_800,
        "accounts.csv": 85,
        "sales_teams.csv": 35,
    }
    stages = ask(
        loaded,
        "SELECT stage, count(*), CAST(sum(amount_cents) AS BIGINT) FROM {opportunity} GROUP BY 1 ORDER BY 1",
    )
    assert stages == [
        ("Engaging", 1_589, None),
        ("Lost", 2_473, 0),
        ("Prospecting", 500, None),
        ("Won", 4_238, 1_000_553_400),
    ]
    assert ask(loaded, "SELECT count(*) FROM {opportunity} WHERE solution_id = 'GTX Pro'") == [(1_480,)]
    assert ask(loaded, "SELECT count(*) FROM {account_record} WHERE parent_record_id IS NOT NULL") == [(15,)]
    assert ask(
        loaded, "SELECT annual_revenue_cents FROM {account_record} WHERE name = 'Acme Corporation'"
    ) == [(110_004_000_000,)]
