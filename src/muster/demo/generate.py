"""Generates the bundled company, Halden Analytics: `python -m muster.demo.generate FOLDER --seed 7`.

The same seed gives the same bytes. Every person, company and address is invented.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from muster.demo.buying import act_idly, act_in_cycle, draw_cycles
from muster.demo.deals import open_deal, record_deal, renew
from muster.demo.dirt import soil
from muster.demo.draw import Draw
from muster.demo.export import FILES, Export
from muster.demo.marketing import Plan, plan_marketing
from muster.demo.organisations import found_accounts, hire_users
from muster.demo.people_rows import follow_conversions, record_account, record_people, record_users
from muster.demo.plan_rows import record_plan
from muster.demo.records import END, SOLUTIONS, Account, Cycle, Deal, Span
from muster.demo.scene import Scene, Told
from muster.demo.selling import SalesDesk, name_roles, reach_threshold
from muster.demo.signals import show_signals
from muster.demo.stories import STORIES, write_story
from muster.demo.strangers import pass_by
from muster.demo.traces import Tracer

Watching = Callable[[Account, list[Cycle]], None]


def generate(
    folder: Path, *, seed: int = 7, accounts: int = 140, years: int = 2, observe: Watching | None = None
) -> list[Told]:
    """Write the company's exports into a folder; returns the stories that are hidden in them.

    Needs at least 40 accounts and two years, so that every story has its stage. `observe` is shown each
    account with its buying cycles, which the exports don't tell: the truth to judge by.
    """
    if not 40 <= accounts <= 3000 or years < 2:
        raise ValueError("the stories need 40 to 3000 accounts and at least two years")
    span = Span(years)
    export = Export()
    users = hire_users(seed, accounts=accounts)
    organisations = found_accounts(seed, count=accounts, span=span, users=users)
    plan = plan_marketing(seed, span=span, accounts=organisations)
    domains = [account.domain for account in organisations] + ["broadband.example", "cityfibre.example"]
    told = [
        story
        for number, account in enumerate(organisations)
        for story in _live(
            seed,
            number,
            organisations,
            span=span,
            export=export,
            plan=plan,
            strangers=domains,
            observe=observe,
        )
    ]
    follow_conversions(export, organisations)
    record_users(export, users)
    record_plan(export, plan)
    pass_by(Draw(seed, "strangers"), export, plan, span=span, sellers=users, scale=accounts / 140)
    export.arrange()
    told += soil(
        Draw(seed, "dirt"), export, spared=frozenset(i for story in told for i in story.ids.values())
    )
    export.write(folder)
    return told


def _live(
    seed: int,
    number: int,
    accounts: list[Account],
    *,
    span: Span,
    export: Export,
    plan: Plan,
    strangers: list[str],
    observe: Watching | None,
) -> list[Told]:
    """Let one account live through the years: its cycles, acts, leads, deals and records."""
    account, draw = accounts[number], Draw(seed, "life", number)
    tracer = Tracer(draw, export, plan, strangers=strangers)
    scene = Scene(draw, account, accounts[number - 1], export, plan, tracer)
    told: list[Told] = []
    # Every second account from the third on carries a story, until all are told.
    place, is_stage = divmod(number - 2, 2)
    if number >= 2 and is_stage == 0 and place < len(STORIES):
        told.append(STORIES[place](scene))
    else:
        scene.cycles = draw_cycles(draw, account, number=number, span=span)
        account.has_scanner = draw.chance(0.02)
    deals = _open_deals(draw, scene, span=span)
    acts = [*scene.acts, *act_idly(draw, account, span=span)]
    for cycle in scene.cycles:
        acts += act_in_cycle(draw, cycle)
    for act in sorted(acts, key=lambda act: (act.at, act.person.email, act.kind)):
        tracer.leave(act)
    show_signals(draw, export, plan, account=account, cycles=scene.cycles, span=span)
    SalesDesk(draw, export, account).work(reach_threshold(tracer.points), scene.cycles)
    for cycle in scene.cycles:
        name_roles(draw, export, cycle)
    if any(deal.is_won and deal.account_id == account.account_id for deal in deals):
        account.type = "Customer"
    for deal in deals:
        record_deal(draw, export, deal)
    record_account(draw, export, account)
    record_people(draw, export, account)
    if observe is not None:
        observe(account, scene.cycles)
    return told


def _open_deals(draw: Draw, scene: Scene, *, span: Span) -> list[Deal]:
    """Open the deals of the account's cycles, of sellers' own prospecting, and of old customers."""
    account = scene.account
    deals = list(scene.other_deals)
    is_story = bool(scene.acts or deals or any(cycle.deal for cycle in scene.cycles))
    for cycle in sorted(scene.cycles, key=lambda cycle: cycle.begins_at):
        if cycle.deal is None and cycle.opens_at is not None and cycle.opens_at <= END:
            _open_from_cycle(draw, cycle, deals)
        if cycle.deal is not None:
            deals.append(cycle.deal)
    if not is_story and draw.chance(0.05):
        opens_at = draw.at_work(span.start - timedelta(days=draw.whole(150, 420)))
        closes_at = draw.at_work(opens_at + timedelta(days=draw.whole(60, 140)))
        deals.append(_prospect(draw, account, opens_at, closes_at, is_won=True))
    elif not is_story and draw.chance(0.07):
        opens_at = draw.at_work(span.start + timedelta(days=draw.whole(20, 640)))
        closes_at = draw.at_work(opens_at + timedelta(days=draw.whole(40, 160)))
        deals.append(_prospect(draw, account, opens_at, closes_at, is_won=False))
    renewed = {deal.solution for deal in deals if deal.type == "Renewal"}
    for deal in list(deals):
        if (
            deal.is_won
            and deal.type in {"New Business", "Existing Business"}
            and deal.solution not in renewed
        ):
            deals += renew(draw, account, deal)
    return deals


def _open_from_cycle(draw: Draw, cycle: Cycle, before: list[Deal]) -> None:
    owned = {deal.solution for deal in before if deal.is_won}
    kind = "Upsell" if cycle.solution in owned else "Existing Business" if owned else "New Business"
    has_decider = "decision_maker" in cycle.members
    opens_at = cycle.opens_at or cycle.peaks_at
    cycle.deal = open_deal(
        draw,
        cycle.account,
        solution=cycle.solution,
        opens_at=opens_at,
        closes_at=cycle.closes_at or END,
        is_won=draw.chance(0.42 if has_decider else 0.2),
        type=kind,
        lead_source=draw.pick(("Web", "Sales Prospecting", "Marketing")),
    )
    cycle.deal.has_amount, cycle.deal.has_solution = draw.chance(0.85), draw.chance(0.93)
    cycle.deal.has_roles = draw.chance(0.78)
    if cycle.account.state in {"Bavaria", "Utrecht"} and draw.chance(0.12):
        cycle.deal.currency = "EUR"


def _prospect(draw: Draw, account: Account, opens_at: datetime, closes_at: datetime, *, is_won: bool) -> Deal:
    return open_deal(
        draw,
        account,
        solution=draw.pick(list(SOLUTIONS)),
        opens_at=opens_at,
        closes_at=closes_at,
        is_won=is_won,
        type="New Business",
        lead_source="Sales Prospecting",
    )


def lay_workspace(folder: Path) -> None:
    """Copy the shipped muster.toml and rules beside exports, without the rules that the generator writes."""
    company = Path(__file__).parent / "company"
    made = shutil.ignore_patterns(*(f"{Path(name).name}.csv" for name in FILES if name.startswith("rules/")))
    shutil.copyfile(company / "muster.toml", folder / "muster.toml")
    shutil.copytree(company / "rules", folder / "rules", dirs_exist_ok=True, ignore=made)


def main(arguments: list[str] | None = None) -> None:
    """Write a company from the command line, with the shipped muster.toml and its STORY.md."""
    parser = argparse.ArgumentParser(prog="python -m muster.demo.generate", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--accounts", type=int, default=140)
    parser.add_argument("--years", type=int, default=2)
    given = parser.parse_args(arguments)
    told = generate(given.folder, seed=given.seed, accounts=given.accounts, years=given.years)
    shipped = Path(__file__).parent
    company = shipped / "company"
    if given.folder.resolve() == company.resolve():
        (shipped / "STORY.md").write_text(write_story(told), "utf-8")
        return
    (given.folder / "STORY.md").write_text(write_story(told), "utf-8")
    lay_workspace(given.folder)


if __name__ == "__main__":
    main()
