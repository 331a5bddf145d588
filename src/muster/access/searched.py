"""What many pages look for among all rows: read from a run's files once, then kept in memory.

A search compares every name with what was typed; a person's page knows an id, while people are stored by
account; a list and a board want the last of each group's weekly scores, and a board what moved and when.
From the files that is mostly reading, which is the same for everybody; whose rows somebody sees is said in
`table_rules.toml`, as of any other table.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.access import board_moves


@dataclass(frozen=True, slots=True)
class SearchedTable:
    """A table made of others of the run; `words` holds what is typed in small letters, a line for each."""

    reads: tuple[str, ...]
    column_names: tuple[str, ...]
    sql: str


SEARCHED = {
    "searched_account": SearchedTable(
        reads=("account", "account_domain"),
        column_names=("account_id", "name", "domain", "country", "industry", "words"),
        sql="""
        SELECT a.account_id, COALESCE(a.name, a.domain, a.account_id) AS name, a.domain, a.country,
            a.industry, lower(concat_ws(chr(10), a.name, a.domain, d.domains)) AS words
        FROM all_rows.account AS a
        LEFT JOIN (
            SELECT x.account_id, string_agg(x.domain, chr(10)) AS domains
            FROM all_rows.account_domain AS x GROUP BY x.account_id) AS d ON d.account_id = a.account_id""",
    ),
    "searched_person": SearchedTable(
        reads=("person",),
        column_names=("person_id", "account_id", "name", "title", "email", "words"),
        sql="""
        SELECT p.person_id, p.account_id, COALESCE(p.name, p.email, p.person_id) AS name, p.title, p.email,
            lower(concat_ws(chr(10), p.name, p.email)) AS words
        FROM all_rows.person AS p WHERE p.valid_to IS NULL""",
    ),
    "latest_score": SearchedTable(
        reads=("score",),
        column_names=(
            *("buying_group_id", "scored_at", "score", "p_open", "p_win", "expected_amount_cents"),
        ),
        sql="""
        SELECT s.buying_group_id, UNNEST(MAX_BY({'scored_at': s.scored_at, 'score': s.score,
            'p_open': s.p_open, 'p_win': s.p_win, 'expected_amount_cents': s.expected_amount_cents},
            s.scored_at))
        FROM all_rows.score AS s GROUP BY s.buying_group_id""",
    ),
    "board_move": SearchedTable(board_moves.READS, board_moves.COLUMN_NAMES, board_moves.SQL),
    "placed_person": SearchedTable(
        reads=("person",),
        column_names=("person_id", "account_id"),
        sql="SELECT DISTINCT p.person_id, p.account_id FROM all_rows.person AS p",
    ),
}
