"""Words that no rule names are told by `muster check` before the first run, with what to add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.readings import unread_words
from muster.testing import company, engaged

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
    assert title["count"] == 1 and title["reason"].endswith(": Xyzzyq")


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
