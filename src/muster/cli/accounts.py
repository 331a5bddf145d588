"""`muster accounts`: decide which records and domains are one account, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.deciding import Words, decision_commands

if TYPE_CHECKING:
    from muster.deciding.subjects import Identity

_WORDS = Words(
    command="accounts",
    about="Decide which records and domains are one account, and take it back; the next run applies it.",
    anything="An account record's id, an account's id or a domain of the last run.",
    record="An account record's id, or a domain.",
    merge="Decide that two account records, accounts or domains are one account.\n\n"
    "It is kept in the workspace's store, which every run reads.",
    merge_example='0015e001 acme-labs.example --reason "bought in May"',
    split="Decide that two account records are two accounts, whatever rule or likeness joins them.\n\n"
    "A domain and a record can be split, too: then the domain is not that record's.",
    split_example="0015e001 0015e002 --reason namesakes",
    listed="List every decision about accounts, oldest first, and what became of it.",
)


def _accounts() -> Identity:
    from muster.deciding.accounts import ACCOUNTS  # noqa: PLC0415  engines are imported by the command that needs them

    return ACCOUNTS


app = decision_commands(_WORDS, _accounts)
