"""What decisions about who is who are about: people or accounts, and whom somebody means by what they say."""

from __future__ import annotations

from collections.abc import Callable
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
    """People or accounts: their words, the kinds of decision about them, and how they are found.

    `find` takes what somebody said and whether one single record must be meant; it raises WrongUse
    for nobody, naming the nearest, and for several, naming them.
    """

    command: str  # of `muster`, and the word for several
    one: str
    merge: str
    split: str
    find: Callable[[Archive, str, bool], Subject]
    groups_of: str  # SQL: how many buying groups the ids {ids} are in

    @property
    def kinds(self) -> dict[str, str]:
        """What each kind of decision does."""
        return {self.merge: "merge", self.split: "split"}


def records_shown(count: int) -> str:
    """For example: 2 records."""
    return "no record" if not count else f"{count} record{'s' * (count > 1)}"
