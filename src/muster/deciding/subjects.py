"""What decisions are about: people, accounts or roles, and whom somebody means by what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from muster.explain.archive import Archive


class Holder(Protocol):
    """A person or an account as the last run has it."""

    @property
    def id(self) -> str:
        """Its id in the tables."""

    @property
    def groups(self) -> int:
        """How many buying groups it is in, or has."""

    @property
    def shown(self) -> str:
        """It in a few words."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The record, address or domain that stands in a decision, and whose it is now."""

    subject_id: str
    holder: Holder


@dataclass(frozen=True, slots=True)
class Matter:
    """People, accounts or roles: their command, the kinds of decision about them, and how they are found.

    `find` takes what somebody said and whether one single record must be meant; it raises WrongUse
    for nobody, naming the nearest, and for several, naming them.
    """

    command: str  # of `muster`
    holders: str  # people or accounts: whose records they are
    kinds: Mapping[str, str]  # of decision, and the command that makes it
    find: Callable[[Archive, str, bool], Subject]
    groups_of: str  # SQL: how many buying groups the ids {ids} are in

    @property
    def commands(self) -> list[str]:
        """The commands that decide, for example: muster people merge."""
        return [f"muster {self.command} {verb}" for verb in self.kinds.values()]


@dataclass(frozen=True, slots=True)
class Identity(Matter):
    """People or accounts: records of which are one, or two."""

    one: str

    @property
    def merge(self) -> str:
        """The kind of decision that two are one."""
        return next(kind for kind, verb in self.kinds.items() if verb == "merge")

    @property
    def split(self) -> str:
        """The kind of decision that they are two."""
        return next(kind for kind, verb in self.kinds.items() if verb == "split")


def records_shown(count: int) -> str:
    """For example: 2 records."""
    return "no record" if not count else f"{count} record{'s' * (count > 1)}"
