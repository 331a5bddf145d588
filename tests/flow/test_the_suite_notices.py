"""The suite notices: each fault of faults.py goes in through `overrides/`, and a named check must break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.flow import checks_groups as groups
from tests.flow import checks_money as money
from tests.flow import checks_score as score
from tests.flow import checks_status as status
from tests.flow import faults
from tests.flow.conftest import DRAWN_AS_OF, Learnt
from tests.flow.consistency import about, disagreements
from tests.flow.faults import Fault
from tests.flow.learnt_later import LEARNT_AT, LEARNT_LATER, TOLD_AT
from tests.flow.random_company import records
from tests.flow.restless import restless
from tests.stories import (
    test_cooling,
    test_credit,
    test_form,
    test_hand_off,
    test_money,
    test_resolve,
    test_weigh,
)
from tests.stories.telling import Stories

from muster.testing import Row, company
from muster.workspace import Workspace

Check = Callable[[Workspace], list[Row]]
SEED = 4


def drawn(folder: Path) -> Workspace:
    """A company of five accounts that has a little of everything."""
    return company(folder, *records(SEED), as_of=DRAWN_AS_OF)


def name(given: object) -> str:
    return given.said if isinstance(given, Fault) else getattr(given, "__name__", "")


PROPERTIES: list[tuple[Fault, Callable[[Path], Workspace], Check]] = [
    (faults.A_CENT_IS_LOST, drawn, money.credit_adds_up),
    (faults.REFUNDS_ARE_SALES, drawn, money.credit_adds_up),
    (faults.NO_UNATTRIBUTED, drawn, money.credit_adds_up),
    (faults.SHARES_OF_MORE, drawn, money.shares_add_up),
    (faults.PROGRAMMES_FORGET, drawn, money.program_value_is_won_revenue),
    (faults.TOUCHED_FOR_ANOTHER, drawn, groups.touches_are_engagements_of_the_deal),
    (faults.OTHER_ACCOUNTS_JOIN, drawn, groups.members_belong_to_the_account),
    (faults.LATER_PEOPLE_DROP, drawn, groups.nobody_is_dropped),
    (faults.ONLY_DUPLICATES, drawn, groups.second_leads_are_found),
    (faults.COUNTS_AGAIN, drawn, score.every_act_counts_once),
    (faults.WEBINARS_FADE_FAST, drawn, score.as_the_oracle_says),
    (faults.A_REASON_IS_MISSING, drawn, score.reasons_add_up),
    (faults.FIT_WITHOUT_END, drawn, score.as_the_oracle_says),
    (faults.NO_DWELL, restless, status.qualified_groups_dwell),
    (faults.ONE_THRESHOLD, restless, status.as_the_oracle_says),
    (faults.FADES_LATE, restless, status.as_the_oracle_says),
    (faults.NO_COOL_DOWN, restless, status.as_the_oracle_says),
    (faults.NO_REJECTION, restless, status.as_the_oracle_says),
    (faults.STATUSES_OVERLAP, drawn, status.stretches_tile_the_cycle),
    (faults.ACCOUNTS_STAY, drawn, status.accounts_are_qualified_while_a_group_is),
]


@pytest.mark.parametrize(("fault", "build", "check"), PROPERTIES, ids=name)
def test_a_property_notices(
    fault: Fault, build: Callable[[Path], Workspace], check: Check, tmp_path: Path
) -> None:
    fault.put_into(tmp_path)
    assert check(build(tmp_path))


# The lateness that gives each fault away: a firm of learnt_later.py.
LOOKS_AHEAD = [
    (faults.TOMORROW_COUNTS, "raised"),
    (faults.ALWAYS_TITLED, "titled"),
    (faults.ALWAYS_THE_PERSON, "unmasked"),
    (faults.ALWAYS_CHAMPION, "renamed"),
    (faults.ALWAYS_THE_SHARER, "sharer"),
    (faults.ALWAYS_HIGHER, "titled"),
    (faults.ALWAYS_ONE_ACTOR, "capped"),
    (faults.ALWAYS_THE_COMPANY, "nameless"),
    (faults.ALWAYS_NAMED, "nameless"),
]


@pytest.mark.parametrize(("fault", "firm"), LOOKS_AHEAD, ids=name)
def test_telling_the_past_twice_notices(fault: Fault, firm: str, learnt: Learnt, tmp_path: Path) -> None:
    """One of the two runs has the fault."""
    then, now = learnt
    fault.put_into(tmp_path)
    story = [record for records in LEARNT_LATER.values() for record in records]
    if fault is faults.TOMORROW_COUNTS:  # a run as of then gives it away
        then = company(tmp_path, *story, as_of=LEARNT_AT)
    else:
        now = company(tmp_path, *story, as_of=TOLD_AT)
    assert about(firm, disagreements(then, now, LEARNT_AT), then, now)


STORIES: list[tuple[Fault, Stories, Callable[[Workspace], None]]] = [
    (
        faults.SCANNERS_READ,
        test_resolve.told,
        test_resolve.test_three_clicks_in_a_minute_are_a_mail_scanner_and_score_nothing,
    ),
    (
        faults.NO_CAP,
        test_weigh.told,
        test_weigh.test_a_days_cap_counts_so_many_acts_of_a_kind_and_person_and_no_more,
    ),
    (
        faults.RESPONSES_COUNT_AGAIN,
        test_weigh.told,
        test_weigh.test_a_response_in_the_crm_counts_once_beside_the_act_that_was_tracked,
    ),
    (
        faults.MAILBOXES_ARE_PEOPLE,
        test_resolve.told,
        test_resolve.test_forty_contacts_who_share_info_make_no_super_engaged_person,
    ),
    (
        faults.CLOSING_ENDS_NOTHING,
        test_form.told,
        test_form.test_an_opportunitys_closing_ends_the_cycle_and_the_next_engagement_starts_a_new_one,
    ),
    (
        faults.HANDED_OVER_TWICE,
        test_cooling.told,
        test_cooling.test_a_group_that_warms_up_again_while_it_dwells_never_left,
    ),
    (
        faults.HANDED_OVER_WHILE_SELLING,
        test_hand_off.told,
        test_hand_off.test_a_group_is_not_handed_over_while_an_opportunity_is_open,
    ),
    (
        faults.TOUCHED_TWICE,
        test_credit.told,
        test_credit.test_touches_count_within_the_window_once_a_day_and_only_what_they_did,
    ),
    (
        faults.INFLUENCED_AFTER,
        test_credit.told,
        test_credit.test_a_deal_closed_before_its_first_touch_is_not_influenced_and_is_unattributed,
    ),
    (
        faults.OPEN_DEALS_ARE_CLOSED,
        test_money.told,
        test_money.test_velocity_is_deals_by_win_rate_by_size_over_days,
    ),
]


@pytest.mark.parametrize(("fault", "told", "story"), STORIES, ids=name)
def test_a_story_notices(
    fault: Fault, told: Stories, story: Callable[[Workspace], None], tmp_path: Path
) -> None:
    fault.put_into(tmp_path)
    workspace = told.build(tmp_path)
    with pytest.raises((AssertionError, ValueError)):  # a row too many or too few does not unpack
        story(workspace)
