"""What Spark is given: snapshots, so that a new sqlglot that translates otherwise is noticed.

`MUSTER_UPDATE=1 pytest tests/engine/test_translate.py` writes them anew; read the difference.
"""

import os
from pathlib import Path

import pytest

from muster.engine.queries import read_queries
from muster.engine.translate import to_spark
from muster.problems import UserDataError

EQUALITY = Path(__file__).parent / "equality"
SNAPSHOTS = EQUALITY / "spark"


@pytest.mark.parametrize("query", read_queries(EQUALITY), ids=lambda query: query.name)
def test_a_query_is_translated_as_before(query) -> None:  # type: ignore[no-untyped-def]
    snapshot = SNAPSHOTS / f"{query.name}.sql"
    translated = to_spark(query.sql, path=query.path) + "\n"
    if "MUSTER_UPDATE" in os.environ:
        SNAPSHOTS.mkdir(exist_ok=True)
        snapshot.write_text(translated, "utf-8")
    assert translated == snapshot.read_text("utf-8")


@pytest.mark.parametrize(
    ("core", "spark"),
    [
        ("INT_DIV(t.a + 1, 2) * 3 AS n", "((`t`.`a` + 1) DIV (2)) * 3 AS `n`"),
        ("INT_DIV(INT_DIV(t.a, 2), 3) AS n", "((((`t`.`a`) DIV (2))) DIV (3)) AS `n`"),
        ("CAST(t.a AS VARCHAR) || 'it''s \\ \n' AS n", "CAST(`t`.`a` AS STRING) || 'it\\'s \\\\ \\n' AS `n`"),
        (
            "ROW_NUMBER() OVER (ORDER BY t.a DESC, t.b) * 2 AS n",
            "CAST(ROW_NUMBER() OVER (ORDER BY `t`.`a` DESC, `t`.`b` NULLS LAST) AS BIGINT) * 2 AS `n`",
        ),
        (
            "LAG(t.a, 1, 0) OVER (ORDER BY t.b NULLS FIRST) AS n",
            "LAG(`t`.`a`, 1, 0) OVER (ORDER BY `t`.`b`) AS `n`",
        ),
        ("t.a / 8e0 + 2.5e-1 AS n", "`t`.`a` / 8e0 + 2.5e-1 AS `n`"),
    ],
)
def test_what_dialects_disagree_on_is_rewritten(core: str, spark: str) -> None:
    translated = " ".join(to_spark(f"SELECT {core} FROM t").split()).replace("( ", "(").replace(" )", ")")
    assert translated == f"SELECT {spark} FROM `t`"


def test_a_text_that_is_no_query_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserDataError, match=r"score\.sql"):
        to_spark("SELECT FROM WHERE", path=Path("score.sql"))
