"""The tests of the web app notice: each fault is put into the app that runs, and a named test must fail."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.serving import test_crm_page as crm_page
from tests.serving import test_crm_writes_page as crm_writes_page
from tests.serving import test_first_steps as first_steps
from tests.serving import test_guards as guards
from tests.serving import test_health as health
from tests.serving import test_passkeys as passkeys
from tests.serving import test_settings as settings
from tests.serving import test_sign_on as sign_on
from tests.serving.test_crm_page import mapped
from tests.serving.test_first_steps import empty
from tests.serving.test_sign_on import issuer, served

from muster.access.viewer import EVERYTHING
from muster.serving.passkeys import Challenges
from muster.serving.rule_drafts import Draft
from muster.serving.sign_on import Travellers, user_of
from muster.store.users import change_user

__all__ = ["empty", "issuer", "mapped", "served"]  # fixtures that the tests below ask for

# How a test says no: by an assertion, by one row where none or several came, or as nothing was refused.
SAID_NO = (AssertionError, ValueError, KeyError, pytest.fail.Exception)


@dataclass(frozen=True)
class Fault:
    """What is broken (each name, and what stands there then), and the test that must notice."""

    said: str
    broken: dict[str, Any]
    noticed_by: Callable[..., None]
    given: dict[str, Any] = field(default_factory=dict)


def nothing(*_: Any, **__: Any) -> None:
    """Does nothing, and lets everybody through."""


def verified(store: Any, identity: Any, config: Any) -> Any:
    """Takes every address for verified."""
    return user_of(store, replace(identity, is_verified=True), config)


def anybody(store: Any, identity: Any, config: Any) -> Any:
    """Takes every domain for one of the company's."""
    domain = identity.email.rpartition("@")[2]
    return user_of(store, identity, config.model_copy(update={"domains": (*config.domains, domain)}))


def still_asked(challenges: Challenges, secret: str) -> bytes:
    """Leaves a challenge where it is."""
    return challenges._asked[secret][0]


def still_away(travellers: Travellers, secret: str, _: str) -> Any:
    """Lets somebody come back as often as they like, whatever state they bring."""
    return travellers._away.get(secret) or travellers.leave("/")[1]


def still_there(store: Any, user_id: int, **changed: Any) -> Any:
    """Changes a user, and never disables them."""
    return change_user(store, user_id, **changed | {"is_disabled": False})


EVERYBODY_MAY = {"muster.access.viewer.Viewer.may": lambda self, right: True}
NO_DEMAND = "muster.serving.pages.{}.demand"

FAULTS = [
    Fault(
        "another site's forms are let in",
        {"muster.serving.guards.is_foreign": lambda *_: False},
        guards.test_a_form_of_another_site_changes_nothing,
    ),
    Fault(
        "every host is ours",
        {"muster.serving.guards.Guards._refused": nothing},
        guards.test_a_host_that_is_not_ours_gets_nothing,
    ),
    Fault(
        "browsers may run what stands in a page",
        {"muster.serving.guards._POLICY": "default-src 'self' 'unsafe-inline'"},
        guards.test_every_answer_says_what_a_browser_may_do,
    ),
    Fault(
        "browsers guess what a file is",
        {"muster.serving.guards._HEADERS": {}},
        guards.test_every_answer_says_what_a_browser_may_do,
    ),
    Fault(
        "whoever is not signed in is an admin",
        {"muster.serving.reading.viewer_of": lambda _: EVERYTHING},
        guards.test_nobody_sees_nothing,
    ),
    Fault(
        "passwords are tried without end",
        {"muster.serving.guards.Limit.wait": lambda *_: 0},
        guards.test_a_password_is_tried_five_times_a_minute,
    ),
    Fault("a rep has every right", EVERYBODY_MAY, health.test_reps_have_other_work, {"address": "/health"}),
    Fault(
        "an analyst has every right",
        EVERYBODY_MAY,
        settings.test_what_admins_see_alone,
        {"address": "/settings/users"},
    ),
    Fault(
        "rows set aside are of every source, whichever is asked for",
        {"muster.serving.reading.Reading.query": {}},
        health.test_its_rows_are_those_of_the_ledger,
    ),
    Fault(
        "a verdict about two people is not kept",
        {"muster.serving.pages.review.split": nothing},
        health.test_a_verdict_about_two_people_is_kept_and_shown,
    ),
    Fault(
        "somebody disabled stays signed in",
        {"muster.serving.pages.settings_users.change_user": still_there},
        settings.test_somebody_added_comes_in_by_a_link_and_sees_what_is_theirs,
    ),
    Fault(
        "a token that was revoked works",
        {"muster.serving.pages.settings_tokens.revoke_token": nothing},
        settings.test_a_token_is_shown_once_and_revoked_by_its_owner_or_an_admin,
    ),
    Fault(
        "anybody revokes anybody's token",
        {NO_DEMAND.format("settings_tokens"): nothing},
        settings.test_a_token_is_shown_once_and_revoked_by_its_owner_or_an_admin,
    ),
    Fault(
        "anybody adds places that messages go to",
        {NO_DEMAND.format("settings_messages"): nothing},
        settings.test_a_target_that_was_disabled_says_why_and_is_taken_up_again,
    ),
    Fault(
        "anybody turns a field of the CRM on",
        {NO_DEMAND.format("settings_crm"): nothing},
        crm_page.test_an_admin_alone_turns_a_field_on_and_the_audit_trail_says_so,
    ),
    Fault(
        "anybody takes back what was written to the CRM",
        {NO_DEMAND.format("settings_crm_writes"): nothing},
        crm_writes_page.test_a_write_is_taken_back_by_its_page_which_says_before_what_is_put_there,
    ),
    Fault(
        "a choice of messages is not kept",
        {"muster.serving.pages.settings_messages.wish": nothing},
        settings.test_a_choice_of_messages_is_ones_own,
    ),
    Fault(
        "a new password needs no old one",
        {"muster.serving.pages.me.check_password": lambda *_: True},
        settings.test_a_new_password_needs_the_old_one_and_ends_other_sessions,
    ),
    Fault(
        "a rule needs no reason",
        {"muster.serving.pages.settings_rules.begin_draft": lambda *_, **__: Draft("ab", "fit", {}, "")},
        settings.test_a_rule_says_what_it_would_move_before_it_is_saved,
    ),
    Fault(
        "an address counts unverified",
        {"tests.serving.test_sign_on.user_of": verified},
        sign_on.test_an_address_counts_only_where_it_was_verified,
    ),
    Fault(
        "people of every domain become users",
        {"tests.serving.test_sign_on.user_of": anybody},
        sign_on.test_only_people_of_the_named_domains_become_users,
    ),
    Fault(
        "a sign-in is taken up twice, and with any state",
        {"muster.serving.sign_on.Travellers.come_back": still_away},
        sign_on.test_whoever_left_comes_back_once,
    ),
    Fault(
        "a challenge is taken twice",
        {"muster.serving.passkeys.Challenges.take": still_asked},
        passkeys.test_a_challenge_is_taken_once,
    ),
    Fault(
        "a passkey is bound to an address in numbers",
        {"muster.serving.passkeys.Place.host": property(lambda place: place.origin)},
        passkeys.test_a_passkey_needs_a_name_to_be_bound_to,
    ),
    Fault(
        "anybody begins a run",
        {NO_DEMAND.format("sources"): nothing, "muster.serving.pages.sources.begin_if_free": nothing},
        first_steps.test_who_may_not_run_is_told_so,
    ),
    Fault(
        "a company that is told is not written down",
        {"muster.serving.company.set_keys": nothing},
        first_steps.test_the_company_is_written_into_muster_toml_and_nothing_else_changes,
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.said for fault in FAULTS])
def test_it_is_noticed(fault: Fault, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [name for name in inspect.signature(fault.noticed_by).parameters if name not in fault.given]
    given = fault.given | {name: request.getfixturevalue(name) for name in asked}
    # What is made under a fault is not kept: a later test would be given it.
    monkeypatch.setattr("muster.serving.snapshots.Snapshot.once", lambda _, __, make: make())
    monkeypatch.setattr("muster.serving.packed.Packed.put", nothing)
    for name, stands_there in fault.broken.items():
        monkeypatch.setattr(name, stands_there)
    with pytest.raises(SAID_NO):
        fault.noticed_by(**given)


def test_every_file_of_guards_has_a_fault_that_it_notices() -> None:
    noticed = {fault.noticed_by.__module__.rpartition(".")[2] for fault in FAULTS}
    assert {"test_guards", "test_health", "test_settings", "test_sign_on"} <= noticed
    assert {"test_passkeys", "test_first_steps"} <= noticed
