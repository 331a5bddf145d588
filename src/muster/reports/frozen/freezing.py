"""Freeze the board pack of a quarter: check it, compare it with what was told before, keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from muster.problems import UserDataError, WrongUse
from muster.reports.board import board
from muster.reports.frozen.deals import deals_of
from muster.reports.frozen.restated import Restated, figures, restated, restated_sheets
from muster.reports.frozen.snapshot import (
    Shelf,
    Snapshot,
    content_of,
    identified,
    made_of,
    missing_from,
    told_last,
)
from muster.reports.published import Published
from muster.reports.sheets import Block, BoardPack, Column, Headlines, Mark, Notes, Page, Query, Sheet

_NAMED = 8  # how many rows an error names


@dataclass(frozen=True, slots=True)
class Written:
    """What people add to a pack: notes for its readers, decisions asked of the board, who answers for it."""

    notes: str = ""
    asks: tuple[str, ...] = ()
    override: str = ""


def freeze_board(
    tables: Path,
    *,
    workspace: Path,
    company: str,
    currency: str,
    manifest: Mapping[str, Any],
    period: str | None = None,
    written: Written | None = None,
) -> Snapshot:
    """The snapshot of a quarter, kept in the workspace; the one there is already where nothing changed.

    Raises UserDataError when a check is red and nobody answers for it, WrongUse for a period or an
    override that cannot be read.
    """
    written = written or Written()
    override = _override(written.override)

    def made(quarter: str | None) -> BoardPack:
        return board(tables, company=company, currency=currency, period=quarter, manifest=manifest)

    plain = made(period)
    if plain.red and not override:
        raise _stopped(plain)
    pack = _with_words(plain, replace(written, override=override))
    with Published(tables) as published:
        deals = deals_of(published)
    shelf = Shelf(workspace)
    kept = shelf.all()
    last = kept[-1] if kept else None
    told = {p: held for p, held in told_last(kept).items() if p <= pack.period}
    changes: list[Restated] = []
    titles: dict[str, str] = {}
    for earlier, (_, before) in told.items():
        now = plain if earlier == pack.period else made(earlier)
        changes += restated(before, figures(now), period=earlier)
        titles |= {sheet.key: sheet.title for page in now.pages for sheet in page.sheets}
    base = content_of(pack, deals=deals, manifest=manifest, override=override, changes=[], before=None)
    same = told.get(pack.period)
    if same and not changes and same[0].content["substance"] == base["substance"]:
        return same[0]
    blocks: tuple[Block, ...] = _first_pack()
    if last:
        mark, sheets = restated_sheets(
            changes,
            titles=titles,
            before=last.deals,
            now=deals,
            inputs=(last.inputs, made_of(manifest)),
            since=last.id,
        )
        gone = tuple(Mark(False, _gone(name), "restated", link="See") for name in missing_from(kept))
        blocks = (*gone, mark, *sheets)
    pack = _with_blocks(pack, "definitions", (*blocks, _inputs_sheet(made_of(manifest))))
    content = content_of(
        pack, deals=deals, manifest=manifest, override=override, changes=changes, before=last
    )
    snapshot = identified(content | {"substance": base["substance"]})
    shelf.keep(snapshot)
    return snapshot


def _gone(name: str) -> str:
    return f"Snapshot {name} is no longer in snapshots/: what its pack told cannot be compared."


def _override(text: str) -> str:
    """A name and a reason, as in "Dana Ruiz: the CRM is mended next week"; empty where none was given."""
    name, _, reason = text.partition(":")
    if text and not (name.strip() and reason.strip()):
        raise WrongUse(
            f'"{text}" does not say who answers for it and why.',
            remedy='Write a name and a reason, as in: --override "Dana Ruiz: the row is mended next week"',
        )
    return f"{name.strip()}: {reason.strip()}" if text else ""


def _stopped(pack: BoardPack) -> UserDataError:
    named = "\n".join(f"  - {line}" for line in pack.red[:_NAMED])
    more = f"\n  and {len(pack.red) - _NAMED} more" if len(pack.red) > _NAMED else ""
    return UserDataError(
        f"The board pack of {pack.period_label} is stopped: its money does not agree with the CRM.\n"
        f"{named}{more}\n",
        remedy="Mend the rows and run again, or answer for them, which the pack then prints: "
        'muster report board --override "Name: reason"',
    )


def _with_words(pack: BoardPack, written: Written) -> BoardPack:
    """The pack with what people wrote into it."""
    if written.notes.strip():
        paragraphs = tuple(p.strip() for p in written.notes.strip().split("\n\n") if p.strip())
        first, *others = pack.pages
        after = 1 + max(i for i, block in enumerate(first.blocks) if isinstance(block, Headlines | Mark))
        blocks = (*first.blocks[:after], Notes("notes", "Notes", paragraphs), *first.blocks[after:])
        pack = replace(pack, pages=(replace(first, blocks=blocks), *others))
    if written.asks:
        asks = Notes("asks", "Decisions asked of the board", written.asks)
        pages = tuple(
            replace(
                p, blocks=tuple(asks if isinstance(b, Notes) and b.key == "asks" else b for b in p.blocks)
            )
            for p in pack.pages
        )
        pack = replace(pack, pages=pages)
    if pack.red:
        said = f"A check is red, and the pack goes out all the same. {written.override}"
        pack = replace(pack, caution=f"{said}. {pack.caution}".strip())
        pack = _with_blocks(pack, "definitions", (_red_sheet(pack.red, written.override),))
    return pack


def _red_sheet(red: tuple[str, ...], override: str) -> Sheet:
    return Sheet(
        "overridden",
        f"Red checks that were overridden. {override}",
        (Column("What does not agree", is_words=True),),
        tuple((line,) for line in red),
        Query((), ""),
        "None.",
        is_to_date=True,
    )


def _first_pack() -> tuple[Block, ...]:
    sheet = Sheet(
        "restated",
        "Figures of earlier packs that are no longer what was told",
        (Column("Figure", is_words=True), Column("Told"), Column("Now")),
        (),
        Query((), ""),
        "This is the first pack that was frozen in this workspace: there is nothing to restate yet.",
        is_to_date=True,
    )
    return (sheet,)


def _inputs_sheet(inputs: Mapping[str, str]) -> Sheet:
    return Sheet(
        "made-of",
        "What this snapshot was made from, with its hash (SHA-256)",
        (Column("File or rules", is_words=True), Column("Hash", is_words=True)),
        tuple((name, digest[:16]) for name, digest in sorted(inputs.items())),
        Query((), ""),
        "The run did not say what it read.",
        shown=6,
        is_folded=True,
        is_to_date=True,
    )


def _with_blocks(pack: BoardPack, key: str, blocks: tuple[Block, ...]) -> BoardPack:
    """The pack with more blocks at the head of one of its pages."""

    def page(p: Page) -> Page:
        return replace(p, blocks=(*blocks, *p.blocks)) if p.key == key else p

    return replace(pack, pages=tuple(page(p) for p in pack.pages))
