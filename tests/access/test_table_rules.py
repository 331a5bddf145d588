"""Every published table has a rule, and no column of a row that is seen names what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.access.searched import SEARCHED, SearchedTable
from muster.access.seen import Seen
from muster.access.table_rules import EVERYONE, id_sets, sets_of, table_rules
from muster.access.viewer import EVERYTHING, RIGHTS, ROLES, Viewer
from muster.canonical.tables import Table, flow_tables, replay_tables, source_tables
from muster.reports.published import RECORDS

RECORD_TABLES = {f"record_{name}": source_tables().get(name) for name in RECORDS}
TABLES: dict[str, Table | SearchedTable] = {
    **flow_tables(),
    **replay_tables(),
    **{n: t for n, t in RECORD_TABLES.items() if t is not None},
    **SEARCHED,
}

# Ids that name something of an account, and the set they are looked up in.
NAMING = {
    "account_id": "account_id",
    "parent_account_id": "account_id",
    "into_account_id": "account_id",
    "account_record_id": "account_record_id",
    "buying_group_id": "buying_group_id",
    "other_group_id": "buying_group_id",
    "opportunity_id": "opportunity_id",
    "hand_off_id": "hand_off_id",
    "share_id": "share_id",
    "person_id": "person_id",
    "from_person_id": "person_id",
    "to_person_id": "person_id",
    "person_record_id": "person_record_id",
}
# Not hidden, and why.
OWN = {
    ("account_alias", "account_record_id"): "what the row is about",
    ("merged_account", "account_id"): "the id that no longer stands for an account",
    ("person", "person_id"): "who the row is about",
    ("person_part", "person_id"): "a key: somebody of the account",
    ("member", "person_id"): "a key: the member, whoever employs them now",
    ("member_sign", "person_id"): "a key: the member",
    ("role_candidate", "person_id"): "a key: somebody of the account",
    ("role_chance", "person_id"): "a key: the member",
    ("role_holder", "person_id"): "a key: the member",
    ("decided_about", "buying_group_id"): "a group of the account",
    ("board_move", "buying_group_id"): "a group of the account",
    ("decided_about", "hand_off_id"): "a hand-off of the account",
    ("hand_off_update", "person_id"): "a key: the member the news is about",
    ("referral", "person_id"): "a key: somebody of the account",
    ("second_lead", "person_id"): "a key: somebody of the account",
    ("second_lead", "person_record_id"): "the record that became a lead of the account",
    ("person_alias", "person_record_id"): "a record of the person",
    ("known_opportunity", "opportunity_id"): "what the row is about",
    ("path", "opportunity_id"): "a key: the group's own opportunity",
    ("relationship_credit", "opportunity_id"): "the deal that won the account",
    ("hand_off", "hand_off_id"): "what the row is about",
    ("share", "share_id"): "what the row is about",
    ("searched_person", "person_id"): "what the row is about",
    ("placed_person", "person_id"): "what the row is about",
    ("buying_group", "buying_group_id"): "what the row is about",
}


def test_every_published_table_has_a_rule_and_every_rule_a_table() -> None:
    published = flow_tables().keys() | replay_tables().keys() | RECORD_TABLES.keys()
    assert table_rules().keys() == published | SEARCHED.keys()


def test_what_is_searched_has_the_columns_it_says(bundled: Path) -> None:
    with Seen(bundled / ".muster" / "tables", EVERYTHING) as tables:
        for name, searched in SEARCHED.items():
            told = tables.records(f"DESCRIBE SELECT * FROM {name}")
            assert tuple(row["column_name"] for row in told) == searched.column_names


def test_rules_name_columns_sets_and_rights_that_there_are() -> None:
    sets = id_sets().keys() | {"account_id"}
    for name, rule in table_rules().items():
        if rule.right is not None:
            assert rule.right == EVERYONE or rule.right in RIGHTS, name
            continue
        columns = set(TABLES[name].column_names)
        assert {rule.by, *(c for h in rule.hides for c in (*h.columns, h.unless))} <= columns, name
        assert set(sets_of(rule)) <= sets, name
    for name, ids in id_sets().items():
        assert ids.column in TABLES[ids.table].column_names, name
        assert table_rules()[ids.table].by is not None, name


def test_every_id_in_a_seen_row_is_checked_hidden_or_said_to_be_its_own() -> None:
    unchecked = {
        (name, column)
        for name, rule in table_rules().items()
        if rule.by is not None
        for column in TABLES[name].column_names
        if column in NAMING
        and column != rule.by
        and column not in {c for hidden in rule.hides for c in hidden.columns}
    }
    assert unchecked == OWN.keys()


@pytest.mark.parametrize("right", RIGHTS)
def test_an_admin_has_every_right_and_each_right_names_roles(right: str) -> None:
    assert EVERYTHING.may(right)
    assert RIGHTS[right] <= set(ROLES)


def test_rights_and_roles_that_do_not_exist_are_refused() -> None:
    with pytest.raises(KeyError):
        EVERYTHING.may("see_evrything")
    with pytest.raises(ValueError, match="no role boss"):
        Viewer(1, "Bo", "bo@example.com", "boss")
