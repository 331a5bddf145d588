"""Roles on one page: how sure the run is, what reviewers found, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence

from muster.lab.pictures import draw_calibration
from muster.lab.role_sample import Cast, RolesJudged
from muster.reports.charts.draw import draw
from muster.reports.charts.shapes import Columns, Stack
from muster.reports.plain import WIDE, drawn, note, table, write_sheet

_TENTHS = 10


def write_role_page(company: str, members: Sequence[Cast], judged: RolesJudged | None) -> str:
    """The page as HTML; without reviews only how sure the run is, which is said."""

    def confidence(width: int, key: str) -> str:
        about = "Members by how sure their role is."
        return draw(_sure(members, 2 if width < WIDE else 1), width, key=key, title="Confidence", about=about)

    expected = sum(m.confidence for m in members) / max(len(members), 1)
    sure = note(
        f"If the confidence holds, {expected:.0%} of the roles are right. Whether it does, only reviews tell."
    )
    parts = [(f"How sure the roles of {len(members):,} members are", drawn(confidence, "confidence") + sure)]
    if judged is None or not judged.labelled:
        parts.append(("Not reviewed", note("Draw a sample and review it: muster lab roles")))
    else:
        parts += _reviewed(judged)
    return write_sheet(
        f"Roles of {company}", "What the run says of each member's part in the decision.", parts
    )


def _reviewed(judged: RolesJudged) -> list[tuple[str, str]]:
    def calibration(width: int, key: str) -> str:
        about = (
            "Stated confidence against the share of roles that reviewers found right, with 95 % intervals."
        )
        return draw_calibration(judged.bands, width).svg(key=key, title="Calibration", about=about)

    bands = [
        (
            band.name,
            f"{band.members:,}",
            str(band.labelled),
            f"{band.stated:.2f}",
            "unknown"
            if band.found.value is None
            else f"{band.found.value:.2f} ({band.found.low:.2f} to {band.found.high:.2f})",
        )
        for band in judged.bands
    ]
    names = [role.replace("_", " ") for role in judged.roles]
    cells = [
        (name, *(f"{round(count):,}" for count in row))
        for name, row in zip(names, judged.confusion, strict=True)
    ]
    right = judged.right
    interval = f"{right.low:.0%} to {right.high:.0%}"
    found = f"{judged.labelled} reviews: {right.value or 0:.0%} of all roles are right ({interval})."
    heads = ("confidence", "members", "reviews", "stated", "found right")
    return [
        (
            "Does the confidence hold?",
            note(found) + drawn(calibration, "calibration") + table("By confidence", heads, bands),
        ),
        (
            "What is taken for what",
            table("Rows: the run; columns: reviewers", ("role", *names), cells, shade=True)
            + note("Members, estimated from the reviews; each stands for its stretch of confidence.")
            + note(judged.shows_not),
        ),
    ]


def _sure(members: Sequence[Cast], step: int) -> Columns:
    """Members by tenths of confidence, or by as many tenths as a step has."""
    counts = dict.fromkeys(range(0, _TENTHS, step), 0)
    for one in members:
        counts[min(int(one.confidence * _TENTHS), _TENTHS - 1) // step * step] += 1
    stacks = tuple(Stack(f"0.{tenth}", (count,), is_now=True) for tenth, count in counts.items())
    return Columns("members, by confidence", ("all",), stacks)
