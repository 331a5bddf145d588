"""How good every judgement of identity and groups is, beside simple baselines, in one table.

    make quality
    python -m bench.quality [SECTION ...] [--tables FOLDER] [--json FILE] [--markdown]

Sets that are not beside the repository are named as skipped: MUSTER_SHARED names the folder of the
public sets and of the generated company, MUSTER_LINKAGE_SETS that of fake_1000 and historical_50k
(docs/how-to/measure-quality.md). `sizes`, `quarter`, `million` and `blocking` take minutes and up to 5 GB,
and run only when they are named.
Every section's figures are kept in build/quality/; --markdown writes the tables of those that are kept
into docs/measured.md, and leaves the others there as they stand.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bench.quality import (
    backtest,
    chances,
    companies,
    drawn,
    groups,
    lift,
    mail,
    people,
    people_blocking,
    roles,
    scoring,
    shares,
    sizes,
    titles,
    visitors,
)
from bench.quality.figures import ROOT, Data, Figure, as_markdown, as_text, find_data

SECTIONS: dict[str, Callable[[Data], Iterator[Figure]]] = {
    "people": people.figures,
    "accounts": companies.figures,
    "visitors": visitors.figures,
    "groups": groups.figures,
    "roles": roles.figures,
    "titles": titles.figures,
    "shares": shares.figures,
    "drawn": drawn.figures,
    "mail": mail.figures,
    "chances": chances.figures,
    "backtest": backtest.figures,
    "scoring": scoring.figures,
    "sizes": sizes.figures,
    "lift": lift.figures,
    "quarter": people.quarter,
    "million": people.million,
    "blocking": people_blocking.figures,
}
ONLY_WHEN_NAMED = frozenset({"sizes", "quarter", "million", "blocking"})
KEPT = ROOT / "build" / "quality"
PAGE = ROOT / "docs" / "measured.md"
BEGIN, END = "<!-- begin: python -m bench.quality --markdown -->", "<!-- end -->"


def main() -> None:
    """Measure, print, keep."""
    asked = _asked()
    shared = Path(os.environ.get("MUSTER_SHARED", ROOT.parent / "shared"))
    KEPT.mkdir(parents=True, exist_ok=True)
    figures = []
    with find_data(shared, asked.tables) as data:
        for name in asked.sections or [s for s in SECTIONS if s not in ONLY_WHEN_NAMED]:
            started = time.monotonic()
            found = list(SECTIONS[name](data))
            figures += found
            kept = json.dumps([asdict(figure) for figure in found], indent=1)
            (KEPT / f"{name}.json").write_text(kept + "\n", "utf-8")
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    print(as_text(figures))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(f) for f in figures], indent=1) + "\n", "utf-8")
    if asked.markdown:
        _write_page()
    missed = [figure for figure in figures if figure.holds is False]
    print(f"\n{len(figures)} figures, {len(missed)} below their bar")


def _asked() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(
        prog="python -m bench.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    arguments.add_argument("--tables", type=Path, help="tables of a run on the generated company")
    arguments.add_argument("--json", type=Path, help="write the figures to a file")
    arguments.add_argument(
        "--markdown", action="store_true", help="write all kept figures to docs/measured.md"
    )
    asked = arguments.parse_args()
    if unknown := set(asked.sections) - set(SECTIONS):
        arguments.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return asked


def _write_page() -> None:
    """Put the kept figures between the page's two marks; what was not measured here stays as it stands."""
    kept = []
    for name in SECTIONS:
        file = KEPT / f"{name}.json"
        if file.is_file():
            kept += [Figure(**figure) for figure in json.loads(file.read_text("utf-8"))]
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    standing, _, after = rest.partition(END)
    topics = _topics(standing) | _topics(as_markdown(kept))
    table = "\n".join(topics.values())
    PAGE.write_text(f"{before}{BEGIN}\n{table}{END}{after}", "utf-8")


def _topics(markdown: str) -> dict[str, str]:
    """The parts of a page by their headings, in order."""
    parts = markdown.split("### ")[1:]
    return {part.partition("\n")[0]: f"### {part.strip()}\n" for part in parts}


if __name__ == "__main__":
    main()
