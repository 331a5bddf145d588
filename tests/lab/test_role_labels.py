"""Reviewed roles feed back as decisions; each can be taken back, to the same tables as before."""

from __future__ import annotations

import pytest

from muster.deciding.decided import decisions, undo
from muster.deciding.roles import ROLES, correct
from muster.lab.apply import decide_reviews
from muster.lab.role_sample import RoleLabel
from muster.lab.sample import Stratum
from muster.problems import WrongUse
from muster.testing import account, company, contact, engaged, rows
from muster.workspace import Workspace, open_workspace

STRATUM = Stratum("made by hand", 0, True, 3, 0.5)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Vera, a vice president; Ian, an engineer; and somebody of whom only an address is known."""
    return company(
        tmp_path_factory.mktemp("reviews") / "acme",
        account("Acme"),
        contact("vera@acme.example", title="VP Data", account_record_id="acme"),
        contact("ian@acme.example", title="Engineer", account_record_id="acme"),
        engaged("2025-09-01 09:00", "vera@acme.example", "demo_requested"),
        engaged("2025-09-02 09:00", "ian@acme.example", "docs_viewed"),
        engaged("2025-09-03 09:00", "guest@acme.example", "webinar_attended"),
    )


def cast(workspace: Workspace) -> dict[str, tuple[str, float]]:
    """Role and confidence of the membership, by address."""
    found = rows(
        workspace,
        "SELECT DISTINCT p.email, m.role, m.confidence FROM member AS m JOIN person AS p USING (person_id)",
    )
    return {row["email"]: (row["role"], row["confidence"]) for row in found}


def reviewed(workspace: Workspace, **truth: str | None) -> list[RoleLabel]:
    found = rows(
        workspace,
        """SELECT DISTINCT m.buying_group_id, m.person_id, m.role, split_part(p.email, '@', 1) AS name
        FROM member AS m JOIN person AS p USING (person_id) ORDER BY name""",
    )
    return [
        RoleLabel(STRATUM, row["role"], truth[row["name"]], row["buying_group_id"], row["person_id"])
        for row in found
        if row["name"] in truth
    ]


def tables(workspace: Workspace) -> dict[str, bytes]:
    files = workspace.published.folder.glob("*.parquet")
    return {f.name: f.read_bytes() for f in files if f.stem != "intake_ledger"}


def test_reviews_that_disagree_become_decisions_and_undoing_them_brings_the_bytes_back(
    acme: Workspace,
) -> None:
    before, bytes_before = cast(acme), tables(acme)
    assert before["vera@acme.example"][0] == "decision_maker"
    reviews = reviewed(acme, vera="economic_buyer", ian=before["ian@acme.example"][0], guest="none")
    gone = RoleLabel(STRATUM, "user", "champion", "g-gone", reviews[0].person_id)
    told = decide_reviews(acme, [*reviews, gone], by="Rita")
    assert [(d.decision.value, d.decision.decided_by) for d in told.decided] == [
        ("none", "Rita"),
        ("economic_buyer", "Rita"),
    ]
    assert told.agreeing == 1
    assert len(told.refused) == 1 and "has no buying group g-gone" in told.refused[0]
    assert cast(acme) == before  # not before the next run
    again = open_workspace(acme.folder)
    again.run()
    after = cast(again)
    assert after["vera@acme.example"][0] == "economic_buyer"
    assert after["guest@acme.example"][1] == 0.01 < before["guest@acme.example"][1]
    assert decide_reviews(again, reviewed(again, vera="economic_buyer")).agreeing == 1
    second = correct(again, reviews[0].buying_group_id, "guest@acme.example", "user")
    assert [known.state for known in decisions(again, ROLES)] == [
        "overruled by a later one",
        "in force",
        "in force",
    ]
    for decided in (*told.decided, second):
        assert undo(again, decided.decision.decision_id, about=ROLES).is_new
    again.run()
    assert tables(again) == bytes_before
    assert not undo(again, second.decision.decision_id, about=ROLES).is_new


@pytest.mark.parametrize(
    ("group", "person", "role", "says"),
    [
        ("here", "vera@acme.example", "boss", '"boss" is no role'),
        ("here", "nobody@acme.example", "user", "no record, person or address"),
        ("g-gone", "vera@acme.example", "user", "no buying group g-gone"),
    ],
)
def test_what_there_is_not_is_refused(acme: Workspace, group: str, person: str, role: str, says: str) -> None:
    key = reviewed(acme, vera=None)[0].buying_group_id if group == "here" else group
    with pytest.raises(WrongUse, match=says):
        correct(acme, key, person, role)
