"""Every two records that were compared and are at all alike: joined, held back, or left apart."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from muster.engine.protocol import Engine
from muster.identity.matching.match import find_matches, model_in_force
from muster.identity.matching.model import Model, people_model, weight_of
from muster.lab.what_if import rebuild, refuse_if_stale
from muster.steps import matching_by
from muster.workspace import Workspace

LEAST = 0.01  # pairs less probable than this are not looked at
COMPARED = ("name", "address", "account", "title", "phone", "place")
READABLE = (
    *("given_name", "family_name", "email", "title", "phone"),
    *("street", "city", "postal_code", "account"),
)
_FATES = "SELECT m.left_id, m.right_id, m.fate FROM person_match AS m"
_ACCOUNTS = "SELECT a.account_id, a.name FROM account AS a"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records; `weight` and `parts` are hundredths of a bit; `fate` is apart where nothing joins them."""

    left_id: str
    right_id: str
    weight: int
    probability: float
    fate: str
    parts: Mapping[str, int]
    left: Mapping[str, str]
    right: Mapping[str, str]

    @property
    def is_joined(self) -> bool:
        """Whether likeness made the two one person."""
        return self.fate == "joined"


class _Enough(Exception):
    """The candidates were read; nothing after them is needed."""


def needed_weight(workspace: Workspace) -> int:
    """The weight from which two are joined, in hundredths of a bit."""
    own = workspace.config.people.join_from
    return round(weight_of(people_model().join_from if own is None else own) * 100)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The candidates of the last run, every two with a probability of at least `LEAST`, and the model."""

    candidates: pa.Table
    matches: pa.Table
    model: Model


def weigh_again(workspace: Workspace) -> Weighed:
    """Weigh the last run's candidates once more, down to `LEAST`."""
    refuse_if_stale(workspace)
    found: list[Weighed] = []

    def weigh(engine: Engine) -> None:
        candidates = engine.arrow("SELECT c.* FROM person_candidate AS c")
        model = model_in_force(engine)
        matches = find_matches(candidates, replace(model, join_from=LEAST))
        found.append(Weighed(candidates, matches, model))
        raise _Enough

    with tempfile.TemporaryDirectory(prefix="muster-lab-") as folder, suppress(_Enough):
        rebuild(workspace, Path(folder), steps=matching_by(weigh))
    return found[0]


def read_pairs(workspace: Workspace) -> list[Pair]:
    """The pairs of the last run with a probability of at least `LEAST`, weighed again, in order of ids."""
    weighed = weigh_again(workspace)
    accounts = {row["account_id"]: row["name"] for row in workspace.query(_ACCOUNTS).to_pylist()}
    said = {row["candidate_id"]: _readable(row, accounts) for row in weighed.candidates.to_pylist()}
    fates = {(r["left_id"], r["right_id"]): r["fate"] for r in workspace.query(_FATES).to_pylist()}
    return [
        Pair(
            row["left_id"],
            row["right_id"],
            row["weight"],
            row["probability"],
            fates.get((row["left_id"], row["right_id"]), "apart"),
            {name: row[f"{name}_weight"] for name in COMPARED},
            said[row["left_id"]],
            said[row["right_id"]],
        )
        for row in sorted(weighed.matches.to_pylist(), key=lambda r: (r["left_id"], r["right_id"]))
    ]


def _readable(row: Mapping[str, Any], accounts: Mapping[str, str]) -> dict[str, str]:
    told = {name: row[name] or "" for name in READABLE if name != "account"}
    return told | {"account": accounts.get(row["account_id"]) or ""}
