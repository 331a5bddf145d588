"""Who may sign in, and how they prove it is them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from muster.config.settings import StoreConfig
from muster.problems import WrongUse
from muster.store import passwords
from muster.store.audit import entries, first_broken
from muster.store.invitations import new_invitation, read_invitation, use_invitation
from muster.store.opening import Store, upgrade
from muster.store.passkeys import (
    Passkey,
    add_passkey,
    count_passkey,
    find_passkey,
    passkeys_of,
    remove_passkey,
)
from muster.store.proofs import check_password, link_oidc, set_password, user_by_identity
from muster.store.schema import METADATA, USER
from muster.store.sessions import begin_session, end_all_sessions, end_session, session_user, sessions_of
from muster.store.tokens import new_token, read_tokens, revoke_token, token_holder
from muster.store.users import (
    User,
    add_user,
    change_user,
    has_admin,
    read_users,
    user_by_email,
    user_by_id,
)
from muster.store.views import delete_view, save_view, views_for

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
GOOD = "herring tractor violet 9"


@pytest.fixture
def store(tmp_path: Path, kept_in: StoreConfig) -> Iterator[Store]:
    with closing(upgrade(tmp_path, kept_in)[0]) as made:
        yield made


@pytest.fixture
def rita(store: Store) -> User:
    return add_user(store, " Rita@Example.com ", "Rita", role="rep", owner_ids=["005a", "005a"], by="Ann")


def test_a_user_is_found_by_address_in_any_letters_and_by_id(store: Store, rita: User) -> None:
    assert (rita.email, rita.owner_ids, rita.has_password) == ("rita@example.com", frozenset({"005a"}), False)
    assert user_by_email(store, "RITA@example.COM") == rita == user_by_id(store, rita.user_id)
    assert read_users(store) == [rita] and user_by_email(store, "sven@example.com") is None
    with pytest.raises(WrongUse, match=r"There is a user of rita@example\.com already"):
        add_user(store, "rita@EXAMPLE.com", "Another", role="rep", by="Ann")


@pytest.mark.parametrize("said", ["rita", "@example.com", "rita@", "ri ta@example.com", "rita@exam\nple.com"])
def test_what_is_no_address_is_refused(store: Store, said: str) -> None:
    with pytest.raises(WrongUse, match="is no e-mail address"):
        add_user(store, said, "Rita", role="rep", by="Ann")


def test_an_unknown_role_and_an_unknown_user_are_refused(store: Store, rita: User) -> None:
    with pytest.raises(WrongUse, match='"boss" is no role'):
        change_user(store, rita.user_id, role="boss", by="Ann")
    with pytest.raises(WrongUse, match="There is no user 99"):
        change_user(store, 99, role="rep", by="Ann")


def test_a_change_is_told_with_what_was_there_before_and_without_secrets(store: Store, rita: User) -> None:
    set_password(store, rita.user_id, GOOD, by="Ann")
    changed = change_user(store, rita.user_id, territories=["EMEA"], role="marketer", by="Ann")
    assert (changed.territories, changed.role, changed.name) == (frozenset({"EMEA"}), "marketer", "Rita")
    told = entries(store)
    assert [entry.action for entry in told] == ["add_user", "set_password", "change_user"]
    detail = json.loads(told[-1].detail)
    assert (detail["before"]["role"], detail["after"]["role"]) == ("rep", "marketer")
    change_user(store, rita.user_id, role="marketer", by="Ann")  # nothing new: nothing told
    assert len(entries(store)) == 3 and first_broken(told) is None
    assert not any("argon2" in entry.detail or GOOD in entry.detail for entry in told)


def test_the_last_admin_stays(store: Store, rita: User) -> None:
    assert not has_admin(store)
    change_user(store, rita.user_id, role="admin", by="Ann")
    for change in ({"role": "rep"}, {"is_disabled": True}):
        with pytest.raises(WrongUse, match="Nobody would be left"):
            change_user(store, rita.user_id, by="Ann", **change)
    assert has_admin(store)


def test_only_the_right_password_of_the_right_user_is_let_in(store: Store, rita: User) -> None:
    assert check_password(store, rita.email, GOOD) is None  # there is none yet
    set_password(store, rita.user_id, GOOD, by="Ann")
    let_in = check_password(store, "RITA@example.com", GOOD)
    assert let_in is not None and let_in.user_id == rita.user_id and let_in.has_password
    assert check_password(store, rita.email, GOOD + " ") is None
    assert check_password(store, "sven@example.com", GOOD) is None
    change_user(store, rita.user_id, is_disabled=True, by="Ann")
    assert check_password(store, rita.email, GOOD) is None
    refused = [entry.subject for entry in entries(store) if entry.action == "refuse_sign_in"]
    assert refused == ["user 1", "user 1", "an unknown address", "user 1"]


def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(
    store: Store, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_password(store, rita.user_id, GOOD, by="Ann")
    checked = []
    real = passwords._HASHER.verify

    class Counting:
        hash = passwords._HASHER.hash
        check_needs_rehash = passwords._HASHER.check_needs_rehash

        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept.rpartition("$p=")[0].split("$")[1:4])
            return real(kept, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for address in (rita.email, "sven@example.com"):
        check_password(store, address, "wrong wrong wrong")
    assert len(checked) == 2 and checked[0] == checked[1]


def test_a_hash_made_with_less_work_is_made_anew_when_its_user_signs_in(store: Store, rita: User) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    with store.writing() as connection:
        connection.execute(sa.update(USER).values(password_hash=weak))
    assert check_password(store, rita.email, GOOD) is not None
    with store.reading() as connection:
        kept = connection.execute(sa.select(USER.c.password_hash)).scalar_one()
    assert "argon2id" in kept and "m=47104,t=2" in kept
    assert check_password(store, rita.email, GOOD) is not None


@pytest.mark.parametrize(
    "said",
    [
        *("elevenchars", "Password!2026", "qwertyqwerty", "123456789012", "aaaabbbbaaaabbbb"),
        *("1qaz2wsx3edc", "rita@example.com", "Summer-2026!!", "x" * 1025),
    ],
)
def test_a_password_that_is_short_or_tried_first_is_refused(said: str) -> None:
    with pytest.raises(WrongUse):
        passwords.hash_password(said, email="rita@example.com")


def test_the_thirty_thousand_commonest_are_refused_however_they_are_cased_and_drawn_out() -> None:
    listed = passwords._commonest()
    assert len(listed) > 30_000 and {"password", "iloveyou", "qwertyuiop", "contraseña"} <= listed
    for word in listed:
        cased = "".join(sign.upper() if place % 2 else sign for place, sign in enumerate(word))
        assert passwords._is_common(word) and passwords._is_common(cased), word
        if word.isalpha() and len(word) >= 4:
            assert passwords._is_common(word + word) and passwords._is_common(f"!{cased}-2026"), word


def test_words_that_do_not_belong_together_and_random_signs_are_taken() -> None:
    drawn = Random(3)
    words = [
        "velvet",
        "orbit",
        "pickle",
        "harbor",
        "walnut",
        "summit",
        "copper",
        "meadow",
        "tractor",
        "lantern",
    ]
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!"
    for _ in range(2000):
        assert not passwords._is_common(drawn.choice(" -.").join(drawn.sample(words, 4)))
        assert not passwords._is_common("".join(drawn.choices(signs, k=14)))


def test_signing_in_makes_a_new_secret_each_time_that_the_store_does_not_know(
    store: Store, rita: User
) -> None:
    one, other = (begin_session(store, rita.user_id, user_agent="x" * 500, now=NOW) for _ in range(2))
    assert one != other and len(one) >= 43
    assert session_user(store, one, now=NOW) == rita
    assert session_user(store, one + "x", now=NOW) is None and session_user(store, "\udce9", now=NOW) is None
    assert [len(session.user_agent) for session in sessions_of(store, rita.user_id, now=NOW)] == [200, 200]
    with store.reading() as connection:
        for table in METADATA.sorted_tables:
            assert one not in str(connection.execute(sa.select(table)).all())
    end_session(store, one)
    assert session_user(store, one, now=NOW) is None and session_user(store, other, now=NOW) == rita


def test_a_session_ends_after_ten_quiet_days_and_after_thirty_in_any_case(store: Store, rita: User) -> None:
    secret = begin_session(store, rita.user_id, now=NOW)
    for day in range(9, 30, 9):
        assert session_user(store, secret, now=NOW + timedelta(days=day)) == rita
    assert session_user(store, secret, now=NOW + timedelta(days=30)) is None
    quiet = begin_session(store, rita.user_id, now=NOW)
    assert session_user(store, quiet, now=NOW + timedelta(days=10)) is None


@pytest.mark.parametrize("ended_by", ["disabled", "password", "everywhere"])
def test_whoever_is_shut_out_is_signed_out_at_once(store: Store, rita: User, ended_by: str) -> None:
    secret = begin_session(store, rita.user_id)
    text, _ = new_token(store, rita.user_id, "etl", scopes=["groups:read"], by="Ann")
    if ended_by == "disabled":
        change_user(store, rita.user_id, is_disabled=True, by="Ann")
        change_user(store, rita.user_id, is_disabled=False, by="Ann")  # comes back with nothing open
    elif ended_by == "password":
        set_password(store, rita.user_id, GOOD, by="Ann")
    else:
        assert end_all_sessions(store, rita.user_id, by="Ann") == 1
    assert session_user(store, secret) is None
    assert (token_holder(store, text, "groups:read") is None) == (ended_by == "disabled")


def test_the_first_admin_is_made_by_a_link_that_works_once(store: Store) -> None:
    secret = new_invitation(store, "admin", by="Ann")
    assert read_invitation(store, secret).user is None
    with pytest.raises(WrongUse, match="tried first"):
        use_invitation(store, secret, "Password1234", email="ann@example.com", name="Ann")
    ann = use_invitation(store, secret, GOOD, email="Ann@example.com", name="Ann")
    assert (ann.role, ann.email, ann.has_password) == ("admin", "ann@example.com", True)
    with pytest.raises(WrongUse, match="does not work"):
        use_invitation(store, secret, GOOD, email="eve@example.com", name="Eve")
    with pytest.raises(WrongUse, match="There is an admin already"):
        new_invitation(store, "admin", by="Eve")


def test_two_links_for_a_first_admin_make_one(store: Store, rita: User) -> None:
    secret = new_invitation(store, "admin", by="Ann")
    change_user(store, rita.user_id, role="admin", by="Ann")
    with pytest.raises(WrongUse, match="There is an admin already"):
        use_invitation(store, secret, GOOD, email="eve@example.com", name="Eve")


def test_a_newer_link_takes_the_place_of_the_older_and_time_ends_both(store: Store, rita: User) -> None:
    older = new_invitation(store, "invite", rita.user_id, by="Ann", now=NOW)
    newer = new_invitation(store, "invite", rita.user_id, by="Ann", now=NOW)
    with pytest.raises(WrongUse, match="does not work"):
        read_invitation(store, older, now=NOW)
    assert read_invitation(store, newer, now=NOW + timedelta(days=6)).user == rita
    with pytest.raises(WrongUse, match="does not work"):
        use_invitation(store, newer, GOOD, now=NOW + timedelta(days=7))
    use_invitation(store, newer, GOOD, now=NOW)
    assert check_password(store, rita.email, GOOD) is not None


def test_an_identity_signs_in_one_user_and_a_user_has_one(store: Store, rita: User) -> None:
    linked = link_oidc(store, rita.user_id, "https://id.example.com", "abc", by=rita.email)
    assert user_by_identity(store, "https://id.example.com", "abc") == linked
    assert user_by_identity(store, "https://evil.example.com", "abc") is None
    sven = add_user(store, "sven@example.com", "Sven", role="rep", by="Ann")
    with pytest.raises(WrongUse, match="somebody else"):
        link_oidc(store, sven.user_id, "https://id.example.com", "abc", by="Ann")
    with pytest.raises(WrongUse, match="by another identity"):
        link_oidc(store, rita.user_id, "https://id.example.com", "other", by="Ann")


def test_a_passkey_is_kept_counted_and_forgotten_and_a_copy_is_noticed(store: Store, rita: User) -> None:
    key = add_passkey(store, Passkey("cred", rita.user_id, b"\x00\xff", 0, "laptop"), by=rita.email)
    assert passkeys_of(store, rita.user_id) == [key] and key.public_key == b"\x00\xff"
    with pytest.raises(WrongUse, match="known already"):
        add_passkey(store, key, by=rita.email)
    for count in (0, 0, 5, 7):  # some devices do not count
        count_passkey(store, "cred", count)
    with pytest.raises(WrongUse, match="may be a copy"):
        count_passkey(store, "cred", 7)
    remove_passkey(store, "cred", user_id=rita.user_id + 1, by="Eve")
    assert find_passkey(store, "cred") is not None
    remove_passkey(store, "cred", user_id=rita.user_id, by=rita.email)
    assert find_passkey(store, "cred") is None


def test_a_token_allows_what_it_names_until_revoked_or_out_of_date(store: Store, rita: User) -> None:
    text, token = new_token(
        store,
        rita.user_id,
        "etl",
        scopes=["groups:read"],
        by="Ann",
        lasts=timedelta(days=1),
        now=NOW,
    )
    assert text.startswith(f"muster_{token.token_id}_")
    holder = token_holder(store, text, "groups:read", now=NOW)
    assert holder is not None and holder.user == rita
    with pytest.raises(WrongUse, match="does not allow decisions:write"):
        token_holder(store, text, "decisions:write", now=NOW)
    for wrong in (text + "x", text[:-1], text.replace("muster_", "other_"), "", "muster__", token.token_id):
        assert token_holder(store, wrong, "groups:read", now=NOW) is None
    assert token_holder(store, text, "groups:read", now=NOW + timedelta(days=1)) is None
    [kept] = read_tokens(store, rita.user_id)
    assert kept.last_used_at == "2026-03-01T09:30:00+00:00"
    revoke_token(store, token.token_id, by="Ann")
    revoke_token(store, token.token_id, by="Ann")
    assert token_holder(store, text, "groups:read", now=NOW) is None
    told = [entry.action for entry in entries(store)]
    assert told == ["add_user", "new_token", "use_token", "revoke_token"]
    with store.reading() as connection:
        for table in METADATA.sorted_tables:
            assert text.rpartition("_")[2] not in str(connection.execute(sa.select(table)).all())


@pytest.mark.parametrize("scopes", [[], ["groups:write"], ["groups:read", "*"]])
def test_a_token_without_a_known_scope_is_refused(store: Store, rita: User, scopes: list[str]) -> None:
    with pytest.raises(WrongUse, match="scope"):
        new_token(store, rita.user_id, "etl", scopes=scopes, by="Ann")


def test_saved_views_are_ones_own_unless_shared(store: Store, rita: User) -> None:
    sven = add_user(store, "sven@example.com", "Sven", role="rep", by="Ann")
    mine = save_view(store, rita.user_id, "hot", "/groups?status=qualified&sort=-score")
    assert views_for(store, rita.user_id) == [mine] and views_for(store, sven.user_id) == []
    shared = save_view(store, rita.user_id, "hot", "/groups?status=qualified", is_shared=True)
    assert shared.view_id == mine.view_id and views_for(store, sven.user_id) == [shared]
    with pytest.raises(WrongUse, match="no view"):
        delete_view(store, shared.view_id, user_id=sven.user_id)
    delete_view(store, shared.view_id, user_id=rita.user_id)
    assert views_for(store, rita.user_id) == []


@pytest.mark.parametrize(
    "path", ["groups", "//evil.example.com", "/\\evil.example.com", "/a\nb", "https://x"]
)
def test_a_view_that_leads_elsewhere_is_refused(store: Store, rita: User, path: str) -> None:
    with pytest.raises(WrongUse, match="no page of Muster"):
        save_view(store, rita.user_id, "hot", path)
