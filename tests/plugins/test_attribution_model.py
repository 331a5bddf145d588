"""A package beside Muster adds an attribution model by an entry point; the core makes its cents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.plugins.installing import installed, run

from muster.plugins import AttributionModel, attribution_models

MODEL = """
import numpy as np

from muster.plugins import AttributionModel, Weighed

LATER_TWICE = AttributionModel(
    "later_twice",
    "SELECT t.opportunity_id, t.position, CASE WHEN t.position = 1 THEN 1 ELSE 2 END AS weight"
    " FROM touch AS t",
)
NO_MODEL = "SELECT 1"
DOUBLE = AttributionModel("first", "SELECT t.opportunity_id, t.position, 1 AS weight FROM touch AS t")
BY_FUNCTION = AttributionModel("by_length", function=lambda paths: Weighed(np.arange(len(paths.steps)) + 1.0))
NEITHER = AttributionModel("neither")
TOO_FEW = AttributionModel("too_few", function=lambda paths: Weighed(np.ones(1)))
"""
RUN = """
import json, sys
from pathlib import Path
from muster.testing import account, company, engaged, opportunity, rows
ws = company(
    Path(sys.argv[1]),
    account("Acme"),
    engaged("2025-01-06 09:00", "ana@acme.example", "page_viewed", tactic_id="t1"),
    engaged("2025-01-07 09:00", "bo@acme.example", "page_viewed", tactic_id="t2"),
    engaged("2025-01-08 09:00", "cy@acme.example", "page_viewed", tactic_id="t3"),
    opportunity("2025-01-13 09:00", "deal", account="acme", amount="1000.01"),
)
sql = "SELECT credit_cents FROM credit WHERE attribution_model = '" + sys.argv[2] + "' ORDER BY tactic_id"
print(json.dumps([row["credit_cents"] for row in rows(ws, sql)]))
"""


def test_an_installed_model_is_credited_to_the_cent(tmp_path: Path) -> None:
    beside = installed(tmp_path, MODEL, "muster.attribution_models", "LATER_TWICE")
    done = run(RUN, str(tmp_path / "ws"), "later_twice", beside=beside)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [20000, 40001, 40000]


def test_a_model_may_be_a_function_of_all_paths(tmp_path: Path) -> None:
    beside = installed(tmp_path, MODEL, "muster.attribution_models", "BY_FUNCTION")
    done = run(RUN, str(tmp_path / "ws"), "by_length", beside=beside)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [16667, 33334, 50000]  # 1, 2 and 3 of 6


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        ("NO_MODEL", "is no AttributionModel"),
        ("DOUBLE", "has the name of another one"),
        ("NEITHER", "is not either a SELECT or a function"),
        ("TOO_FEW", "does not give each step a weight"),
    ],
)
def test_a_model_that_does_not_fit_is_named(tmp_path: Path, model: str, complaint: str) -> None:
    done = run(
        RUN,
        str(tmp_path / "ws"),
        "none",
        beside=installed(tmp_path, MODEL, "muster.attribution_models", model),
    )
    assert done.returncode != 0
    assert complaint in done.stderr


def test_musters_own_models_come_in_by_the_same_door() -> None:
    assert [model.name for model in attribution_models()] == [
        *("custom", "first", "full_path", "last", "last_before_creation", "linear", "logit"),
        *("markov_1", "markov_2", "markov_3", "shapley", "shapley_fitted"),
        *("time_decay", "u", "u_40_20_40", "w"),
    ]
    assert all(isinstance(model, AttributionModel) for model in attribution_models())
