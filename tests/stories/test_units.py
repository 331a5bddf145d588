"""Two business units of one account with the same need are two groups; splits and merges are logged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.stories.telling import Stories, group_id

from muster.canonical.tables import flow_tables
from muster.testing import (
    SOLUTION,
    Record,
    Row,
    account,
    company,
    contact,
    decided,
    engaged,
    instant,
    opportunity,
    rows,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")


def groups(ws: Workspace, domain: str) -> list[Row]:
    """The groups of an account, in the order they opened."""
    return rows(
        ws,
        f"""
        SELECT g.* FROM buying_group AS g JOIN account AS a USING (account_id)
        WHERE a.domain = '{domain}' ORDER BY g.opened_at
        """,
    )


def people(ws: Workspace, group: Row) -> list[str]:
    """The members of a group, by address."""
    found = rows(
        ws,
        f"""
        SELECT DISTINCT p.email FROM member AS m JOIN person AS p USING (person_id)
        WHERE m.buying_group_id = '{group["buying_group_id"]}' ORDER BY p.email
        """,
    )
    return [row["email"].partition("@")[0] for row in found]


def changes(ws: Workspace, domain: str) -> list[Row]:
    """What the log says of an account's groups."""
    return rows(
        ws,
        f"""
        SELECT c.* FROM group_change AS c
        JOIN buying_group AS g USING (buying_group_id) JOIN account AS a USING (account_id)
        WHERE a.domain = '{domain}' ORDER BY c."at", c.kind
        """,
    )


def _two_units(firm: str, **more: str) -> list[Record]:
    """Retail asks in September; wholesale, at the same firm, with other people a day later."""
    unit = {"ana": "Retail", "bo": "Retail", "wim": "Wholesale", "wes": "Wholesale"}
    return [
        account(firm.title()),
        *(
            contact(
                f"{who}@{firm}.example", account_record_id=firm, business_unit=which, created="2021-01-01"
            )
            for who, which in unit.items()
        ),
        engaged("2025-09-01 09:00", f"ana@{firm}.example", "demo_requested"),
        engaged("2025-09-02 09:00", f"wim@{firm}.example", "demo_requested"),
        engaged("2025-09-03 09:00", f"bo@{firm}.example", "page_viewed"),
        engaged("2025-09-04 09:00", f"wes@{firm}.example", "demo_requested"),
        engaged("2025-09-05 09:00", f"ana@{firm}.example", "page_viewed"),
        engaged("2025-09-08 09:00", f"wim@{firm}.example", "page_viewed"),
    ]


@told(*_two_units("twounits"))
def test_two_business_units_that_want_the_same_solution_are_two_groups_with_a_logged_split(
    ws: Workspace,
) -> None:
    retail, wholesale = groups(ws, "twounits.example")
    assert (people(ws, retail), people(ws, wholesale)) == (["ana", "bo"], ["wes", "wim"])
    # The part that was there first keeps the older id; the other is apart since both had two people.
    assert (retail["business_unit"], retail["buying_group_id"]) == (None, group_id("twounits"))
    assert wholesale["business_unit"] == "business_unit:wholesale"
    assert wholesale["opened_at"] == instant("2025-09-04 09:00")
    [change] = changes(ws, "twounits.example")
    assert change == {
        "buying_group_id": wholesale["buying_group_id"],
        "kind": "split",
        "at": instant("2025-09-04 09:00"),
        "other_group_id": retail["buying_group_id"],
        "decided_by": "rule",
        "reason": "business_unit wholesale beside retail: no people in common",
        "undone_at": None,
    }


@told(
    account("Regions", record="regions-on", region="Ontario"),
    account("Regions", record="regions-qc", region="Quebec"),
    *(
        contact(f"{who}@regions.example", account_record_id=f"regions-{where}")
        for who, where in {"ana": "on", "bo": "on", "cy": "qc", "di": "qc"}.items()
    ),
    engaged("2025-09-01 09:00", "ana@regions.example", "demo_requested"),
    engaged("2025-09-02 09:00", "bo@regions.example", "demo_requested"),
    engaged("2025-09-03 09:00", "cy@regions.example", "demo_requested"),
    engaged("2025-09-04 09:00", "di@regions.example", "demo_requested"),
    opportunity("2025-09-10 09:00", "regions-1", account="regions-qc", won="2025-10-10 09:00"),
)
def test_regions_are_apart_too_and_an_opportunity_belongs_to_its_own(ws: Workspace) -> None:
    ontario, quebec = groups(ws, "regions.example")
    assert (people(ws, ontario), people(ws, quebec)) == (["ana", "bo"], ["cy", "di"])
    assert (ontario["closing_reason"], quebec["closing_reason"]) == (None, "won")
    assert quebec["opportunity_id"] == "regions-1"


@told(
    account("Mailed"),
    *(engaged("2025-09-01 09:00", f"{who}@mailed.example", "demo_requested") for who in ("ana", "bo")),
    *(engaged("2025-09-02 09:00", f"{who}@asia.mailed.example", "demo_requested") for who in ("ken", "lin")),
)
def test_a_sub_domain_of_the_companys_mail_is_a_unit(ws: Workspace) -> None:
    assert [people(ws, g) for g in groups(ws, "mailed.example")] == [["ana", "bo"], ["ken", "lin"]]


@told(
    account("Lone"),
    *(
        contact(f"{who}@lone.example", account_record_id="lone", business_unit=unit)
        for who, unit in {"ana": "Retail", "bo": "Retail", "wim": "Wholesale"}.items()
    ),
    *(engaged("2025-09-01 09:00", f"{who}@lone.example", "demo_requested") for who in ("ana", "bo", "wim")),
)
def test_one_person_of_another_unit_is_a_colleague_and_no_group_of_their_own(ws: Workspace) -> None:
    [found] = groups(ws, "lone.example")
    assert people(ws, found) == ["ana", "bo", "wim"]


@told(
    *_two_units("reunited"),
    *(
        contact(
            f"{who}@reunited.example",
            record=f"{who}-again",
            account_record_id="reunited",
            business_unit=unit,
            created="2025-10-01 09:00",
        )
        for who, unit in {"ana": "Wholesale", "wim": "Retail", "wes": "Retail"}.items()
    ),
    engaged("2025-10-06 09:00", "wim@reunited.example", "page_viewed"),
)
def test_units_with_most_people_in_common_are_one_group_again_and_the_merge_is_logged(ws: Workspace) -> None:
    retail, wholesale = groups(ws, "reunited.example")
    assert (wholesale["closing_reason"], wholesale["closed_at"]) == ("merged", instant("2025-10-01 09:00"))
    assert people(ws, retail) == ["ana", "bo", "wes", "wim"]
    split, merge = changes(ws, "reunited.example")
    assert (split["kind"], split["undone_at"]) == ("split", instant("2025-10-01 09:00"))
    assert (merge["kind"], merge["at"], merge["other_group_id"]) == (
        "merge",
        instant("2025-10-01 09:00"),
        retail["buying_group_id"],
    )


def _part_id(firm: str, part: str) -> str:
    """The id of the first group of a part: see docs/decisions/0006."""
    return group_id(firm, solution=f"{SOLUTION}|{part}")


@told(
    *_two_units("overruled"),
    decided(
        "2025-11-01 09:00",
        "group_merge",
        group_id("overruled"),
        other=_part_id("overruled", "business_unit:wholesale"),
        reason="one tender",
    ),
)
def test_somebodys_word_that_two_groups_are_one_overrules_the_split(ws: Workspace) -> None:
    [found] = groups(ws, "overruled.example")
    assert people(ws, found) == ["ana", "bo", "wes", "wim"]
    [change] = rows(
        ws, f"FROM group_change WHERE other_group_id = '{found['buying_group_id']}' AND kind = 'merge'"
    )
    assert (change["decided_by"], change["reason"]) == ("decision", "one tender")


@told(
    account("Decided"),
    *(
        engaged(f"2025-09-0{day} 09:00", f"{who}@decided.example", "demo_requested")
        for day, who in enumerate(("ana", "bo", "cy", "di"), 1)
    ),
    *(
        decided(
            "2025-11-01 09:00",
            "group_split",
            group_id("decided"),
            other=f"{who}@decided.example",
            value="labs",
            reason="the labs buy for themselves",
            decision_id=f"split-{who}",
        )
        for who in ("cy", "di")
    ),
)
def test_people_whom_somebody_puts_apart_are_a_group_of_their_own(ws: Workspace) -> None:
    first, labs = groups(ws, "decided.example")
    assert (people(ws, first), people(ws, labs)) == (["ana", "bo"], ["cy", "di"])
    [change] = changes(ws, "decided.example")
    assert (change["decided_by"], change["reason"]) == ("decision", "the labs buy for themselves")


def test_what_is_undone_leaves_every_table_as_if_it_had_never_been_decided(tmp_path: Path) -> None:
    story = _two_units("undone")
    split = decided(
        "2025-11-01 09:00",
        "group_split",
        group_id("undone"),
        other="bo@undone.example",
        value="bo",
        decision_id="d1",
    )
    merge = decided(
        "2025-11-01 09:00",
        "group_merge",
        group_id("undone"),
        other=_part_id("undone", "business_unit:wholesale"),
        decision_id="d2",
    )
    undone = [decided("2025-11-02 09:00", "undo", key, decision_id=f"undo-{key}") for key in ("d1", "d2")]

    def tables(name: str, *decisions: Record) -> dict[str, bytes]:
        ws = company(tmp_path / name, *story, *decisions, as_of=datetime(2025, 12, 31, tzinfo=UTC))
        known = set(flow_tables()) - {"intake_ledger"}  # that says that a file of decisions was read
        return {name: ws.published.path(name).read_bytes() for name in sorted(known)}

    never = tables("never")
    assert tables("undone", split, merge, *undone) == never
    assert {name for name, said in tables("decided", split, merge).items() if said != never[name]} >= {
        "buying_group",
        "group_change",
        "member",
        "score",
    }
