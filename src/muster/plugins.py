"""The doors: what others may add to Muster without changing it. Muster's own parts come in by them too.

A package adds an attribution model, or a policy, with an entry point:

    [project.entry-points."muster.attribution_models"]
    even_by_day = "acme_models:EVEN_BY_DAY"

    [project.entry-points."muster.qualification_policies"]
    hand_raise = "acme_policies:HAND_RAISE"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from muster.problems import WrongUse

ATTRIBUTION_MODELS = "muster.attribution_models"
QUALIFICATION_POLICIES = "muster.qualification_policies"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class AttributionModel:
    """A rule that divides each opportunity's amount among the touches of its buying group.

    `sql` is one core-SQL SELECT of `opportunity_id`, `position` (as in the table `touch`) and `weight`
    (whole, 0 or more; BIGINT). It may read every table of the flow up to `milestone`; usual are `touch`
    (the path) and `milestone` (first, lead creation, opportunity creation, closing, last). A touch's
    share is its weight over the sum of the opportunity's weights; the core makes the cents, which add
    up to the amount. An opportunity that the model gives no weight is unattributed.
    """

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class QualificationPolicy:
    """A rule for when a buying group is qualified.

    `sql` is one core-SQL SELECT with a row for each stretch: `buying_group_id`, `from_at` and `to_at`
    (microseconds; null while it lasts), `end_cause` (`faded`, or `rejected` by sales), and `reason` and
    `end_reason` in words. It may read every table of the flow up to `cool_down` and `crossing`; usual are
    `score_state` (the score after each piece of evidence), `week_standing` and `queue`. The core ends a
    stretch when its cycle does, and joins those that touch.
    """

    name: str
    sql: str


Part = TypeVar("Part", AttributionModel, QualificationPolicy)


@cache
def attribution_models() -> Sequence[AttributionModel]:
    """Every attribution model installed, in the order of their names.

    Raises WrongUse for an entry point that is no AttributionModel, has a name that is no lower-case
    word, or a name that another one has.
    """
    return _installed(ATTRIBUTION_MODELS, AttributionModel)


@cache
def qualification_policies() -> Sequence[QualificationPolicy]:
    """Every qualification policy installed, in the order of their names; raises as `attribution_models`."""
    return _installed(QUALIFICATION_POLICIES, QualificationPolicy)


def _installed(group: str, kind: type[Part]) -> Sequence[Part]:
    """What the entry points of a group name, checked."""
    parts: dict[str, Part] = {}
    for entry in sorted(entry_points(group=group), key=lambda e: (e.name, e.value)):
        part = entry.load()
        where = f"The entry point {entry.name} = {entry.value!r} of {group}"
        if not isinstance(part, kind):
            raise WrongUse(
                f"{where} is no {kind.__name__}.", remedy=f"Make it a muster.plugins.{kind.__name__}."
            )
        if not _NAME.fullmatch(part.name):
            raise WrongUse(f"{where} is named {part.name!r}.", remedy="Use lower-case letters, digits and _.")
        if parts.setdefault(part.name, part) != part:
            raise WrongUse(
                f"{where} has the name of another one: {part.name}.", remedy="Name one of them otherwise."
            )
    return tuple(parts[name] for name in sorted(parts))
