"""Passkeys (Web Authentication, level 2): what a browser is asked to sign, and whether its answer holds.

A passkey is bound to the name people type, so there are none at a bare address such as 127.0.0.1: use
localhost there.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from muster.problems import WrongUse
from muster.store.opening import Store
from muster.store.passkeys import Passkey, add_passkey, count_passkey, find_passkey, passkeys_of
from muster.store.users import User, user_by_id

_LASTS = 300  # seconds to touch the key
_UNKNOWN = "This passkey opens nothing here."


@dataclass(frozen=True, slots=True)
class Place:
    """What a passkey is bound to: the origin of the page, and the host name in it."""

    origin: str

    @property
    def host(self) -> str:
        """The host name. Raises WrongUse for an address in numbers."""
        host = urlsplit(self.origin).hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return host
        raise WrongUse(
            "Passkeys need a name, not an address in numbers.",
            remedy="On this machine open the page as http://localhost with the same port.",
        )


class Challenges:
    """What browsers were asked to sign, each by a secret they keep; each is used once."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._lock = Lock()

    def ask(self) -> tuple[str, bytes]:
        """A new challenge, and the secret that finds it again."""
        secret, challenge = secrets.token_urlsafe(32), secrets.token_bytes(32)
        with self._lock:
            self._asked[secret] = (challenge, monotonic())
            while len(self._asked) > 10_000:
                self._asked.popitem(last=False)
        return secret, challenge

    def take(self, secret: str) -> bytes:
        """The challenge of a secret. Raises WrongUse for another's, a second time, or too late."""
        with self._lock:
            challenge, asked_at = self._asked.pop(secret, (b"", 0.0))
        if not challenge or monotonic() - asked_at > _LASTS:
            raise WrongUse("That took too long.", remedy="Begin once more.")
        return challenge


def to_register(store: Store, user: User, place: Place, challenge: bytes) -> str:
    """What a browser is asked so that a user gets a passkey, as JSON; keys they have are left out."""
    have = [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in passkeys_of(store, user.user_id)
    ]
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=place.host,
            rp_name="Muster",
            user_id=str(user.user_id).encode(),
            user_name=user.email,
            user_display_name=user.name,
            challenge=challenge,
            exclude_credentials=have,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
    )


def register(
    store: Store, user: User, place: Place, challenge: bytes, *, credential: dict[str, Any], name: str
) -> Passkey:
    """Keep the passkey that a browser made. Raises WrongUse where its answer does not hold."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongUse("The key's answer does not hold.", remedy="Begin once more.") from error
    key = bytes_to_base64url(made.credential_id)
    passkey = Passkey(
        key, user.user_id, made.credential_public_key, made.sign_count, name.strip() or "A passkey"
    )
    return add_passkey(store, passkey, by=user.email)


def to_sign_in(place: Place, challenge: bytes) -> str:
    """What a browser is asked so that somebody signs in: any passkey of this place, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=place.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


def whose(store: Store, place: Place, challenge: bytes, *, credential: dict[str, Any]) -> User:
    """Whose passkey signed. Raises WrongUse, in the same words, where nobody's did."""
    known = find_passkey(store, str(credential.get("id", "")))
    user = user_by_id(store, known.user_id) if known is not None else None
    if known is None or user is None or user.is_disabled:
        raise WrongUse(_UNKNOWN, remedy="Sign in by your password.")
    try:
        signed = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongUse(_UNKNOWN, remedy="Sign in by your password.") from error
    if signed.new_sign_count or known.sign_count:
        count_passkey(store, known.credential_id, signed.new_sign_count)
    return user
