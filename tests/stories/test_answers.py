"""What sales answers lowers what it is about: a group's status, a role, or nothing. Six kinds of defect."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import pytest
from tests.stories.telling import Stories, group, group_id, members, stretches
from tests.stories.test_hand_off import hand_offs

from muster.testing import (
    Record,
    account,
    called,
    contact,
    decided,
    engaged,
    instant,
    lead,
    named,
    opportunity,
    rows,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")


def verdicts(ws: Workspace, unit: str) -> dict[str, Any]:
    """Each kind of defect of something given, with its verdict: what tells of it, False, or None."""
    found = rows(ws, f"SELECT defect, is_defect, basis FROM defect WHERE unit_id = '{unit}'")
    return {row["defect"]: row["basis"] if row["is_defect"] else row["is_defect"] for row in found}


def team(firm: str, *, day: str = "2025-02-03", solution: str = "data-platform") -> list[Record]:
    """A vice president and an analyst who are busy on one day: enough to qualify."""
    return [
        contact(f"vera@{firm}.example", title="VP Data", account_record_id=firm, created="2024-01-01 00:00"),
        contact(
            f"ana@{firm}.example", title="Data Analyst", account_record_id=firm, created="2024-01-01 00:00"
        ),
        *(
            engaged(f"{day} 09:00", f"{who}@{firm}.example", act, solution=solution)
            for who in ("ana", "vera")
            for act in ("demo_requested", "webinar_attended", "event_attended")
        ),
    ]


def newcomer(firm: str) -> Record:
    """Somebody who decides and joins after the hand-off."""
    title = "Chief Data Officer"
    return contact(f"dana@{firm}.example", title=title, account_record_id=firm, created="2024-01-01 00:00")


@told(
    account("Wrongsol"),
    *team("wrongsol"),
    *team("wrongsol", day="2025-02-04", solution="workforce-suite")[2:],
    decided("2025-02-10 09:00", "rejected", f"{group_id('wrongsol')}-1", reason="Wrong solution for them"),
)
def test_a_wrong_solution_rejects_that_group_and_not_the_one_for_another(ws: Workspace) -> None:
    assert stretches(ws, "wrongsol.example")[0][1] == instant("2025-02-10 09:00")
    [other] = hand_offs_for(ws, "wrongsol.example", "workforce-suite")
    ended = f"SELECT ended_because FROM qualification WHERE buying_group_id = '{other['buying_group_id']}'"
    assert "rejected by sales" not in [row["ended_because"] for row in rows(ws, ended)]
    assert verdicts(ws, f"{group_id('wrongsol')}-1")["wrong_solution"] == "sales said so"


def hand_offs_for(ws: Workspace, domain: str, solution: str) -> list[dict[str, Any]]:
    key = group(ws, domain, solution=solution)["buying_group_id"]
    return [row for row in hand_offs(ws, domain) if row["buying_group_id"] == key]


@told(
    account("Nosay"),
    *team("nosay"),
    decided("2025-02-10 09:00", "rejected", f"{group_id('nosay')}-1", reason="No authority"),
    newcomer("nosay"),
    *(
        engaged("2025-03-03 09:00", "dana@nosay.example", act)
        for act in ("demo_requested", "webinar_attended", "event_attended")
    ),
    account("Samesay"),
    *team("samesay"),
)
def test_no_authority_lowers_roles_and_the_group_rests_only_until_somebody_can_decide(ws: Workspace) -> None:
    chances = "SELECT c.probability FROM role_chance AS c JOIN person AS p USING (person_id)"
    of = "WHERE p.email = 'vera@{}.example' AND c.role = 'decision_maker'"
    [said] = rows(ws, f"{chances} {of.format('nosay')}")
    [unsaid] = rows(ws, f"{chances} {of.format('samesay')}")
    assert said["probability"] < unsaid["probability"]
    first, second = stretches(ws, "nosay.example")
    assert first[1] == instant("2025-02-10 09:00")
    assert second[0] == instant("2025-03-03 09:00")  # weeks, not half a year: Dana decides
    assert verdicts(ws, f"{group_id('nosay')}-1")["no_decision_maker"] == "sales said so"


@told(
    account("Notnow"),
    *team("notnow"),
    decided("2025-02-10 09:00", "rejected", f"{group_id('notnow')}-1", reason="Not buying this year"),
    *team("notnow", day="2025-03-03")[2:],
)
def test_not_buying_rests_the_whole_group_and_touches_no_role(ws: Workspace) -> None:
    [only] = stretches(ws, "notnow.example")
    assert only[1] == instant("2025-02-10 09:00")
    assert members(ws, "notnow.example")["vera@notnow.example"] == "decision_maker"
    assert verdicts(ws, f"{group_id('notnow')}-1")["not_in_cycle"] == "sales said so"


@told(
    account("Again"),
    *team("again"),
    decided("2025-02-10 09:00", "rejected", f"{group_id('again')}-1", reason="Duplicate, I have them"),
)
def test_a_duplicate_speaks_for_nothing_against_the_group(ws: Workspace) -> None:
    [(_, ended)] = stretches(ws, "again.example")
    assert ended != instant("2025-02-10 09:00")
    assert verdicts(ws, f"{group_id('again')}-1")["duplicate"] == "sales said so"


@told(
    account("Silent"),
    *team("silent"),
    account("Opened"),
    *team("opened"),
    called("2025-02-04 10:00", "ana@opened.example"),
    opportunity("2025-03-03 09:00", "opened", account="opened", won="2025-06-02 09:00"),
    account("Other"),
    *team("other"),
    opportunity("2025-03-03 09:00", "other", account="other", solution="workforce-suite"),
    named("2025-03-04 09:00", "other", "ana@other.example"),
)
@pytest.mark.parametrize(
    ("firm", "cycle", "solution"),
    [("silent", None, None), ("opened", False, False), ("other", None, "bought another solution")],
)
def test_silence_is_no_verdict_and_an_opening_is_one(
    ws: Workspace, firm: str, cycle: Any, solution: Any
) -> None:
    found = verdicts(ws, f"{group_id(firm)}-1")
    assert (found["not_in_cycle"], found["wrong_solution"]) == (cycle, solution)
    assert (found["wrong_account"], found["no_decision_maker"], found["duplicate"]) == (False, False, False)


@told(
    account("Raised"),
    lead("may@raised.example", title="Data Analyst", created="2025-02-01 00:00", mql="2025-02-03 09:00"),
    engaged("2025-02-03 08:00", "may@raised.example", "trial_started"),
    called("2025-02-04 09:00", "may@raised.example"),
    account("Late"),
    lead("may@late.example", title="Data Analyst", created="2025-02-01 00:00", mql="2025-02-03 09:00"),
    called("2025-02-09 09:00", "may@late.example"),
    account("Never"),
    lead("may@never.example", created="2025-02-01 00:00", mql="2025-02-03 09:00"),
    account("Sameday"),
    lead("may@sameday.example", created="2025-02-01 00:00", mql="2025-02-03 15:00"),
    called("2025-02-03 00:00", "may@sameday.example"),
    account("Soon"),
    lead("may@soon.example", created="2025-02-01 00:00", mql="2025-12-30 15:00"),
    called("2025-01-01 00:00", "somebody@else.example"),
)
@pytest.mark.parametrize(
    ("firm", "state", "hours", "is_defect"),
    [
        ("raised", "in time", 24.0, False),
        ("late", "late", 144.0, True),
        ("never", "none", None, True),
        ("sameday", "in time", 0.0, False),  # an act dated by its day alone
        ("soon", "open", None, None),
    ],
)
def test_follow_up_is_held_to_the_time_that_the_rules_allow(
    ws: Workspace, firm: str, state: str, hours: float | None, is_defect: bool | None
) -> None:
    [found] = rows(ws, f"FROM given WHERE unit_id = 'may@{firm}.example-1'")
    assert (found["follow_up"], found["hours_to_first_action"]) == (state, hours)
    late = f"FROM defect WHERE unit_id = 'may@{firm}.example-1' AND defect = 'no_follow_up'"
    assert rows(ws, late)[0]["is_defect"] is is_defect


def test_before_the_company_went_live_nobody_was_late(ws: Workspace) -> None:
    found = rows(ws, "SELECT DISTINCT follow_up FROM given WHERE process = 'hand_off' AND is_replayed")
    assert [row["follow_up"] for row in found] == ["not told"]


@told(
    account("Worked"),
    lead("one@worked.example", created="2025-02-01 00:00", mql="2025-02-03 09:00"),
    lead("two@worked.example", created="2025-02-01 00:00", mql="2025-02-24 09:00"),
    *(engaged("2025-02-01 08:00", f"{who}@worked.example", "trial_started") for who in ("one", "two")),
)
def test_the_second_of_two_leads_of_one_group_was_already_with_sales(ws: Workspace) -> None:
    assert verdicts(ws, "one@worked.example-1")["duplicate"] is False
    assert verdicts(ws, "two@worked.example-1")["duplicate"] == "already with sales"


def about(ws: Workspace, decision_id: str) -> dict[str, Any]:
    """What a decision is about as told now."""
    [found] = rows(ws, f"FROM decided_about WHERE decision_id = '{decision_id}'")
    return found


def person_of(email: str) -> str:
    """The id that the person of an address alone has, by docs/decisions/0006."""
    return "p" + md5(f"e:{email}".encode()).hexdigest()[:16]


@told(
    account("Elder", created="2019-01-01 00:00"),
    account("Younger"),
    *team("younger"),
    decided("2025-02-10 09:00", "accepted", f"{group_id('younger')}-1", decision_id="yes"),
    decided("2025-02-11 09:00", "reassign", f"{group_id('younger')}-1", decision_id="to", value="rep-9"),
    decided(
        "2025-02-12 09:00", "note", f"{group_id('younger')}-1", decision_id="note", reason="Call on Friday"
    ),
    decided(
        *("2025-02-13 09:00", "role", group_id("younger")),
        other="ana@younger.example",
        decision_id="part",
        value="champion",
    ),
    decided("2025-06-01 09:00", "account_merge", "younger", other="elder"),
)
def test_what_was_said_of_a_group_stays_with_it_when_its_account_gives_way_to_another(ws: Workspace) -> None:
    [given] = hand_offs(ws, "elder.example") or hand_offs(ws, "younger.example")
    assert given["buying_group_id"] == group_id("elder") and (given["handed_to_id"], given["owner_id"]) == (
        None,
        "rep-9",
    )
    for said in ("yes", "to", "note"):
        found = about(ws, said)
        assert (found["carried_by"], found["hand_off_id"]) == ("hand_off", given["hand_off_id"])
        assert found["is_moved"] and found["lost_because"] is None and found["overruled_by"] is None
    key = given["hand_off_id"]
    answered = rows(
        ws, f"SELECT outcome FROM disposition WHERE hand_off_id = '{key}' AND outcome = 'accepted'"
    )
    assert len(answered) == 1
    assert (about(ws, "part")["carried_by"], about(ws, "part")["buying_group_id"]) == (
        "role",
        group_id("elder"),
    )
    cast = f"SELECT role FROM member AS m WHERE m.person_id = '{person_of('ana@younger.example')}'"
    assert rows(ws, cast) == [{"role": "champion"}]


@told(
    account("Port", created="2019-01-01 00:00"),
    *team("port"),
    account("Starboard"),
    *team("starboard"),
    decided(
        *("2025-02-10 09:00", "accepted", f"{group_id('port')}-1"),
        decision_id="yes to port",
    ),
    decided(
        *("2025-02-12 09:00", "rejected", f"{group_id('starboard')}-1"),
        reason="Duplicate, I have them",
        decision_id="no to starboard",
    ),
    decided("2025-06-01 09:00", "account_merge", "starboard", other="port"),
)
def test_of_two_answers_that_meet_on_one_group_the_later_holds_and_both_are_kept(ws: Workspace) -> None:
    first, later = about(ws, "yes to port"), about(ws, "no to starboard")
    assert first["hand_off_id"] == later["hand_off_id"] is not None
    assert (first["overruled_by"], later["overruled_by"]) == ("no to starboard", None)
    assert (first["is_moved"], later["is_moved"]) == (False, True)
    key = later["hand_off_id"]
    told_both = (
        f"SELECT outcome FROM disposition WHERE hand_off_id = '{key}' AND outcome <> 'worked' ORDER BY \"at\""
    )
    assert [row["outcome"] for row in rows(ws, told_both)] == ["accepted", "rejected"]


@told(
    account("Renumbered"),
    *team("renumbered", day="2024-02-05"),
    *team("renumbered")[2:],
    decided(
        *("2025-02-10 09:00", "accepted", f"{group_id('renumbered')}-1"),
        decision_id="when it was the first",
        about_at="2025-02-04 00:00",
    ),
)
def test_what_was_said_of_a_cycle_stays_with_it_when_late_records_tell_of_an_earlier_one(
    ws: Workspace,
) -> None:
    found = about(ws, "when it was the first")
    assert (found["buying_group_id"], found["carried_by"]) == (group_id("renumbered", cycle=2), "hand_off")


@told(
    account("Whole", record="whole-1", website="whole.example", created="2019-01-01 00:00"),
    account("Whole", record="whole-2", website="whole.example", created="2019-02-01 00:00"),
    *(record for record in team("whole-2")),
    decided("2025-02-10 09:00", "accepted", f"{group_id('whole-1')}-1", decision_id="yes to the whole"),
    decided("2025-06-01 09:00", "account_split", "whole-1", other="whole-2"),
)
def test_what_was_said_of_an_account_that_was_told_apart_goes_with_the_half_that_has_the_group(
    ws: Workspace,
) -> None:
    found = about(ws, "yes to the whole")
    assert (found["buying_group_id"], found["carried_by"]) == (group_id("whole-2"), "hand_off")


@told(
    account("Twice"),
    *team("twice"),
    contact("ana.b@twice.example", account_record_id="twice", created="2023-01-01 00:00"),
    decided(
        *("2025-02-13 09:00", "role", group_id("twice")),
        other=person_of("ana@twice.example"),
        decision_id="of her old id",
        value="champion",
    ),
    decided("2025-06-01 09:00", "merge", "ana@twice.example", other="ana.b@twice.example"),
)
def test_a_part_named_for_a_person_stays_theirs_when_their_id_gives_way(ws: Workspace) -> None:
    found = about(ws, "of her old id")
    assert (found["person_id"], found["carried_by"]) == (person_of("ana.b@twice.example"), "role")


@told(
    decided("2025-02-10 09:00", "accepted", "gffffffffffffffff-1", decision_id="of nothing"),
    decided("2025-02-10 09:00", "exclude", "nowhere.example", decision_id="of nobody"),
    decided(
        *("2025-02-13 09:00", "role", group_id("twice")),
        other="stranger@else.example",
        decision_id="of a stranger",
        value="user",
    ),
)
@pytest.mark.parametrize(
    ("decision", "because"),
    [
        ("of nothing", "no group has this id, or had it as told now"),
        ("of nobody", "no account has this record or domain"),
        ("of a stranger", "nobody is known by this record, address or id"),
    ],
)
def test_a_decision_that_finds_nothing_says_so(ws: Workspace, decision: str, because: str) -> None:
    found = about(ws, decision)
    assert (found["carried_by"], found["lost_because"]) == (None, because)
