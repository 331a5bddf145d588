"""The lineage is data, and the data are whole: every table, every column, every relation exists."""

from __future__ import annotations

import re

from muster.canonical.tables import flow_tables, source_tables
from muster.explain.archive import Archive
from muster.explain.keys import contract
from muster.explain.rests_on import lineages
from muster.explain.walk import followed_in_order
from muster.rules.read import rule_shapes


def test_every_table_says_what_it_rests_on() -> None:
    assert set(lineages()) == {*flow_tables(), *source_tables()}
    for name in flow_tables():
        assert lineages()[name].parents or lineages()[name].sources, name


def test_no_table_rests_on_itself() -> None:
    order = followed_in_order()
    for name, lineage in lineages().items():
        assert all(order.index(edge.table) > order.index(name) for edge in lineage.parents)


def test_every_relation_and_column_exists(archive: Archive) -> None:
    for name, lineage in lineages().items():
        columns = archive.ask(f'SELECT r.* FROM "{lineage.read_from}" AS r LIMIT 0').column_names
        assert set(contract(name).key) <= set(columns)
        used = set(re.findall(r"\{(\w+)", lineage.sentence))
        used |= {
            match
            for edge in (*lineage.parents, *lineage.sources, *lineage.rules)
            for match in re.findall(r'\br\."?(\w+)', f"{edge.join} {edge.where} {edge.order}")
        }
        assert used <= set(columns), name
        assert all(edge.table in rule_shapes() for edge in lineage.rules)
        assert all(edge.because for edge in lineage.parents)
        assert all(query.how for query in lineage.recounts)
