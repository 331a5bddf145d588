"""Rules tried out in a folder: whose role they would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.lab.roles import moved_by_rules
from muster.problems import WrongUse
from muster.rules.read import default_text
from muster.testing import account, company, contact, engaged


def test_changed_rules_say_whose_role_would_change_and_the_same_rules_nobodys(tmp_path: Path) -> None:
    workspace = company(
        tmp_path / "acme",
        account("Acme"),
        contact("ana@acme.example", title="Data Engineer", account_record_id="acme"),
        contact("vera@acme.example", title="VP Data", account_record_id="acme"),
        engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "vera@acme.example", "pricing_viewed"),
        engaged("2025-03-05 09:00", "vera@acme.example", "demo_requested"),
    )
    tried = tmp_path / "tried"
    tried.mkdir()
    with pytest.raises(WrongUse, match="has no rule file"):
        moved_by_rules(workspace, tried)
    text = default_text("roles")
    (tried / "roles.csv").write_text(text, "utf-8")
    same = moved_by_rules(workspace, tried)
    assert (same.files, same.member_count, same.gaps_new, same.gaps_gone) == (("roles",), 0, 0, 0)
    head = text.splitlines()[0]
    columns = head.split(",")
    everybody = {"function": "*", "role": "procurement", "confidence": "0.99", "effective_from": "1970-01-01"}
    levels = sorted({line.split(",")[columns.index("seniority")] for line in text.splitlines()[1:]})
    rows = [",".join((everybody | {"seniority": level}).get(c, "tried") for c in columns) for level in levels]
    (tried / "roles.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    moved = moved_by_rules(workspace, tried)
    assert moved.member_count > 0 and moved.group_count == 1
    assert {m.after_role for m in moved.members} == {"procurement"}
    assert moved.moved.merge_count == moved.moved.part_count == 0
    assert moved.gaps_new > 0
