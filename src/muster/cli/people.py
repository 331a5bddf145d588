"""`muster people`: decide who is who, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.deciding import Words, decision_commands

if TYPE_CHECKING:
    from muster.lab.subjects import Matter

_WORDS = Words(
    command="people",
    about="Decide who is who, and take it back; the next run applies it.",
    anything="A record's id, a person's id or an e-mail address of the last run.",
    record="A record's id, or what one record alone has: a person's id, an address.",
    merge="Decide that two records, people or addresses are one person.\n\n"
    "A row is added to decisions.csv in the workspace, which every run reads.",
    merge_example='00Q5e001 ana@acme.example --reason "her old address"',
    split="Decide that two records are two people, whatever rule or likeness joins them.\n\n"
    "Further records of the person stay with the one of the two they are tied to.",
    split_example="00Q5e001 0035e0001 --reason namesakes",
    listed="List every decision about who is who, oldest first, and what became of it.",
)


def _people() -> Matter:
    from muster.lab.people import PEOPLE  # noqa: PLC0415  engines are imported by the command that needs them

    return PEOPLE


app = decision_commands(_WORDS, _people)
