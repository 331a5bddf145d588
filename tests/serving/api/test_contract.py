"""The API answers what its document says, to any request that the document allows, and to others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode
from tests.serving.api.conftest import Office
from tests.serving.api.test_routes import ROUTES

from muster.serving.api.callers import Quotas

load_all_checks()
# An `after` is any text to the document, and one that the API never gave is refused; test_routes.py tries
# tokens that are none.
NOT_CHECKED = {"positive_data_acceptance", "ignored_auth"}
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in NOT_CHECKED]


@pytest.fixture(scope="module")
def fuzzed(opened: Callable[..., Office]) -> Office:
    """An office whose callers are not counted."""
    office = opened()
    office.api.state.quotas = Quotas(calls=10**9)
    return office


@pytest.fixture(scope="module")
def document(fuzzed: Office) -> schemathesis.openapi.OpenApiSchema:  # type: ignore[name-defined]
    """The document, with the app that it is held against."""
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", fuzzed.app)


# Rows of measures are all made alike: one of them stands for the others.
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize(
    ("method", "path"), [key for key in ROUTES if "/rows" not in key[1] or "velocity" in key[1]]
)
def test_answers_are_as_the_document_says(
    fuzzed: Office,
    document: schemathesis.openapi.OpenApiSchema,  # type: ignore[name-defined]
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    mode: GenerationMode,
) -> None:
    monkeypatch.setattr("muster.serving.api.runs.begin_run", lambda _: None)
    headers = {"authorization": f"Bearer {fuzzed.token_of('admin')}"}
    operation = document[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=5, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def holds(case: schemathesis.Case) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKED)

    try:
        holds()
    except Unsatisfiable:
        pytest.skip("no request can be wrong here")
