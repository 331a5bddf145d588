"""Who was erased, as keyed hashes: what keeps them out on every later load, and is no list of people.

    acme/suppression.json    for each of them: a name drawn at random, and the hashes of what named them
    acme/suppression.key     the key of the hashes: without it nobody can even try a guess

A hash is HMAC-SHA-256 (RFC 2104). Beside each stands what takes the place of what it was made of.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from muster.problems import UserDataError

LIST = "suppression.json"
KEY = "suppression.key"
EMAIL, RECORD, VISITOR, NAME, PHONE = KINDS = ("email", "record", "visitor", "name", "phone")
_SALESFORCE = re.compile(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?")


@dataclass(frozen=True, slots=True)
class Erased:
    """One person: what they are called now, the address in place of theirs, and what stands for each hash.

    `lengths` are those of the ids, `words` how many words the names have; `is_done` says whether every
    place was rewritten.
    """

    name: str
    address: str
    erased_at: str
    by: str
    stands: Mapping[str, str]
    lengths: Sequence[int]
    words: Sequence[int]
    is_done: bool = False


def plain(kind: str, said: str) -> str:
    """The one form in which what names a person is compared.

    >>> plain("email", " Ann@Acme.Example "), plain("name", "ann  SMITH"), plain("phone", "+1 (555) 01-02")
    ('ann@acme.example', 'ann smith', '15550102')
    """
    text = said.strip()
    match kind:
        case "email":
            return text.lower()
        case "name":
            return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        case "phone":
            return re.sub(r"\D", "", text)
        case "record":  # both forms of a Salesforce id are one
            return text[:15] if _SALESFORCE.fullmatch(text) else text
        case _:
            return text


@dataclass(frozen=True)
class Suppression:
    """The list of a workspace, with its key."""

    key: bytes
    people: tuple[Erased, ...] = ()

    def hash_of(self, kind: str, said: str) -> str:
        """The keyed hash of one thing that names a person."""
        return hmac.digest(self.key, f"{kind}:{plain(kind, said)}".encode(), hashlib.sha256).hex()

    def stand_in(self, kind: str, said: str) -> str | None:
        """What takes the place of an address, an id or a name; None where nobody erased has it."""
        return self._stands.get(self.hash_of(kind, said))

    def find(self, kind: str, said: str) -> Erased | None:
        """Whom something named."""
        wanted = self.hash_of(kind, said)
        return next((person for person in self.people if wanted in person.stands), None)

    @cached_property
    def _stands(self) -> dict[str, str]:
        return {hashed: stand for person in self.people for hashed, stand in person.stands.items()}

    @cached_property
    def lengths(self) -> frozenset[int]:
        """How long the ids are: text of another length is none of them."""
        return frozenset(n for person in self.people for n in person.lengths)

    @cached_property
    def words(self) -> tuple[int, ...]:
        """Of how many words the names are, the longest first."""
        return tuple(sorted({n for person in self.people for n in person.words}, reverse=True))

    @property
    def pending(self) -> tuple[Erased, ...]:
        """Those whose erasure was begun, and did not come to its end."""
        return tuple(person for person in self.people if not person.is_done)

    def with_person(
        self,
        names: Mapping[str, Mapping[str, str]],
        *,
        called: str,
        address: str,
        by: str,
        at: datetime,
    ) -> Suppression:
        """The list with one more person; `names` says for each kind what takes the place of what."""
        stands = {self.hash_of(kind, said): to for kind, some in names.items() for said, to in some.items()}
        ids = [said for kind in (RECORD, VISITOR) for said in names.get(kind, ())]
        lengths = {len(said) for said in ids} | {15 + 3 * (len(i) == 15) for i in ids if len(i) in (15, 18)}
        lengths |= {15 for i in ids if len(i) == 18}
        words = {len(plain(NAME, said).split()) for said in names.get(NAME, ())}
        when = at.isoformat(timespec="seconds")
        person = Erased(called, address, when, by, stands, sorted(lengths), sorted(words))
        return replace(self, people=(*self.people, person))

    def with_further(self, person: Erased, kind: str, further: Mapping[str, str]) -> Suppression:
        """The list where more names one of its people than was known when they were erased."""
        stands = dict(person.stands) | {self.hash_of(kind, said): to for said, to in further.items()}
        lengths = {*person.lengths, *(len(said) for said in further if kind in (RECORD, VISITOR))}
        grown = replace(person, stands=stands, lengths=sorted(lengths))
        return replace(self, people=tuple(grown if p.name == person.name else p for p in self.people))

    def done(self) -> Suppression:
        """The list where nothing is pending any more."""
        return replace(self, people=tuple(replace(person, is_done=True) for person in self.people))

    def digest(self) -> str:
        """A fingerprint of what it does to records."""
        told = [dict(sorted(person.stands.items())) for person in self.people]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def new_name() -> str:
    """What an erased person is called from now on; it says nothing of them."""
    return f"erased-{secrets.token_hex(5)}"


def read_suppression(workspace: Path) -> Suppression | None:
    """The list of a workspace; None where nobody was erased. Raises UserDataError where its key is lost."""
    file = workspace / LIST
    if not file.is_file():
        return None
    people = tuple(Erased(**row) for row in json.loads(file.read_text("utf-8"))["people"])
    try:
        key = bytes.fromhex((workspace / KEY).read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        raise UserDataError(
            f"{KEY} is missing or damaged: without it nobody knows whom {LIST} keeps out.",
            remedy=f"Bring {KEY} back from a copy of the workspace before the next run.",
        ) from None
    return Suppression(key, people)


def open_suppression(workspace: Path) -> Suppression:
    """The list of a workspace, begun with a key of its own where nobody was erased yet."""
    there = read_suppression(workspace)
    if there is not None:
        return there
    key = secrets.token_bytes(32)
    _write(workspace / KEY, key.hex() + "\n")
    return Suppression(key)


def keep_suppression(workspace: Path, told: Suppression) -> None:
    """Write the list: whole or not at all, and on the disk when this returns."""
    people = [asdict(person) for person in told.people]
    _write(workspace / LIST, json.dumps({"people": people}, indent=1, sort_keys=True) + "\n")


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
