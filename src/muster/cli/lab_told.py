# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What `muster lab` prints: a judgement, and what a change would move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from muster.cli.screen import clean, results, table

if TYPE_CHECKING:
    from muster.lab.apply import Applied
    from muster.lab.judge import Judgement, Share
    from muster.lab.learn import Proposed
    from muster.lab.moved import Moved, Regrouped
    from muster.lab.role_sample import RolesJudged
    from muster.lab.roles import RolesMoved


def print_judgement(told: Judgement) -> None:
    """Precision and recall, by stratum and by threshold."""
    screen = results()
    screen.print(f"{told.labelled} labels. Precision {_shown(told.precision)}, recall {_shown(told.recall)}")
    if told.unlabelled_pairs:
        screen.print(
            f"{told.unlabelled_pairs:,} pairs lie in strata without a label: intervals are wider for it."
        )
    strata = [
        (r.stratum.name, f"{r.stratum.pairs:,}", str(r.labelled), str(r.same), f"{r.stratum.probability:.3f}")
        for r in told.strata
    ]
    screen.print(
        table(
            ("stratum (match weight)", "pairs", "labels", "same", "model says"),
            [[Text(clean(cell)) for cell in row] for row in strata],
            right={1, 2, 3, 4},
        )
    )
    curve = [
        (f"{p.probability:.4f}", f"{p.joined:,}", _shown(p.precision), _shown(p.recall)) for p in told.curve
    ]
    screen.print(
        table(
            ("joined from", "pairs", "precision", "recall"),
            [[Text(cell) for cell in row] for row in curve],
            right={0, 1},
        )
    )
    screen.print(told.shows_not, soft_wrap=True)


def _shown(share: Share) -> str:
    if share.value is None:
        return "unknown"
    return f"{share.value:.3f} ({share.low:.3f} to {share.high:.3f})"


def print_roles_judged(told: RolesJudged) -> None:
    """How right roles are, by confidence."""
    screen = results()
    screen.print(f"{told.labelled} reviews. Roles that are right: {_shown(told.right)}")
    bands = [
        (band.name, f"{band.members:,}", str(band.labelled), f"{band.stated:.3f}", _shown(band.found))
        for band in told.bands
    ]
    screen.print(
        table(
            ("confidence", "members", "reviews", "stated", "found right"),
            [[Text(cell) for cell in row] for row in bands],
            right={1, 2, 3},
        )
    )
    screen.print(told.shows_not, soft_wrap=True)


def print_roles_moved(told: RolesMoved) -> None:
    """Whose role other rules would change, and what follows."""
    screen = results()
    screen.print(f"{told.member_count} members of {told.group_count} buying groups would have another role")
    for member in told.members:
        who = ", ".join(part for part in (member.name or member.person_id, member.title) if part)
        screen.print(clean(f"  {who}: {member.before_role} -> {member.after_role}"), soft_wrap=True)
    screen.print(f"{told.gaps_new} missing roles would be new, {told.gaps_gone} gone")
    print_moved(told.moved)


def print_applied(told: Applied) -> None:
    """The decisions that labels became."""
    screen = results()
    screen.print(f"{len(told.decided)} decisions written, {told.agreeing} labels agree with the tables")
    for one in told.decided:
        screen.print(clean(f"  {one.decision.decision_id}: {one.decision.says}"), soft_wrap=True)
    for problem in told.refused:
        screen.print(clean(f"  not decided: {problem}"), soft_wrap=True)


def print_proposed(told: list[Proposed]) -> None:
    """The weights that labels would change."""
    rows = [(p.comparison, p.says, f"{p.before:g}", f"{p.after:g}", f"{p.bits:+.2f}") for p in told]
    results().print(
        table(
            ("comparison", "level", "m now", "m by labels", "bits"),
            [[Text(cell) for cell in row] for row in rows],
            right={2, 3, 4},
        )
    )


def print_moved(moved: Moved) -> None:
    """The blast radius of a change."""
    from muster.reports.money import short

    screen = results()
    screen.print(f"{moved.merge_count} people would be made of several, {moved.part_count} would part")
    _print_people("would be one", moved.merges)
    _print_people("would part", moved.parts)
    screen.print(
        f"{moved.groups_changed} buying groups would have other members or roles, {moved.groups_new} be "
        f"new, {moved.groups_gone} gone; {moved.hand_offs_changed} hand-offs would come or go"
    )
    for group in moved.groups:
        told = " ".join(part for part in (group.account, group.solution_id) if part)
        screen.print(clean(f"  {group.what}: {told} ({group.buying_group_id})"), soft_wrap=True)
    if not moved.dollars:
        screen.print("No opportunity would move.")
    for row in moved.dollars:
        screen.print(
            f"{row.opportunities} opportunities of {short(row.amount_cents, row.currency)} ({row.currency}) "
            f"would have another group, other members or other credit; "
            f"{short(row.credit_cents, row.currency)} of linear credit would go elsewhere"
        )
    for deal in moved.deals:
        amount = short(deal.amount_cents, deal.currency)
        screen.print(clean(f"  opportunity {deal.opportunity_id}: {amount}"), soft_wrap=True)


def _print_people(what: str, people: tuple[Regrouped, ...]) -> None:
    for person in people:
        names, records = ", ".join(person.names) or person.person_id, ", ".join(person.records)
        results().print(clean(f"  {what}: {names} ({records})"), soft_wrap=True)
