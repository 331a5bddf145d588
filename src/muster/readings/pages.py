"""What a visit to a page means: its activity by the rules, its content and solution by the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.readings.solutions import SolutionReader

_THANKS = re.compile(r"/(thank-you|thanks|danke|merci)$")


class PageReader:
    """Reads paths: patterns of rules/pages.csv in file order, then the catalogue, then path parts."""

    def __init__(
        self,
        rows: Iterable[Mapping[str, object]],
        catalogue: Mapping[str, tuple[str, str | None]],
        solutions: SolutionReader,
    ) -> None:
        self._patterns = [(_as_regex(str(row["pattern"])), str(row["activity"])) for row in rows]
        self._catalogue = catalogue
        self._solutions = solutions
        self._known = frozenset(solutions.solutions)

    def read(self, url: str) -> tuple[str | None, str | None, str | None, bool]:
        """(activity, solution_id, content_id, is_generic) of a path without host and query.

        `is_generic` says that the page is known to be about no single solution, so that the tactic
        that led there must not lend it one.
        """
        path = url.rstrip("/") or "/"
        activity = next((activity for pattern, activity in self._patterns if pattern.fullmatch(path)), None)
        content_id, topic = (
            self._catalogue.get(path) or self._catalogue.get(_THANKS.sub("", path)) or (None, None)
        )
        if content_id is not None:
            solution = self._solutions.named(topic) if topic else None
            return activity, solution, content_id, solution is None
        parts = [self._solutions.mentioned(part) for part in path.split("/") if part]
        solution = next((s for s in parts if s in self._known), None)
        return activity, solution, None, False


def _as_regex(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def read_pages(urls: Iterable[str], reader: PageReader) -> pa.Table:
    """`reading_page`: url, activity, solution_id, content_id, is_generic."""
    rows = [(url, *reader.read(url)) for url in urls]
    types = (pa.string(), pa.string(), pa.string(), pa.string(), pa.bool_())
    names = ("url", "activity", "solution_id", "content_id", "is_generic")
    return pa.table(
        {n: pa.array([r[i] for r in rows], t) for i, (n, t) in enumerate(zip(names, types, strict=True))}
    )


def read_content(content: pa.Table, solutions: SolutionReader) -> pa.Table:
    """`reading_content`: content_id, solution_id, buying_job; only content that is about one solution."""
    rows = [
        (row["content_id"], solution, row["buying_job"])
        for row in content.to_pylist()
        if (solution := solutions.named(row["solution_id"] or "")) is not None
    ]
    names = ("content_id", "solution_id", "buying_job")
    return pa.table({n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(names)})
