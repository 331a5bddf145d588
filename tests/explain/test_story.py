"""What happened to the webinar attendance of a VP: from the file to the hand-off, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.explain import Explanation, explain, render
from muster.rules.read import default_text
from muster.testing import account, company, contact, engaged, rows
from muster.workspace import Workspace

WEBINAR = "resolved_engagement e-webinar"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An engineer looks at prices, then a VP attends a webinar: two people, and the group qualifies."""
    return company(
        tmp_path_factory.mktemp("story"),
        account("Acme", website="acme.example", record="001A"),
        contact("ana@acme.example", record="003A", title="Data Engineer", name="Ana Ortiz"),
        contact("vera@acme.example", record="003V", title="VP Data", name="Vera Voss"),
        engaged("2025-03-03 09:00", "ana@acme.example", "pricing_viewed", engagement_id="e-prices"),
        engaged("2025-03-04 15:00", "vera@acme.example", "webinar_attended", engagement_id="e-webinar"),
        policy={"enter_at": 15, "leave_below": 10},
    )


def way_back(explained: Explanation, *tables: str) -> list[Explanation]:
    """One way back from a row through these tables to the webinar."""
    if not tables:
        return [explained] if f"{explained.table} {explained.name}" == WEBINAR else []
    for parent in explained.parents:
        if parent.table == tables[0] and (found := way_back(parent, *tables[1:])):
            return [explained, *found]
    return []


def told(explained: Explanation, *, depth: int | None = None) -> list[str]:
    """The text without what changes with the words of rules and SQL files."""
    lines = render(explained, depth=depth).splitlines()
    left_out = ("made by", "row:", "rule:", "A default rule")
    return [line for line in lines if not line.strip().startswith(left_out)]


def test_the_hand_off_leads_back_to_the_webinar_and_its_file(acme: Workspace) -> None:
    [hand_off] = rows(acme, "SELECT hand_off_id FROM hand_off")
    explained = explain(acme, "hand_off", hand_off["hand_off_id"])
    way = way_back(explained, "score", "signal", "resolved_engagement")
    assert [(one.table, one.because) for one in way] == [
        ("hand_off", ""),
        ("score", "the score then"),
        ("signal", "evidence known by then, what weighs most first"),
        ("resolved_engagement", "the act"),
    ]
    assert [one.sentence for one in reversed(way)] == [
        "Vera Voss (VP Data) of Acme attended a webinar, about data-platform, at 2025-03-04 15:00:00: "
        "6.00 points for frame. Account by person.",
        "6.00 points for frame (slow) since 2025-03-04 15:00:00, known 2025-03-04 15:00:00: "
        "attended a webinar.",
        "At 2025-03-04 15:00:00 the group of Acme for data-platform stood at 19.54 of 100: fit 0.00, "
        "intent 0.00, engagement 5.93, frame control 6.11, completeness 7.50.",
        "At 2025-03-04 15:00:00: Acme for data-platform: 2 known people, 1 able to decide, and "
        "0 anonymous visitors; score 19 of 100. Replayed: yes.",
    ]
    [rule] = way[2].rules
    assert rule.file == "rules/activity_weights.csv"
    assert (rule.cells["activity"], rule.cells["points"]) == ("webinar_attended", "6")
    [source] = way[3].sources
    assert (source.file, source.row, source.key) == ("engagement.csv", 3, "e-webinar")


def test_the_webinar_as_text(acme: Workspace) -> None:
    assert told(explain(acme, "resolved_engagement", "e-webinar")) == [
        "resolved_engagement e-webinar",
        "  Vera Voss (VP Data) of Acme attended a webinar, about data-platform, at 2025-03-04 15:00:00: "
        "6.00 points for frame. Account by person.",
        "  recounted, agrees: weight 6.00 (the points of its activity's rule then, or none)",
        "  recounted behind it, in 1 rows: 1 figures that agree",
        "  source: engagement/engagement.csv, row 3 (engagement e-webinar, known 2025-03-04 15:00:00)",
        "  who it was:",
        "  - person p56d367039dddace5/1970-01-01T00:00:00",
        "    Vera Voss, VP Data <vera@acme.example>, at Acme by company_domain from the beginning.",
        "    a record of this person:",
        "    - person_alias 003V",
        "      The record 003V is Vera Voss (VP Data) (same_record, confidence 1).",
        "      source: person-record/person_record.csv, row 3 "
        "(person_record 003V, known 2020-01-01 00:00:00)",
        "    where they were:",
        "    - account ad574de51d85f19b6",
        "      Acme is an organisation with the domain acme.example, known since 2020-01-01 00:00:00; "
        "account records that stand for it: 1.",
        "      a record of it:",
        "      - account_alias 001A",
        "        The account record 001A is Acme (same_record, confidence 1).",
        "        source: account-record/account_record.csv, row 2 "
        "(account_record 001A, known 2020-01-01 00:00:00)",
        "  as above: whose it was (account ad574de51d85f19b6)",
    ]


def test_depth_ends_the_tree_with_the_command_that_goes_on(acme: Workspace) -> None:
    explained = explain(acme, "resolved_engagement", "e-webinar")
    assert told(explained, depth=0)[-2] == f"  rests on 2 more: muster explain {WEBINAR}"
    shallow = told(explained, depth=1)
    assert "  - person p56d367039dddace5/1970-01-01T00:00:00" in shallow
    assert not any("- person_alias" in line for line in shallow)
    assert any(line.startswith("    rests on 1 more: muster explain account ") for line in shallow)


def test_what_was_cut_names_the_command_that_tells_all(acme: Workspace) -> None:
    explained = explain(acme, "resolved_engagement", "e-webinar")
    assert told(explained, depth=1)[-1] == (
        f"Told to depth 1; the commands above go on from one row. All at once: muster explain {WEBINAR} --all"
    )
    assert "--all" not in render(explained)
    assert "--all" not in render(explained, depth=9)


def test_rules_and_files_are_told_in_full_once(acme: Workspace) -> None:
    [hand_off] = rows(acme, "SELECT hand_off_id FROM hand_off")
    text = render(explain(acme, "hand_off", hand_off["hand_off_id"]))
    assert text.count("Gives an hour") == 1
    assert text.count("rules/activity_weights.csv, row 16") == 2
    assert text.count("made by weighing/signal.sql: Everything that moves a group's score") == 1


def test_a_rule_that_is_a_default_says_so_and_how_to_make_it_ones_own(acme: Workspace) -> None:
    explained = explain(acme, "resolved_engagement", "e-webinar")
    text = render(explained)
    assert "rule: default rules/activity_weights.csv, row 16: activity webinar_attended" in text
    assert "`muster init` writes the files that are missing" in text
    own = acme.folder / "rules" / "activity_weights.csv"
    own.write_text(default_text("activity_weights"), "utf-8")
    try:
        mine = render(explain(acme, "resolved_engagement", "e-webinar"))
    finally:
        own.unlink()
    assert "rule: rules/activity_weights.csv, row 16: activity webinar_attended" in mine
    assert "default" not in mine


def test_the_workspaces_own_sql_is_named(acme: Workspace) -> None:
    own = acme.folder / "overrides" / "resolved_engagement.sql"
    own.parent.mkdir()
    own.write_text("-- Ours.\nSELECT 1 AS one", "utf-8")
    explained = explain(acme, "resolved_engagement", "e-webinar")
    own.unlink()
    made_by = explained.made_by
    assert made_by is not None
    assert "own SQL was changed after this run" in explained.cautions[0]
    assert (made_by.file, made_by.about) == ("overrides/resolved_engagement.sql", "Ours.")


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    visits = [
        engaged(f"2025-03-{day:02d} {hour:02d}:00", "ana@acme.example", "pricing_viewed")
        for day in range(2, 20)
        for hour in (9, 15)
    ]
    workspace = company(
        tmp_path,
        account("Acme", website="acme.example"),
        contact("ana@acme.example"),
        engaged("2025-03-01 09:00", "ana@acme.example", "demo_requested"),
        *visits,
    )
    [member] = rows(workspace, "SELECT buying_group_id, person_id, engagement_count FROM member")
    explained = explain(workspace, "member", [member["buying_group_id"], member["person_id"]])
    shown = [parent for parent in explained.parents if parent.because == "took part"]
    assert (member["engagement_count"], len(shown), explained.left_out) == (37, 20, 17)
    assert "  and 17 more rows that it rests on" in told(explained)
