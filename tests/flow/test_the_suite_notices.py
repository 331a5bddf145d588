"""The suite notices: each fault of faults.py goes in through `overrides/`, and a named check must break.

A run costs seconds: faults that cannot be taken for each other go into one workspace.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.flow import checks_groups as groups
from tests.flow import checks_lifecycle as lifecycle
from tests.flow import checks_money as money
from tests.flow import checks_score as score
from tests.flow import checks_status as status
from tests.flow import faults, test_control
from tests.flow.conftest import DRAWN_AS_OF, Learnt
from tests.flow.consistency import about, disagreements
from tests.flow.faults import Fault
from tests.flow.learnt_later import LEARNT_AT, LEARNT_LATER, TOLD_AT
from tests.flow.random_company import records
from tests.flow.restless import restless
from tests.stories import (
    test_answers,
    test_cooling,
    test_credit,
    test_customers,
    test_form,
    test_gates,
    test_hand_off,
    test_lift,
    test_membership,
    test_money,
    test_paths,
    test_programs,
    test_resolve,
    test_units,
    test_visitors,
    test_weigh,
)
from tests.stories.telling import Stories
from tests.stories.test_roles import corrected
from tests.weighing import test_frame

from muster.measurement import visits
from muster.measurement.progress import LOST, MISSED, Flags, Progress, Whole
from muster.survival.incidence import OPEN
from muster.testing import Row, account, company, contact, engaged, rows
from muster.workspace import Workspace

Check = Callable[[Workspace], list[Row]]
Story = Callable[..., None]
SEED = 4
_watch = Progress.watch


def ids(given: object) -> str:
    """A batch goes by what its faults are called."""
    return ", ".join(fault.said for fault in given) if isinstance(given, dict) else "-"


def drawn(folder: Path) -> Workspace:
    """A company of five accounts that has a little of everything."""
    return company(folder, *records(SEED), as_of=DRAWN_AS_OF)


def corrected_by_a_seller(folder: Path) -> Workspace:
    """Somebody whose title says that she decides, and of whom a seller says that she uses it."""
    vp = [
        account("Corrected"),
        contact("sue@corrected.example", title="VP Data", account_record_id="corrected"),
        engaged("2025-09-01 09:00", "sue@corrected.example", "demo_requested"),
    ]
    [sue] = rows(company(folder / "before", *vp, as_of=DRAWN_AS_OF), "FROM member")
    said = corrected("2025-09-20T09:00:00Z", sue["buying_group_id"], sue["person_id"], "user")
    return company(folder, *vp, said, as_of=DRAWN_AS_OF)


def frames(folder: Path) -> Workspace:
    """Seven groups that are compared by frame control, one of them reading about a competitor."""
    return test_frame.told(folder, 12)


def broken(story: Story) -> Check:
    """A test of a workspace as a check: it fails where a figure is off, missing, or of no row."""

    def check(workspace: Workspace) -> list[Row]:
        try:
            story(workspace)
        except (AssertionError, TypeError, ValueError) as error:
            return [{"said": str(error)}]
        return []

    return check


def shares_of_frame_are_told(workspace: Workspace) -> None:
    shares = [week["share_of_frame"] for week in test_frame.weeks(workspace, "contested")]
    assert any(share is not None for share in shares)


def test_a_corrected_role_holds(tmp_path: Path) -> None:
    workspace = corrected_by_a_seller(tmp_path)
    assert [row["role"] for row in rows(workspace, "FROM member")] == ["user"]
    assert groups.corrected_roles_hold(workspace) == []


# Each batch is one workspace: how it is built, and its faults, each with the check that notices.
PROPERTIES: list[tuple[Callable[[Path], Workspace], dict[Fault, Check]]] = [
    (
        drawn,
        {
            faults.A_CENT_IS_LOST: money.credit_adds_up,
            faults.A_REASON_IS_MISSING: score.reasons_add_up,
            faults.DEALS_FORGET: money.programmes_of_a_deal_add_up,
            faults.ONLY_DUPLICATES: groups.second_leads_are_found,
            faults.ACCOUNTS_STAY: status.accounts_are_qualified_while_a_group_is,
            faults.SILENCE_AFTER_DEALS: money.models_learn_from_what_is_decided,
        },
    ),
    (
        drawn,
        {
            faults.REFUNDS_ARE_SALES: money.credit_adds_up,
            faults.LATER_PEOPLE_DROP: groups.nobody_is_dropped,
            faults.WEBINARS_FADE_FAST: score.as_the_oracle_says,
            faults.ONE_CHANNEL_A_DEAL: money.models_learn_from_what_is_decided,
        },
    ),
    (
        drawn,
        {
            faults.NO_UNATTRIBUTED: money.credit_adds_up,
            faults.STRANGERS_JOIN: groups.members_belong_to_the_account,
            faults.COUNTS_AGAIN: score.every_act_counts_once,
            faults.DRAWN_FROM_THE_LARGEST: money.intervals_are_of_won_credit,
        },
    ),
    (
        drawn,
        {
            faults.SHARES_OF_MORE: money.shares_add_up,
            faults.STATUSES_OVERLAP: status.stretches_tile_the_cycle,
            faults.FIT_WITHOUT_END: score.as_the_oracle_says,
            faults.ALL_VERDICTS_ARE_BAD: broken(test_control.check_counts),
        },
    ),
    (
        drawn,
        {
            faults.PROGRAMMES_FORGET: money.program_value_is_won_revenue,
            faults.TOUCHED_FOR_ANOTHER: groups.touches_are_engagements_of_the_deal,
            faults.HOLDS_TWO_ROLES: groups.gaps_are_what_members_leave,
        },
    ),
    (
        test_customers.told.build,
        {
            faults.WHO_RETURNS_HAS_GROWN: lifecycle.moves_follow_one_another,
            faults.CHURN_IS_HALVED: lifecycle.quarters_hold_every_move,
            faults.RENEWALS_ARE_UPSELLS: lifecycle.customers_are_who_bought,
            faults.ALL_IS_MARKETINGS: lifecycle.customers_share_won_credit,
            faults.THE_LAST_DEAL_WINS: lifecycle.relationships_are_divided_whole,
            faults.THE_LAST_CALL_COUNTS: lifecycle.cohorts_hold_every_deal_and_lead,
            faults.ALL_SALES_ARE_RENEWALS: lifecycle.goals_came_to_what_was_booked,
        },
    ),
    (
        frames,
        {
            faults.FRAMES_NEVER_FADE: broken(test_frame.test_every_week_is_the_oracles),
            faults.COMPETITORS_ARE_UNSEEN: broken(shares_of_frame_are_told),
        },
    ),
    (frames, {faults.FRAMES_KNOW_TOO_EARLY: broken(test_frame.test_every_week_is_the_oracles)}),
    (corrected_by_a_seller, {faults.CORRECTIONS_ARE_IGNORED: groups.corrected_roles_hold}),
    (restless, {faults.NO_DWELL: status.qualified_groups_dwell}),
    (restless, {faults.ONE_THRESHOLD: status.as_the_oracle_says}),
    (restless, {faults.FADES_LATE: status.as_the_oracle_says}),
    (restless, {faults.NO_COOL_DOWN: status.as_the_oracle_says}),
    (restless, {faults.NO_REJECTION: status.as_the_oracle_says}),
]


@pytest.mark.parametrize(("build", "batch"), PROPERTIES, ids=ids)
def test_a_property_notices(
    build: Callable[[Path], Workspace], batch: dict[Fault, Check], tmp_path: Path
) -> None:
    for fault in batch:
        fault.put_into(tmp_path)
    workspace = build(tmp_path)
    assert [fault.said for fault, check in batch.items() if not check(workspace)] == []


def won_deals_are_never_over(self: Progress, start: str, goal: str, *, among: Flags) -> tuple[Whole, Whole]:
    days, ending = _watch(self, start, goal, among=among)
    return days, np.where(ending == MISSED, OPEN, ending) if goal == LOST else ending


def test_cohorts_and_visits_that_end_the_wrong_way_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made in Python, so their faults are too: won and lost change names, and won deals last."""
    monkeypatch.setattr(visits, "WAYS", ("onwards", "back", "lost", "won"))
    monkeypatch.setattr(Progress, "watch", won_deals_are_never_over)
    workspace = test_customers.told.build(tmp_path)
    assert lifecycle.every_visit_of_a_stage_ends_one_way(workspace) != []
    assert lifecycle.every_cohort_is_whole(workspace) != []


# Each fault with the lateness that gives it away: a firm of learnt_later.py.
LOOKS_AHEAD: list[dict[Fault, str]] = [
    {faults.TOMORROW_COUNTS: "raised"},
    {
        faults.ALWAYS_TITLED: "titled",
        faults.ALWAYS_THE_PERSON: "unmasked",
        faults.ALWAYS_CHAMPION: "renamed",
        faults.ALWAYS_THE_SHARER: "sharer",
        faults.ALWAYS_ONE_ACTOR: "capped",
        faults.ALWAYS_THE_COMPANY: "nameless",
    },
    {
        faults.ALWAYS_HIGHER: "titled",
        faults.ALWAYS_NAMED: "nameless",
        faults.ALWAYS_THE_BROWSERS_HISTORY: "returned",
        faults.SIGNS_OF_NO_GROUP_YET: "opened",
        faults.ALWAYS_THEIR_ACTS: "lead",
    },
]


@pytest.mark.parametrize("batch", LOOKS_AHEAD, ids=ids)
def test_telling_the_past_twice_notices(batch: dict[Fault, str], learnt: Learnt, tmp_path: Path) -> None:
    """One of the two runs has the faults."""
    then, now = learnt
    for fault in batch:
        fault.put_into(tmp_path)
    story = [record for records in LEARNT_LATER.values() for record in records]
    if faults.TOMORROW_COUNTS in batch:  # a run as of then gives it away
        then = company(tmp_path, *story, as_of=LEARNT_AT)
    else:
        now = company(tmp_path, *story, as_of=TOLD_AT)
    found = disagreements(then, now, LEARNT_AT)
    assert [fault.said for fault, firm in batch.items() if not about(firm, found, then, now)] == []


STORIES: list[tuple[Stories, dict[Fault, Story]]] = [
    (
        test_resolve.told,
        {
            faults.SCANNERS_READ:
                test_resolve.test_three_clicks_in_a_minute_are_a_mail_scanner_and_score_nothing,
            faults.MAILBOXES_ARE_PEOPLE:
                test_resolve.test_forty_contacts_who_share_info_make_no_super_engaged_person,
            faults.FREE_MAIL_IS_A_COMPANY: test_resolve.test_free_and_disposable_mail_make_no_account,
        },
    ),
    (
        test_visitors.told,
        {
            faults.CRAWLERS_SCORE: test_visitors.test_crawlers_score_nothing_and_are_counted,
            faults.OWN_PEOPLE_SCORE: test_visitors.test_own_people_score_nothing_and_are_counted,
            faults.TESTS_SCORE: test_visitors.test_test_records_score_nothing_and_are_counted,
        },
    ),
    (
        test_weigh.told,
        {
            faults.NO_CAP: test_weigh.test_a_days_cap_counts_so_many_acts_of_a_kind_and_person_and_no_more,
            faults.RESPONSES_COUNT_AGAIN:
                test_weigh.test_a_response_in_the_crm_counts_once_beside_the_act_that_was_tracked,
        },
    ),
    (
        test_form.told,
        {
            faults.CLOSING_ENDS_NOTHING:
                test_form.test_an_opportunitys_closing_ends_the_cycle_and_the_next_engagement_starts_a_new_one,
        },
    ),
    (
        test_membership.told,
        {
            faults.RELEVANCE_LOOKS_AHEAD:
                test_membership.test_a_functions_relevance_is_learned_from_deals_won_before_and_never_after,
            faults.CONTENT_COUNTS_WHOLE:
                test_membership.test_content_about_the_company_is_divided_over_a_persons_groups_and_never_counted_whole_in_each,
        },
    ),
    (
        test_membership.told,
        {
            faults.FUNCTIONS_OF_NO_GROUP_YET:
                test_membership.test_a_functions_relevance_is_learned_from_deals_won_before_and_never_after,
        },
    ),
    (
        test_membership.told,
        {
            faults.ALWAYS_NAMED_BY_SALES:
                test_membership.test_sales_word_makes_members_from_when_it_was_known,
        },
    ),
    (
        test_membership.told,
        {
            faults.CLOSED_GROUPS_GROW:
                test_membership.test_a_closed_opportunity_keeps_the_people_it_closed_with,
        },
    ),
    (
        test_units.told,
        {
            faults.A_SPLIT_IS_NOT_LOGGED:
                test_units.test_two_business_units_that_want_the_same_solution_are_two_groups_with_a_logged_split,
        },
    ),
    (
        test_lift.told,
        {
            faults.OTHERS_TOUCHES_REACH:
                test_lift.test_accounts_held_out_are_compared_with_all_others_as_they_were_assigned,
            faults.DRAWN_EXPERIMENTS_NEVER_END:
                test_lift.test_an_experiment_drawn_by_the_rules_is_compared_by_its_arms,
            faults.REGIONS_STAY_ON: test_lift.test_regions_that_are_too_few_say_so,
        },
    ),
    (
        test_gates.told,
        {
            faults.COMPETITORS_ARE_HANDED_OVER:
                test_gates.test_a_competitor_is_never_handed_over_and_the_gate_says_why,
            faults.UNDONE_EXCLUSIONS_HOLD:
                test_gates.test_somebody_may_exclude_an_account_and_take_it_back,
            faults.ANYTHING_ENDS_A_RETURN: partial(
                test_gates.test_a_group_returned_until_something_happens_comes_back_when_it_does_and_for_nothing_else,
                firm="hand",
            ),
            faults.THE_SILENCED_ARE_HANDED_OVER:
                test_gates.test_a_group_none_of_whose_people_may_be_contacted_is_not_handed_over,
        },
    ),
    (
        test_answers.told,
        {
            faults.SILENCE_IS_A_VERDICT: partial(
                test_answers.test_silence_is_no_verdict_and_an_opening_is_one,
                firm="silent", cycle=None, solution=None,
            ),
            faults.LATE_IS_IN_TIME: partial(
                test_answers.test_follow_up_is_held_to_the_time_that_the_rules_allow,
                firm="late", state="late", hours=144.0, is_defect=True,
            ),
            faults.GIVEN_TWICE_IS_NEW:
                test_answers.test_the_second_of_two_leads_of_one_group_was_already_with_sales,
            faults.NOBODY_WAS_TOLD_AND_LATE:
                test_answers.test_before_the_company_went_live_nobody_was_late,
            faults.ANSWERS_STAY_BEHIND:
                test_answers.test_what_was_said_of_a_group_stays_with_it_when_its_account_gives_way_to_another,
            faults.CYCLES_GO_BY_NUMBER:
                test_answers.test_what_was_said_of_a_cycle_stays_with_it_when_late_records_tell_of_an_earlier_one,
            faults.LOST_IN_SILENCE: partial(
                test_answers.test_a_decision_that_finds_nothing_says_so,
                decision="of nothing", because="no group has this id, or had it as told now",
            ),
        },
    ),
    (
        test_cooling.told,
        {
            faults.HANDED_OVER_TWICE:
                test_cooling.test_a_group_that_warms_up_again_while_it_dwells_never_left,
        },
    ),
    (
        test_hand_off.told,
        {
            faults.HANDED_OVER_WHILE_SELLING:
                test_hand_off.test_a_group_is_not_handed_over_while_an_opportunity_is_open,
        },
    ),
    (
        test_credit.told,
        {
            faults.TOUCHED_TWICE:
                test_credit.test_touches_count_within_the_window_once_a_day_and_only_what_they_did,
        },
    ),
    (
        test_credit.told,
        {
            faults.INFLUENCED_AFTER:
                test_credit.test_a_deal_closed_before_its_first_touch_is_not_influenced_and_is_unattributed,
        },
    ),
    (
        test_programs.told,
        {
            faults.INFLUENCE_COUNTS_TWICE:
                test_programs.test_influence_of_programmes_says_how_often_it_counts_a_dollar,
            faults.DISPUTES_ARE_HUSHED: test_programs.test_who_began_a_deal_is_disputed_openly,
            faults.EVERYBODY_IS_NEW: test_programs.test_a_programme_reaches_groups_people_and_roles,
            faults.COST_IS_LOST: test_programs.test_credit_and_cost_add_up_over_the_jobs,
            faults.EVERYBODY_WAKES: test_programs.test_accounts_that_were_silent_are_woken,
        },
    ),
    (
        test_customers.told,
        {
            faults.ONLY_CUSTOMERS_PAY:
                test_customers.test_what_a_programme_cost_is_shared_by_all_who_came_customers_or_not,
            faults.LOST_DEALS_COUNT_AS_SPEED:
                test_customers.test_conversion_and_speed_are_of_what_closed_in_the_quarter,
            faults.RENEWALS_ARE_UPSELLS: test_customers.test_a_customer_is_worth_all_of_its_deals,
            faults.WHO_RETURNS_HAS_GROWN:
                test_customers.test_a_customer_that_left_and_came_back_lives_again,
        },
    ),
    (
        test_paths.told,
        {
            faults.SERVES_ALL_WHOLE:
                test_paths.test_what_serves_two_units_is_divided_openly_and_dollars_stay_exact,
            faults.CREDITED_BEFORE_THE_LAST_DEAL:
                test_paths.test_a_deals_path_begins_where_the_accounts_last_one_closed,
            faults.KNOWN_AFTERWARDS:
                test_paths.test_a_visit_that_is_told_apart_after_the_closing_was_not_known_on_the_path,
        },
    ),
    (
        test_money.told,
        {
            faults.SKIPPED_IS_MISSED:
                test_money.test_conversion_counts_a_cohorts_deals_and_leaves_the_open_ones_out_of_the_part,
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("told", "batch"), STORIES, ids=ids)
def test_a_story_notices(told: Stories, batch: dict[Fault, Story], tmp_path: Path) -> None:
    for fault in batch:
        fault.put_into(tmp_path)
    workspace = told.build(tmp_path)
    for story in batch.values():
        with pytest.raises((AssertionError, ValueError)):  # a row too many or too few does not unpack
            story(workspace)
