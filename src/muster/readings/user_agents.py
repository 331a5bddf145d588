"""Which user agents are crawlers' and programs', by the maintained list of crawler-user-agents."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa


def read_crawlers(said: Iterable[str]) -> pa.Table:
    """`reading_crawler`: those of the user agents that name a crawler or a program and no browser.

    >>> said = ["Mozilla/5.0 (compatible; bingbot/2.0)", "Mozilla/5.0 (X11; Linux) Firefox/143.0"]
    >>> read_crawlers(said)["said"].to_pylist()
    ['Mozilla/5.0 (compatible; bingbot/2.0)']
    """
    strings = list(said)
    found: list[str] = []
    if strings:
        from crawleruseragents import is_crawler  # noqa: PLC0415  1,500 patterns, for exports that have the column

        found = [text for text in strings if is_crawler(text)]
    return pa.table({"said": pa.array(found, pa.string())})
