"""What kind of person plays a role, as the rules have it: whom to look for where it is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from muster.reports.values import words

_LEVELS = {
    "c_level": "a chief officer",
    "vp": "a vice president",
    "director": "a director",
    "manager": "a manager",
    "individual": "somebody who will work with it",
}
_NAMED = 2
_LEAST = 0.2  # below, too few of such people play the role to look among them


def role_titles(rules: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Of each role the levels that most often play it, in words, from rows of rules/roles.csv.

    >>> row = {"function": "finance", "seniority": "vp", "role": "economic_buyer", "confidence": 0.6}
    >>> role_titles([row])
    {'economic_buyer': 'a vice president of finance'}
    """
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in rules:
        level = _LEVELS.get(str(row["seniority"]), "")
        where = "" if row["function"] in ("*", "unknown", None) else words(str(row["function"]))
        if not level and not where:
            continue
        named = f"{level} of {where}" if level and where else level or f"somebody of {where}"
        found[str(row["role"])].append((float(str(row["confidence"])), named))
    told = {}
    for role, kinds in found.items():
        best = list(
            dict.fromkeys(name for sure, name in sorted(kinds, key=lambda k: (-k[0], k[1])) if sure >= _LEAST)
        )
        told[role] = " or ".join((best or [max(kinds)[1]])[:_NAMED])
    return told
