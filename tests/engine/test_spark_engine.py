"""What happens around Spark: an extra that is missing, and a session that will not be told."""

import importlib
from pathlib import Path

import pytest

from muster.engine.spark_engine import LocalSpark, Sail, SparkEngine
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
