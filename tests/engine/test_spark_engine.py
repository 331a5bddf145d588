"""What happens around Spark: an extra that is missing, and a session that will not be told."""

import importlib
from contextlib import closing
from pathlib import Path

import pytest

from muster.engine.spark_engine import PLANS, LocalSpark, Sail, SparkEngine
from muster.problems import MissingExtra, WrongUse


@pytest.mark.parametrize(("engine", "extra"), [(LocalSpark, "spark"), (Sail, "sail")])
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    engine: type[LocalSpark] | type[Sail], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra, match=rf'pip install "muster-revenue\[{extra}\]"'):
        engine()


class Settings(dict[str, str]):
    def set(self, key: str, value: str) -> None:
        if key != "spark.sql.session.timeZone":
            self[key] = value


class StubbornSession:
    conf = Settings({"spark.sql.session.timeZone": "Europe/Berlin"})


def test_a_session_that_keeps_its_time_zone_is_refused(tmp_path: Path) -> None:
    """In another zone than UTC, instants would move by hours without a word."""
    with pytest.raises(
        WrongUse, match=r"keeps spark\.sql\.session\.timeZone at Europe/Berlin; Muster needs UTC"
    ):
        SparkEngine(StubbornSession(), scratch=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sail
def test_a_query_that_sails_planner_stumbles_over_is_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = pytest.importorskip("pyspark.errors", reason="the extra [sail] is not installed")
    pytest.importorskip("pysail", reason="the extra [sail] is not installed")
    write, left = SparkEngine._write, [0]

    def stumbles(engine: SparkEngine, name: str, sql: str, place: Path) -> int:
        if left[0]:
            left[0] -= 1
            raise errors.AnalysisException("Division by zero")
        return write(engine, name, sql, place)

    monkeypatch.setattr(SparkEngine, "_write", stumbles)
    with closing(Sail()) as engine:
        left[0] = PLANS - 1
        assert engine.create("one", "SELECT 1 AS a") == 1
        left[0] = PLANS
        with pytest.raises(errors.AnalysisException, match="Division by zero"):
            engine.create("one", "SELECT 1 AS a")
