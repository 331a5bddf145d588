"""Words that no rule names are told by `muster check` before the first run, with what to add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.readings import unread_words, unsold_solutions
from muster.testing import company, engaged, opportunity

KNOWN = engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended")
ODD = engaged("2025-03-04 09:00", "ana@acme.example", "page_view")
CRM = """[[source]]
name = "crm"
kind = "salesforce"
path = "crm"
"""


def told(muster: Any, place: Path) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = json.loads(muster("check", "-w", place, "--json").stdout)["problems"]
    return problems


def export(place: Path) -> None:
    """A small CRM beside what people did."""
    (place / "crm").mkdir()
    (place / "crm" / "Opportunity.csv").write_text(
        "Id,Name,AccountId,StageName,LeadSource,CreatedDate,CloseDate\n"
        "006A,One,001A,Discovery,Carrier Pigeon,2025-01-02,2025-06-01\n"
        "006B,Two,001A,Discovery,Carrier Pigeon,2025-01-03,2025-06-01\n"
        "006C,Three,001A,Discovery,Webinar,2025-01-03,2025-06-01\n",
        "utf-8",
    )
    (place / "crm" / "Contact.csv").write_text(
        "Id,Email,Title\n003A,ana@acme.example,Xyzzyq\n003B,bo@acme.example,Chief Financial Officer\n",
        "utf-8",
    )
    with (place / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(CRM)


def test_words_that_no_rule_names_are_told_before_the_first_run(muster: Any, tmp_path: Path) -> None:
    company(tmp_path, KNOWN, ODD, engaged("2025-03-05 09:00", "ana@acme.example", "page_view"), run=False)
    export(tmp_path)
    problems = told(muster, tmp_path)
    [activity] = [p for p in problems if p["reason"] == unread_words.UNWEIGHED]
    assert (activity["severity"], activity["value"], activity["count"]) == ("warning", "page_view", 2)
    assert "rules/activity_weights.csv" in activity["remedy"] and activity["file"] == "engagement.csv"
    [source] = [p for p in problems if p["reason"] == unread_words.UNSOURCED]
    assert (source["severity"], source["value"], source["count"]) == ("note", "Carrier Pigeon", 2)
    assert "carrier pigeon,marketing" in source["remedy"]
    [title] = [p for p in problems if p["column"] == "title"]
    assert (title["count"], title["value"], title["reason"]) == (1, "Xyzzyq", unread_words.UNTITLED)


def test_words_that_rules_name_are_not_told(muster: Any, tmp_path: Path) -> None:
    company(tmp_path, KNOWN, run=False)
    assert not [p for p in told(muster, tmp_path) if p["column"] in ("activity", "lead_source", "title")]


def test_after_a_run_the_run_tells_of_them(muster: Any, tmp_path: Path) -> None:
    company(tmp_path, KNOWN, ODD, run=True)
    told_now = json.loads(muster("check", "-w", tmp_path, "--json").stdout)
    assert not [p for p in told_now["problems"] if p["column"] == "activity"]
    assert [f for f in told_now["last_run"]["findings"] if f["value"] == "page_view"]


def test_a_check_that_keeps_quiet_of_activities_is_noticed(
    muster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: every activity is taken for one that a rule weighs."""
    monkeypatch.setattr(unread_words, "_activities", lambda *_: [])
    with pytest.raises(ValueError, match="not enough values"):
        test_words_that_no_rule_names_are_told_before_the_first_run(muster, tmp_path)


ATTENDED = [
    engaged(f"2025-03-0{day} 09:00", "ana@acme.example", "webinar_attended", solution=topic)
    for day, topic in ((3, "Data Platform"), (4, "company"), (5, "company"), (6, "secruity"))
]
DEAL = opportunity("2025-03-01", "006A", account="001A", solution="security")
SELLS = "solution_id,name,pattern,effective_from,why\ndata-platform,Data Platform,,1970-01-01,what we sell\n"


def unsold(muster: Any, place: Path) -> dict[str, dict[str, Any]]:
    return {p["value"]: p for p in told(muster, place) if p["reason"] == unsold_solutions.UNSOLD}


def test_a_solution_that_nobody_is_known_to_sell_is_told(muster: Any, tmp_path: Path) -> None:
    """A talk's topic was mapped as the solution: of four values two are sold, by a rule and by a deal."""
    company(tmp_path, *ATTENDED, DEAL, rules={"solutions": SELLS}, run=False)
    found = unsold(muster, tmp_path)
    assert {value: (p["severity"], p["count"]) for value, p in found.items()} == {
        "company": ("warning", 2),
        "secruity": ("warning", 1),
    }
    assert 'values = { "secruity" = "security" }' in found["secruity"]["remedy"]  # the nearest that is sold
    assert 'values = { "company" = "" }' in found["company"]["remedy"]
    assert "add a line to rules/solutions.csv: company." in found["company"]["remedy"]
    known = json.loads(muster("check", "-w", tmp_path, "--json").stdout)["solutions"]
    assert known == ["data-platform", "security"]


def test_what_a_run_does_not_tell_is_told_after_it_too(muster: Any, tmp_path: Path) -> None:
    company(tmp_path, *ATTENDED, DEAL, rules={"solutions": SELLS}, run=True)
    assert set(unsold(muster, tmp_path)) == {"company", "secruity"}


def test_a_check_that_takes_every_solution_for_sold_is_noticed(
    muster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: what acts name counts as sold, so that nothing is ever told."""
    everywhere = (*unread_words._SOLD, *unread_words._NAMING)
    monkeypatch.setattr(unread_words, "_SOLD", everywhere)
    with pytest.raises(AssertionError):
        test_a_solution_that_nobody_is_known_to_sell_is_told(muster, tmp_path)


def test_titles_of_many_people_are_told_by_themselves_and_the_others_together(
    muster: Any, tmp_path: Path
) -> None:
    company(tmp_path, KNOWN, run=False)
    export(tmp_path)
    titles = [*(["Xyzzyq"] * 3), *(f"Qwxz{letter}" for letter in "abcdefghij")]
    rows = "".join(f"003{n},p{n}@acme.example,{title}\n" for n, title in enumerate(titles))
    (tmp_path / "crm" / "Contact.csv").write_text("Id,Email,Title\n" + rows, "utf-8")
    found = [p for p in told(muster, tmp_path) if p["column"] == "title"]
    assert (found[0]["value"], found[0]["count"]) == ("Xyzzyq", 3)
    assert [p["value"] for p in found].count(None) == 1 and len(found) == 9
    assert found[-1]["reason"].endswith(": Qwxzh, Qwxzi, Qwxzj") and found[-1]["count"] == 3
