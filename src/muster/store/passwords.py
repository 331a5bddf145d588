"""Passwords: which are refused, how they are hashed, and a check that takes as long for nobody.

Argon2id (Biryukov, Dinu and Khovratovich 2016) with 46 MiB and two passes, above the least that the OWASP
Password Storage Cheat Sheet (2024) asks for. Tried first are the 30,000 commonest passwords that zxcvbn
lists (Wheeler 2016; ASVS 5.0, 6.2.4, asks for 3,000) and some of our own: in any case, over again, or with
figures and signs about them, since hardly one of them is as long as we ask for by itself.
"""

from __future__ import annotations

import functools
import gzip
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from muster.problems import WrongUse
from muster.store.secret import new_secret

LEAST = 12  # characters
_MOST = 1024  # more would only keep the hashing busy
_FEW = 4  # different characters are a pattern, not a password; fewer letters are no word with signs about it
_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
# Each hash holds its 46 MiB: however many sign in at once, or try to, they take no more than this many.
_AT_ONCE = BoundedSemaphore(4)


def hash_password(password: str, *, email: str) -> str:
    """The hash of a new password. Raises WrongUse where it is too short or too easily guessed."""
    if len(password) < LEAST:
        raise WrongUse(
            f"The password has {len(password)} characters; {LEAST} are the least.",
            remedy="Take three or four words that do not belong together.",
            field="password",
        )
    if len(password) > _MOST:
        raise WrongUse(
            f"The password has more than {_MOST} characters.", remedy="Take a shorter one.", field="password"
        )
    if _is_common(password) or password.casefold() in {email, email.partition("@")[0] * 2}:
        raise WrongUse(
            "The password is one of those that are tried first.",
            remedy="Take three or four words that do not belong together.",
            field="password",
        )
    return rehash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Whether a password has this hash; where there is none, no, after just as long."""
    unknown = _hash_of_nothing()
    try:
        with _AT_ONCE:
            _HASHER.verify(kept or unknown, password[:_MOST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with less work than we ask for now."""
    return _HASHER.check_needs_rehash(kept)


def rehash(password: str) -> str:
    """The hash, by today's work, of a password that is known to be right."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def _is_common(password: str) -> bool:
    """Whether it is one of the commonest, perhaps over again, or with figures and signs about it."""
    folded = password.casefold()
    bare = "".join(sign for sign in folded if sign.isalpha())
    once = (
        bare[: len(bare) // times]
        for times in range(1, len(bare) // _FEW + 1)
        if bare == bare[: len(bare) // times] * times
    )
    few = len(set(folded)) <= _FEW or folded.isdigit()
    tried = {folded, *(word for word in once if len(word) >= _FEW)}
    return few or not tried.isdisjoint(_commonest())


@functools.cache
def _commonest() -> frozenset[str]:
    here = files("muster.store")
    ours = here.joinpath("common_passwords.txt").read_text("utf-8").split()
    found = gzip.decompress(here.joinpath("common_passwords_zxcvbn.txt.gz").read_bytes()).decode("ascii")
    return frozenset(ours) | frozenset(found.split())


@functools.cache
def _hash_of_nothing() -> str:
    return _HASHER.hash(new_secret())
