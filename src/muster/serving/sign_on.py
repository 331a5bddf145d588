"""Single sign-on by OpenID Connect: the code flow with state, nonce and PKCE, and what is checked of it.

A person is known by issuer and subject, never by an address alone: that is matched once, where the provider
says that it verified it, to a user an admin made before.
"""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from muster.config.settings import SignOnConfig
from muster.problems import ConfigError, WrongUse
from muster.store.opening import Store
from muster.store.proofs import link_oidc, user_by_identity
from muster.store.users import User, add_user, user_by_email

_LASTS = 600  # seconds from leaving to coming back
_WAIT = 10  # seconds for the provider's answers
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never none, never a shared secret
_ASK_ADMIN = "Ask whoever looks after Muster here."


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody on their way to the provider: what must come back with them, and where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    next: str
    left_at: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says somebody is."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str


class Travellers:
    """Those on their way, each by a secret that their browser keeps; each comes back once."""

    def __init__(self) -> None:
        self._away: OrderedDict[str, Leaving] = OrderedDict()
        self._lock = Lock()

    def leave(self, next: str) -> tuple[str, Leaving]:
        """Somebody leaves: the secret for their browser, and what goes with them."""
        state, nonce, verifier, secret = (secrets.token_urlsafe(32) for _ in range(4))
        leaving = Leaving(state, nonce, verifier, next, monotonic())
        with self._lock:
            self._away[secret] = leaving
            while len(self._away) > 10_000:
                self._away.popitem(last=False)
        return secret, leaving

    def come_back(self, secret: str, state: str) -> Leaving:
        """Somebody comes back. Raises WrongUse for a stranger, a second time, or too late."""
        with self._lock:
            leaving = self._away.pop(secret, None)
        is_late = leaving is not None and monotonic() - leaving.left_at > _LASTS
        if leaving is None or is_late or not secrets.compare_digest(leaving.state, state):
            raise WrongUse("This sign-in did not begin here, or too long ago.", remedy="Begin once more.")
        return leaving


class Provider:
    """An OpenID Connect provider, as its discovery document describes it."""

    def __init__(self, config: SignOnConfig) -> None:
        self._config = config
        secret = os.environ.get(config.client_secret_env)
        if secret is None:
            raise ConfigError(
                f"muster.toml: serve.sign_on needs the variable {config.client_secret_env}.",
                remedy="Set it to the secret that the provider gave for this app.",
            )
        self._secret = secret
        self._about = self._read(f"{config.issuer.rstrip('/')}/.well-known/openid-configuration")
        if str(self._about.get("issuer", "")).rstrip("/") != config.issuer.rstrip("/"):
            raise ConfigError(
                f"The provider calls itself {self._about.get('issuer')}, not {config.issuer}.",
                remedy="Write serve.sign_on.issuer as the provider does.",
            )

    def address(self, leaving: Leaving, back: str) -> str:
        """Where to send a browser."""
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self._about["authorization_endpoint"],
                state=leaving.state,
                nonce=leaving.nonce,
                code_verifier=leaving.verifier,
            )
        return str(url)

    def identity(self, leaving: Leaving, code: str, back: str) -> Identity:
        """Who came back with a code. Raises WrongUse where the provider's word does not hold."""
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._about["token_endpoint"], code=code, code_verifier=leaving.verifier
                )
            keys = KeySet.import_key_set(self._read(self._about["jwks_uri"]))  # type: ignore[arg-type]
            claims = jwt.decode(str(token["id_token"]), keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=60,
                iss={"essential": True, "value": self._about["issuer"]},
                aud={"essential": True, "value": self._config.client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": leaving.nonce},
            ).validate(claims)
        except (JoseError, AuthlibBaseError, KeyError, ValueError, httpx2.HTTPError) as error:
            raise WrongUse(
                f"What {self._config.name} answered does not hold ({type(error).__name__}).",
                remedy=f"Begin once more. {_ASK_ADMIN}",
            ) from error
        return Identity(
            str(claims["iss"]),
            str(claims["sub"]),
            str(claims.get("email") or "").casefold(),
            claims.get("email_verified") is True,
            str(claims.get("name") or claims.get("email") or claims["sub"]),
        )

    def _client(self, back: str) -> Any:
        return OAuth2Client(
            self._config.client_id,
            self._secret,
            scope="openid email profile",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_WAIT,
        )

    def _read(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx2.get(address, timeout=_WAIT)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise WrongUse(
                f"{self._config.name} does not answer at {address}.", remedy=f"Try later. {_ASK_ADMIN}"
            ) from error
        if not isinstance(found, dict):
            raise WrongUse(
                f"{self._config.name} answers with something else at {address}.", remedy=_ASK_ADMIN
            )
        return found


def user_of(store: Store, identity: Identity, config: SignOnConfig) -> User:
    """The user an identity is, linked or made at the first time. Raises WrongUse where there is none."""
    known = user_by_identity(store, identity.issuer, identity.subject)
    if known is None and identity.is_verified:
        known = user_by_email(store, identity.email)
        domain = identity.email.rpartition("@")[2]
        if known is None and config.new_users is not None and domain in config.domains:
            known = add_user(store, identity.email, identity.name, role=config.new_users, by=config.name)
        if known is not None:
            known = link_oidc(store, known.user_id, identity.issuer, identity.subject, by=config.name)
    if known is None or known.is_disabled:
        raise WrongUse("You have no account here.", remedy=_ASK_ADMIN)
    return known
