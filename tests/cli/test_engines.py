"""Every table of the bundled company is the same, row for row, whichever engine made it."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from muster.canonical.tables import flow_tables
from muster.demo import copy_company
from muster.engine.parity import compare

ASKED = os.environ.get("MUSTER_ENGINES", "").split(",")
TABLES = os.environ.get("MUSTER_TABLES")  # a folder of tables made by another engine or another version


@pytest.mark.parametrize(
    "engine", [pytest.param("sail", marks=pytest.mark.sail), pytest.param("spark", marks=pytest.mark.spark)]
)
def test_the_bundled_company_on_another_engine(muster, request, tmp_path, engine):
    if engine == "sail" and importlib.util.find_spec("pysail") is None:
        pytest.skip("Sail is not installed")
    if engine == "spark" and "spark" not in ASKED:
        pytest.skip("Spark was not asked for: MUSTER_ENGINES=spark")
    expected = Path(TABLES or request.getfixturevalue("demo") / ".muster" / "tables")
    other = copy_company(tmp_path / "halden")
    ran = muster("run", "-w", other, "--engine", engine)
    assert ran.exit_code == 0, ran.output
    assert compare(expected, other / ".muster" / "tables", flow_tables().values()) == []


@pytest.mark.skipif(TABLES is None, reason="no tables to compare with: MUSTER_TABLES")
def test_the_bundled_company_as_another_version_made_it(demo):
    assert TABLES is not None
    made = {file.stem for file in Path(TABLES).glob("*.parquet")}
    assert made >= set(flow_tables())
    assert compare(Path(TABLES), demo / ".muster" / "tables", flow_tables().values()) == []
