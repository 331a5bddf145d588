"""One invented company, judged once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.backtest.invented import Tables, invent
from threadpoolctl import threadpool_limits

from muster.backtest.judge import Backtest, judge, question
from muster.backtest.mondays import usual_span
from muster.engine.published import Published
from muster.rules.read import Rules, read_rules


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The default rules, with two places a week."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "capacity.csv").write_text(
        "solution_id,groups_a_week,per,effective_from,why\n*,2,company,1970-01-01,\n"
    )
    return read_rules(folder)


def silence(_words: str) -> None:
    """No progress is asked for."""


def judged(published: Published, rules: Rules, solution_id: str | None = None) -> Backtest:
    span = usual_span(published)
    assert span is not None
    asked = question(published, rules, span, currency="USD", solution_id=solution_id, progress=silence)
    return judge(published, rules, asked, company="Acme", currency="USD", draws=40, progress=silence)


@pytest.fixture(scope="session")
def tables() -> Tables:
    return invent()


@pytest.fixture(scope="session")
def found(tables: Tables, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    return judged(tables.write(tmp_path_factory.mktemp("run")), rules)
