"""The doors: what others may add to Muster without changing it. Muster's own parts come in by them too.

A package adds an attribution model, or a policy, with an entry point:

    [project.entry-points."muster.attribution_models"]
    even_by_day = "acme_models:EVEN_BY_DAY"

    [project.entry-points."muster.qualification_policies"]
    hand_raise = "acme_policies:HAND_RAISE"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from muster.problems import WrongUse

ATTRIBUTION_MODELS = "muster.attribution_models"
QUALIFICATION_POLICIES = "muster.qualification_policies"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


WON, NOT_WON, OPEN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class TouchPaths:
    """Every path known as of the date, for models that learn from all of them.

    First come the `deals` paths of opportunities, then those of groups that fell silent without one.
    Path i is `steps[starts[i]:starts[i + 1]]`, in order of time; a step is a touch, told by the place of its
    channel in `channels` (alphabetical). `outcomes` says of each path whether it was won (1), lost or ended
    without an opportunity (0), or is open still (-1): what is open teaches nothing yet.
    """

    channels: tuple[str, ...]
    steps: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    outcomes: npt.NDArray[np.int8]
    deals: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a model learnt of a channel, in its own measure; `error` is that of sampling, where it samples."""

    estimate: float
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a model that learns gives: a weight for each step (0 or more), and what it learnt of channels.

    `measure` names what the effects are, such as removal effect.
    """

    weights: npt.NDArray[np.float64]
    measure: str = ""
    effects: Mapping[str, Effect] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttributionModel:
    """A rule that divides each opportunity's amount among the touches of its buying group.

    It is a SELECT, or a function where the rule is learnt from all paths. A touch's share is its weight
    over the sum of the opportunity's weights; the core makes the cents, which add up to the amount. An
    opportunity that the model gives no weight is unattributed.

    `sql` is one core-SQL SELECT of `opportunity_id`, `position` (as in the table `touch`) and `weight`
    (whole, 0 or more; BIGINT). It may read every table of the flow up to `milestone`; usual are `touch`
    (the path) and `milestone` (first, lead creation, opportunity creation, closing, last).

    `function` takes all paths and gives each of their steps a weight; an opportunity's shares are its
    weights over their sum, to a billionth. It must give the same for the same paths, on every run.
    """

    name: str
    sql: str = ""
    function: Callable[[TouchPaths], Weighed] | None = None


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
    word, or a name that another one has, and for a model that is not either a SELECT or a function.
    """
    models = _installed(ATTRIBUTION_MODELS, AttributionModel)
    for model in models:
        if bool(model.sql) == (model.function is not None):
            raise WrongUse(
                f"The attribution model {model.name} is not either a SELECT or a function.",
                remedy="Give it sql, or a function, and not both.",
            )
    return models


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
