"""The doors: what others may add to Muster without changing it. Muster's own parts come in by them too.

A package adds an attribution model with an entry point:

    [project.entry-points."muster.attribution_models"]
    even_by_day = "acme_models:EVEN_BY_DAY"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from muster.problems import WrongUse

ATTRIBUTION_MODELS = "muster.attribution_models"
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


@cache
def attribution_models() -> Sequence[AttributionModel]:
    """Every attribution model installed, in the order of their names.

    Raises WrongUse for an entry point that is no AttributionModel, has a name that is no lower-case
    word, or a name that another one has.
    """
    models: dict[str, AttributionModel] = {}
    for entry in sorted(entry_points(group=ATTRIBUTION_MODELS), key=lambda e: (e.name, e.value)):
        model = entry.load()
        where = f"The entry point {entry.name} = {entry.value!r} of {ATTRIBUTION_MODELS}"
        if not isinstance(model, AttributionModel):
            raise WrongUse(
                f"{where} is no AttributionModel.", remedy="Make it a muster.plugins.AttributionModel."
            )
        if not _NAME.fullmatch(model.name):
            raise WrongUse(
                f"{where} is named {model.name!r}.", remedy="Use lower-case letters, digits and _."
            )
        if models.setdefault(model.name, model) != model:
            raise WrongUse(
                f"{where} has the name of another model: {model.name}.", remedy="Name one of them otherwise."
            )
    return tuple(models[name] for name in sorted(models))
