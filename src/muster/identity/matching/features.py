"""What is compared of each candidate, made from its text: once for each string, not for each pair."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from muster.identity.matching.letters import parted
from muster.identity.matching.names import SPELLINGS, given_root, name_words, sound_spelling

# The given and the family name of each candidate; a family name alone may hold the whole name.
_NAMED = """
    SELECT
        c.candidate_id,
        COALESCE(g.first, f.whole_given) AS given,
        COALESCE(g.root, f.whole_root) AS root,
        CASE WHEN g.first IS NULL THEN COALESCE(f.whole_family, f.joined) ELSE f.joined END AS family
    FROM candidate AS c
    LEFT JOIN name_reading AS g ON g.said = c.given_name
    LEFT JOIN name_reading AS f ON f.said = c.family_name
"""
# A mailbox is the text before the @ without what parts it: kate.lopez, kate_lopez, katelopez+x
_MAILED = """
    SELECT
        c.candidate_id,
        regexp_replace(
            split_part(split_part(lower(strip_accents(c.email)), '@', 1), '+', 1), '[._-]', '', 'g'
        ) AS mailbox
    FROM candidate AS c
    WHERE c.email IS NOT NULL AND NOT c.is_shared
"""
# Whether a mailbox is one of the ways in which people make one of their name.
_spelled = "x"
for two, one in SPELLINGS:
    _spelled = f"replace({_spelled}, '{two}', '{one}')"
_IS_NAME = f"""
    CREATE MACRO is_name(mailbox, given, root, family) AS list_contains(
        list_transform(
            [
                given || family, family || given, given[1] || family, family || given[1],
                given || family[1], given[1] || family[1], given, family, root || family, family || root
            ],
            lambda x: {_spelled}
        ),
        list_transform([mailbox], lambda x: {_spelled})[1]
    )
"""
_TITLE = (
    "trim(regexp_replace(regexp_replace(lower(strip_accents(c.title)), "
    "'\\b(of|the|and)\\b', ' ', 'g'), '[^\\pL\\pN]+', ' ', 'g'))"
)
_DIGITS = "regexp_replace(regexp_replace(lower(c.phone), '(x|ext).*$', ''), '[^0-9]', '', 'g')"
# A postal address is its street in a town, a town its postal code, else its name: Hauptstraße 5, Haupt Str. 5
_PLACED = """
    SELECT
        c.candidate_id,
        COALESCE(
            NULLIF(regexp_replace(lower(c.postal_code), '[^0-9a-z]', '', 'g'), ''),
            NULLIF(regexp_replace(lower(strip_accents(c.city)), '[^\\pL]', '', 'g'), '')
        ) AS town,
        NULLIF(regexp_replace(regexp_replace(regexp_replace(
            lower(strip_accents(replace(c.street, 'ß', 'ss'))), '(street|strasse|straat)\\b', 'str', 'g'
        ), '\\b(st|str)\\b\\.?|str\\.', 'str', 'g'), '[^\\pL\\pN]', '', 'g'), '') AS street
    FROM candidate AS c
    WHERE c.street IS NOT NULL OR c.city IS NOT NULL OR c.postal_code IS NOT NULL
"""
_FEATURES = f"""
    CREATE TABLE person_features AS
    WITH named AS ({_NAMED}), mailed AS ({_MAILED}), placed AS ({_PLACED})
    SELECT
        c.candidate_id AS unique_id,
        c.known_key,
        c.known_at,
        TRUE AS known,
        n.given,
        n.family,
        n.given || ' ' || n.family AS name,
        n.family || ' ' || n.given AS name_turned,
        least(n.given || ' ' || n.family, n.family || ' ' || n.given) AS name_any_order,
        n.root || ' ' || n.family AS name_root,
        n.given[1] || ' ' || n.family AS name_initial,
        length(n.given) = 1 AS is_initial,
        CASE WHEN length(m.mailbox) > 2 THEN m.mailbox END AS mailbox,
        regexp_replace(m.mailbox, '[^0-9]', '', 'g') AS mailbox_digits,
        is_name(m.mailbox, n.given, n.root, n.family) AS mailbox_is_name,
        is_name(regexp_replace(m.mailbox, '[0-9]', '', 'g'), n.given, n.root, n.family) AS letters_are_name,
        c.company_domain,
        c.account_id AS account,
        CASE WHEN {_TITLE} <> '' THEN {_TITLE} END AS title,
        c.title_kind,
        CASE WHEN length({_DIGITS}) >= 7 THEN right({_DIGITS}, 9) END AS phone,
        p.town,
        p.street,
        p.street || ' ' || p.town AS place
    FROM candidate AS c
    JOIN named AS n ON n.candidate_id = c.candidate_id
    LEFT JOIN mailed AS m ON m.candidate_id = c.candidate_id
    LEFT JOIN placed AS p ON p.candidate_id = c.candidate_id
    ORDER BY c.candidate_id
"""
# Whose values' frequencies are used, and of how many values at least a share is told: among three telephones
# that are known, two alike are no third of all telephones.
FREQUENT = {
    **dict.fromkeys(("name", "name_any_order", "name_root", "name_initial", "mailbox", "phone"), 500),
    "place": 5000,
    **dict.fromkeys(("account", "title"), 1),
}


def make_features(connection: duckdb.DuckDBPyConnection, candidates: pa.Table) -> None:
    """Put `person_features`: a row for each candidate, in order of its id."""
    connection.register("candidate", candidates)
    said = connection.execute(
        "SELECT DISTINCT given_name FROM candidate WHERE given_name IS NOT NULL "
        "UNION SELECT DISTINCT family_name FROM candidate WHERE family_name IS NOT NULL"
    ).fetchall()
    connection.register("name_reading", _read_names([text for (text,) in said]))
    connection.execute(_IS_NAME)
    connection.execute(_FEATURES)


def _read_names(said: list[str]) -> pa.Table:
    """What each text says as a given name, as a family name, and as a whole name."""
    rows = []
    for text in said:
        words = _words(text)
        whole = words
        if pieces := parted(text):
            whole = [piece for part in pieces for piece in ("".join(_words(part)),) if piece]
        given = whole[0] if len(whole) > 1 else None
        rows.append(
            {
                "said": text,
                "first": words[0] if words else None,
                "root": _root(words[0]) if words else None,
                "joined": "".join(words) or None,
                "whole_given": given,
                "whole_root": _root(given) if given else None,
                "whole_family": "".join(whole[1:]) or None,
            }
        )
    columns = ("said", "first", "root", "joined", "whole_given", "whole_root", "whole_family")
    return pa.Table.from_pylist(rows, schema=pa.schema([(c, pa.string()) for c in columns]))


def _words(text: str) -> list[str]:
    return [sound_spelling(word) for word in name_words(text)]


def _root(given: str) -> str:
    return sound_spelling(given_root(given))
