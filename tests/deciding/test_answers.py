"""Sales answers hand-offs: each answer is checked, kept once, shown at once, and may be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.deciding.conftest import G1, G2

from muster.deciding.answers import decide, rejection_reasons, take_back
from muster.deciding.facts import Facts
from muster.deciding.listed import hand_offs
from muster.deciding.pending import pending, said_by_subject
from muster.problems import WrongUse
from muster.readings.rejections import read_rejections
from muster.store.decisions import read_decisions
from muster.store.opening import Store
from muster.store.users import add_user


def test_an_answer_to_a_group_is_an_answer_to_its_latest_hand_off(store: Store, facts: Facts) -> None:
    made = decide(store, facts, "accept", G1, by="Rita")
    assert made.is_new and made.decision.subject_id == f"{G1}-2"
    assert (made.decision.kind, made.decision.decided_at) == ("accepted", facts.as_of)
    with pytest.raises(WrongUse, match=f"{G1}-1 is past"):
        decide(store, facts, "reject", f"{G1}-1", by="Rita", reason="No budget")


def test_the_same_answer_twice_is_one(store: Store, facts: Facts) -> None:
    first = decide(store, facts, "accept", G2, by="Rita")
    again = decide(store, facts, "accept", G2, by="Sven")
    assert not again.is_new and again.decision == first.decision and len(read_decisions(store)) == 1


def test_who_answers_a_page_that_a_colleague_answered_since_is_told_who_was_first(
    store: Store, facts: Facts
) -> None:
    first = decide(store, facts, "accept", G2, by="Rita", seen="")
    for verb, reason in (("accept", ""), ("reject", "No budget")):
        with pytest.raises(WrongUse, match=f"Rita was first: {first.decision.decision_id} says accepted"):
            decide(store, facts, verb, G2, by="Sven", reason=reason, seen="")
    seen = first.decision.decision_id
    assert decide(store, facts, "reject", G2, by="Sven", reason="No budget", seen=seen).is_new


def test_a_note_stands_in_nobodys_way(store: Store, facts: Facts) -> None:
    decide(store, facts, "note", G2, by="Rita", reason=" met\nthem  at the fair ", seen="")
    assert decide(store, facts, "accept", G2, by="Sven", seen="").is_new
    assert decide(store, facts, "note", f"{G1}-1", by="Sven", reason="old", seen="").is_new, (
        "of a past one, too"
    )
    [note, _] = said_by_subject(store, facts)[f"{G2}-1"]
    assert (note.decision.reason, note.state) == ("met them at the fair", "in force")
    with pytest.raises(WrongUse, match="A note says something"):
        decide(store, facts, "note", G2, by="Rita", reason=" ")


@pytest.mark.parametrize(
    ("verb", "told", "says"),
    [
        ("approve", {}, "is no decision"),
        ("reject", {}, "A rejection has a reason"),
        ("reject", {"reason": "bad vibes"}, "is no reason of the list"),
        ("nurture", {"value": ""}, "neither a day nor a trigger"),
        ("nurture", {"value": "2026-02-27"}, "is not after 2026-02-27"),
        ("nurture", {"value": "trigger:rain"}, "neither a day nor a trigger"),
        ("reassign", {"value": "rep-9"}, "Nobody in sales is known"),
        ("exclude", {"value": "soon"}, "is no day"),
        ("exclude", {"solution": "data-platfrom"}, "is no solution"),
        ("note", {"reason": "x" * 2001}, "longer than 2,000"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    store: Store, facts: Facts, verb: str, told: dict[str, str], says: str
) -> None:
    subject = "acme.example" if verb == "exclude" else G2
    with pytest.raises(WrongUse, match=says):
        decide(store, facts, verb, subject, by="Rita", **told)
    assert read_decisions(store) == []


@pytest.mark.parametrize("subject", ["g9999999999999999", f"{G2}-7", "", "'; DROP TABLE hand_off; --"])
def test_a_hand_off_that_the_tables_do_not_show_is_not_answered(
    store: Store, facts: Facts, subject: str
) -> None:
    with pytest.raises(WrongUse, match="has no hand-off"):
        decide(store, facts, "accept", subject, by="Rita")


def test_a_reason_is_taken_as_the_list_writes_it_and_each_of_the_list_is_understood(
    store: Store, facts: Facts
) -> None:
    made = decide(store, facts, "reject", G2, by="Rita", reason="no BUDGET", value="frozen until May")
    assert (made.decision.reason, made.decision.value) == ("No budget", "frozen until May")
    read = read_rejections(rejection_reasons(facts), facts.rules["rejections"]).to_pylist()
    assert {row["reason"]: row["concerns"] for row in read} == {
        "Not buying now": "cycle",
        "No budget": "cycle",
        "Wrong solution": "solution",
        "Wrong account": "account",
        "No authority": "authority",
        "Chose a competitor": "cycle",
        "Duplicate": "duplicate",
        "No response": "silence",
        "Other": "other",
    }


@pytest.mark.parametrize("said", ["new_person", "trigger:new_person"])
def test_a_trigger_may_be_named_short(store: Store, facts: Facts, said: str) -> None:
    assert decide(store, facts, "nurture", G2, by="Rita", value=said).decision.value == "trigger:new_person"


def test_a_group_is_passed_on_to_who_is_known_in_sales_by_the_tables_or_as_a_user(
    store: Store, facts: Facts
) -> None:
    add_user(store, "sven@example.com", "Sven", role="rep", owner_ids=["rep-8"], by="Ann")
    for owner in ("rep-1", "rep-3", "rep-8"):
        made = decide(store, facts, "reassign", G2, by="Rita", value=owner)
        assert made.is_new and made.decision.says == f"reassign {G2}-1 to {owner}"


def test_an_answer_and_a_change_of_seller_both_stand(store: Store, facts: Facts) -> None:
    decide(store, facts, "accept", G2, by="Rita")
    decide(store, facts, "reassign", G2, by="Rita", value="rep-1")
    decide(store, facts, "nurture", G2, by="Rita", value="2026-06-01")
    states = {s.decision.kind: s.state for s in said_by_subject(store, facts)[f"{G2}-1"]}
    assert states == {"accepted": "overruled", "reassign": "in force", "nurture": "in force"}


def test_what_was_decided_since_the_run_is_pending_and_shown_in_the_list(store: Store, facts: Facts) -> None:
    first = decide(store, facts, "accept", G2, by="Rita").decision
    passed_on = decide(store, facts, "reassign", G2, by="Rita", value="rep-1").decision
    assert pending(store, facts) == [first, passed_on]
    [listed] = [h for h in hand_offs(store, facts) if h.hand_off_id == f"{G2}-1"]
    assert (listed.answer, listed.owner_id, listed.is_pending) == ("accepted", "rep-1", True)
    after = replace(facts, recorded=(first, passed_on))  # the next run read both
    assert pending(store, after) == []
    assert not any(said.is_pending for said in said_by_subject(store, after)[f"{G2}-1"])


def test_an_answer_is_taken_back_once_and_before_the_run_nothing_is_left_of_it(
    store: Store, facts: Facts
) -> None:
    made = decide(store, facts, "reject", G2, by="Rita", reason="No budget")
    undone = take_back(store, facts, made.decision.decision_id, by="Rita")
    assert undone.is_new and not take_back(store, facts, made.decision.decision_id, by="Sven").is_new
    [said] = said_by_subject(store, facts)[f"{G2}-1"]
    assert (said.state, said.is_pending, said.undone_by) == ("undone", True, undone.decision.decision_id)
    [listed] = [h for h in hand_offs(store, facts) if h.hand_off_id == f"{G2}-1"]
    assert listed.answer is None
    assert decide(store, facts, "accept", G2, by="Rita", seen=made.decision.decision_id).is_new


def test_what_the_tables_hide_is_not_taken_back(store: Store, facts: Facts) -> None:
    made = decide(store, facts, "accept", G2, by="Rita")
    facts.tables.records(f"DELETE FROM hand_off WHERE buying_group_id = '{G2}'")
    with pytest.raises(WrongUse, match="There is no decision"):
        take_back(store, facts, made.decision.decision_id, by="Eve")


def test_a_request_sent_again_is_answered_with_the_decision_that_it_became(
    store: Store, facts: Facts
) -> None:
    first = decide(store, facts, "accept", G2, by="Rita", seen="", key="k1")
    again = decide(store, facts, "accept", G2, by="Rita", seen="", key="k1")
    assert again.decision == first.decision and len(read_decisions(store)) == 1
    with pytest.raises(WrongUse, match="was used for another request"):
        decide(store, facts, "reject", G2, by="Rita", reason="No budget", key="k1")
    other = decide(store, facts, "accept", G1, by="Sven", key="k1")  # another's keys are their own
    assert other.decision != first.decision


@pytest.mark.parametrize("said", ["acme.example", "ACME.test", "001B", "a1"])
def test_an_account_is_kept_out_under_one_name_however_it_is_called(
    store: Store, facts: Facts, said: str
) -> None:
    decide(store, facts, "exclude", "acme.test", by="Rita", reason="an investor")
    again = decide(store, facts, "exclude", said, by="Sven", reason="an investor")
    assert not again.is_new and again.decision.subject_id == "001A"
    included = decide(store, facts, "include", said, by="Sven")
    assert included.is_new and included.decision.subject_id == "001A"


def test_an_exclusion_of_another_source_is_ended_under_its_own_name(store: Store, facts: Facts) -> None:
    kept = decide(store, facts, "exclude", "a1", by="Rita").decision
    other = replace(kept, decision_id="x1", subject_id="acme.test", decided_at="2026-01-01T00:00:00+00:00")
    after = replace(facts, recorded=(other,))
    take_back(store, after, kept.decision_id, by="Rita")
    assert decide(store, after, "include", "001B", by="Rita").decision.subject_id == "acme.test"


def test_one_solution_is_excluded_beside_another(store: Store, facts: Facts) -> None:
    one = decide(store, facts, "exclude", "a2", by="Rita", solution="data-platform", value="2026-06-01")
    assert (one.decision.other_id, one.decision.value) == ("data-platform", "2026-06-01")
    assert decide(store, facts, "exclude", "a2", by="Sven", seen="").is_new, "of all solutions"
