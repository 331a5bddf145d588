"""The replayed MQL rule against one that starts anew at every act, with exact fractions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, getcontext
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.problems import RuleError
from muster.replay.leads import Act, Lead, Stay, Title, discard_duplicates, raise_leads
from muster.replay.rule import DAY, DatedRule, MqlRule, mql_rule
from muster.rules.read import Rules, default_text, read_rules

getcontext().prec = 40
BASE = MqlRule(
    from_at=0,
    threshold=5000,
    half_life=0,
    window=0,
    duplicate_window=90 * DAY,
    rest=60 * DAY,
    counts_machines=True,
    agree_within=7 * DAY,
    agree_part=0.8,
    activities={"form": 2000, "demo": 6000, "mail": 100},
    seniorities={"vp": 1000},
    functions={"finance": 500},
)
_ACTS = st.builds(
    Act,
    known_at=st.integers(1, 200).map(lambda day: day * DAY),
    act_id=st.uuids().map(str),
    person_id=st.sampled_from(["ana", "ben", "cyd"]),
    occurred_at=st.integers(0, 30),  # days before it became known; made an instant below
    activity=st.sampled_from(["form", "demo", "mail", "unknown"]),
    is_machine=st.booleans(),
)
_RULES = st.builds(
    replace,
    st.just(BASE),
    half_life=st.sampled_from([0, 10 * DAY, 37 * DAY]),
    window=st.sampled_from([0, 20 * DAY]),
    rest=st.sampled_from([None, 1, 30 * DAY]),
    counts_machines=st.booleans(),
    threshold=st.sampled_from([2000, 4100, 5000, 7050]),
)
TITLES = {"ana": Title("vp", "finance"), "ben": Title("individual", None)}


def points_of(acts: list[Act], rule: MqlRule, title: Title | None, at: int, since: int) -> Decimal:
    """A person's points at an instant, from nothing: every act since they were last an MQL."""
    total = Decimal(0)
    for act in acts:
        if not (since < act.known_at <= at) or (rule.window and act.occurred_at < at - rule.window):
            continue
        if act.activity not in rule.activities or (act.is_machine and not rule.counts_machines):
            continue
        age = Decimal(at - act.occurred_at)
        fade = Decimal(2) ** (-age / rule.half_life) if rule.half_life else Decimal(1)
        total += rule.activities[act.activity] * fade
    if title is not None:
        total += rule.seniorities.get(title.seniority or "", 0) + rule.functions.get(title.function or "", 0)
    return total


def mqls_of(acts: list[Act], rule: MqlRule) -> list[tuple[str, int]]:
    """Person and instant of every MQL, going through the days of each person."""
    found = []
    for person in {act.person_id for act in acts}:
        own, last = [act for act in acts if act.person_id == person], -1
        for at in sorted({act.known_at for act in own}):
            earned = [
                act
                for act in own
                if act.known_at == at
                and act.activity in rule.activities
                and (rule.counts_machines or not act.is_machine)
            ]
            if not earned or (last >= 0 and (rule.rest is None or at < last + rule.rest)):
                continue
            if points_of(own, rule, TITLES.get(person), at, last) >= rule.threshold - Decimal("1e-5"):
                found.append((person, at))
                last = at
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ACTS, max_size=25), _RULES)
def test_an_independent_rule_finds_the_same_mqls(drawn: list[Act], rule: MqlRule) -> None:
    acts = [replace(act, occurred_at=act.known_at - act.occurred_at * DAY) for act in drawn]
    leads = raise_leads(acts, TITLES, {}, DatedRule((rule,)))
    assert sorted((lead.person_id, lead.at) for lead in leads) == mqls_of(acts, rule)
    assert raise_leads(reversed(acts), TITLES, {}, DatedRule((rule,))) == leads


@settings(max_examples=60, deadline=None)
@given(st.lists(_ACTS, max_size=25), _RULES, st.integers(1, 200))
def test_what_comes_later_changes_no_earlier_mql(drawn: list[Act], rule: MqlRule, day: int) -> None:
    acts = [replace(act, occurred_at=act.known_at - act.occurred_at * DAY) for act in drawn]
    stays = {person: [Stay("acme", 0, 10**15)] for person in ("ana", "ben", "cyd")}
    dated = DatedRule((rule,))
    whole = discard_duplicates(raise_leads(acts, TITLES, stays, dated), {}, dated)
    past = [act for act in acts if act.known_at <= day * DAY]
    cut = discard_duplicates(raise_leads(past, TITLES, stays, dated), {}, dated)
    assert cut == [lead for lead in whole if lead.at <= day * DAY]


_RAISED = st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["ana", "ben", "cyd"])), unique=True)


@settings(max_examples=60, deadline=None)
@given(_RAISED)
def test_nobody_passed_on_had_a_colleague_passed_on_within_the_window(days: list[tuple[int, str]]) -> None:
    leads = [Lead(day * DAY, person, person, "acme", 0) for day, person in sorted(days)]
    judged = discard_duplicates(leads, {"acme": [(40 * DAY, 50 * DAY)]}, DatedRule((BASE,)))
    passed = [lead for lead in judged if not lead.is_discarded]
    for lead in judged:
        before = [
            other
            for other in passed
            if other.person_id != lead.person_id
            and lead.at - other.at <= 90 * DAY
            and (other.at, other.key) < (lead.at, lead.key)
        ]
        assert lead.is_discarded == (40 * DAY < lead.at < 50 * DAY or bool(before))


def test_a_window_of_nothing_discards_nobody_and_no_account_is_no_duplicate() -> None:
    leads = [Lead(1, "a", "ana", "acme", 0), Lead(2, "b", "ben", "acme", 0), Lead(3, "c", "cyd", None, 0)]
    none = DatedRule((replace(BASE, duplicate_window=0),))
    assert not any(lead.is_discarded for lead in discard_duplicates(leads, {}, none))
    judged = discard_duplicates(leads, {}, DatedRule((BASE,)))
    assert [lead.is_discarded for lead in judged] == [False, True, False]


def rules_with(folder: Path, *lines: str, without: str = "") -> Rules:
    """The default rules with lines added to mql.csv, or one left out."""
    kept = [line for line in default_text("mql").splitlines() if not (without and line.startswith(without))]
    (folder / "mql.csv").write_text("\n".join([*kept, *lines]) + "\n", "utf-8")
    return read_rules(folder)


def test_the_default_rule_and_a_later_one(tmp_path: Path) -> None:
    rule = mql_rule(rules_with(tmp_path, "rule,threshold,80,2025-01-01,", "rule,recycle_days,0,2025-01-01,"))
    first, later = rule.at(0), rule.at(1_800_000_000_000_000)
    assert (first.threshold, first.rest) == (5000, 182 * DAY)
    assert (later.threshold, later.rest, later.activities) == (8000, None, first.activities)


@pytest.mark.parametrize(
    ("line", "without", "says"),
    [
        ("colour,blue,1,1970-01-01,", "", "no kind 'colour'"),
        ("rule,treshold,1,1970-01-01,", "", "no rule 'treshold'"),
        ("rule,recycle_days,1,1971-01-01,", "rule,recycle_days", "lacks recycle_days from the start"),
        ("rule,threshold,0,2020-01-01,", "", "threshold must be more than 0"),
        ("rule,duplicate_days,-1,2020-01-01,", "", "duplicate_days is less than 0"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, line: str, without: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        mql_rule(rules_with(tmp_path, line, without=without))
