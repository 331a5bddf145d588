"""Fixtures of the report tests: an invented company, written as the tables a run publishes."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).parent


def _load(name: str) -> Any:
    """A module beside this file, importable by the tests under its own name."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


invented_company = _load("invented_company")
invented_measures = _load("invented_measures")


@pytest.fixture(scope="session")
def invent() -> Callable[..., Any]:
    """A company of its own, for tests that change its rows."""

    def invented(*, seed: int = 7, groups: int = 220) -> Any:
        company = invented_company.Inventor(seed).invent(groups)
        invented_measures.measure(company, random.Random(seed))
        return company

    return invented


@pytest.fixture(scope="session")
def company(invent: Callable[..., Any]) -> Any:
    return invent()


@pytest.fixture(scope="session")
def tables(company: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company.write(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def halden(bundled: Path) -> Path:
    """The published tables of the bundled company, made by the flow from its exports."""
    return bundled / ".muster" / "tables"


@pytest.fixture(scope="session")
def halden_rows(halden: Path) -> dict[str, list[dict[str, Any]]]:
    """The same tables as rows of plain Python."""
    return {file.stem: pq.read_table(file).to_pylist() for file in sorted(halden.glob("*.parquet"))}


@pytest.fixture(scope="session")
def with_experiments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables with a clear hold-out, one that saw nothing, regions, and a programme alone."""
    company = invented_company.Company()
    invented_experiments = _load("invented_experiments")
    invented_experiments.add_to(company)
    folder: Path = company.write(tmp_path_factory.mktemp("experiments"))
    return folder
