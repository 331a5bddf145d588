"""Which account is kept from sales, or let in again: by one name of it, however it was called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from muster.deciding.facts import Facts
from muster.deciding.hand_off import nearest
from muster.problems import WrongUse
from muster.store.decisions import Decision

_ACCOUNT = """
    SELECT a.account_id FROM account AS a WHERE a.account_id = ? OR a.domain = lower(?)
    UNION SELECT x.account_id FROM account_alias AS x WHERE x.account_record_id = ?
    UNION SELECT d.account_id FROM account_domain AS d WHERE d.domain = lower(?)
    ORDER BY account_id
"""
_NAMES = """
    SELECT x.account_record_id AS name, 1 AS place FROM account_alias AS x WHERE x.account_id = ?
    UNION SELECT d.domain, 2 FROM account_domain AS d WHERE d.account_id = ?
    ORDER BY place, name
"""
_SOLUTIONS = "SELECT DISTINCT g.solution_id AS id FROM buying_group AS g ORDER BY id"


def about_account(facts: Facts, asked: Decision, solution: str, in_force: Sequence[Decision]) -> Decision:
    """The decision with the account's record or domain as its subject, and the solution beside it.

    Where an exclusion is in force under another of the account's names, that name is taken, so that the
    new word follows it. Raises WrongUse where the account or the solution is none of the tables.
    """
    said = asked.subject_id.strip()
    found = facts.tables.records(_ACCOUNT, [said] * 4)
    names = [
        str(row["name"]) for one in found[:1] for row in facts.tables.records(_NAMES, [one["account_id"]] * 2)
    ]
    if not names:
        raise WrongUse(
            f"The last run has no account {said} with a record or a domain.",
            remedy='See them: muster query "SELECT account_id, name, domain FROM account"',
        )
    if solution:
        known = {str(row["id"]) for row in facts.tables.records(_SOLUTIONS)}
        known |= {str(row["solution_id"]) for row in facts.rules["solutions"]}
        if solution not in known:
            raise WrongUse(
                f'"{solution}" is no solution.', remedy=f"The nearest: {nearest(solution, sorted(known))}."
            )
    folded = {name.casefold() for name in names}
    before = [
        d.subject_id
        for d in in_force
        if d.kind == "exclude" and d.other_id == solution and d.subject_id.casefold() in folded
    ]
    return replace(asked, subject_id=before[-1] if before else names[0], other_id=solution)
