"""All stories that the bundled company must contain, and how STORY.md tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from muster.demo import deal_stories, group_stories, record_stories
from muster.demo.scene import Scene, Told

Story = Callable[[Scene], Told]

STORIES: Final[tuple[Story, ...]] = (
    group_stories.second_lead_dropped,
    group_stories.share_read_by_vp,
    group_stories.two_solutions,
    group_stories.left_and_came_back,
    group_stories.rejected_by_sales,
    group_stories.converted_under_another_address,
    deal_stories.renewal,
    deal_stories.upsell,
    deal_stories.pushed_deal,
    deal_stories.lost_without_amount,
    deal_stories.won_in_euros,
    record_stories.duplicate_account,
    record_stories.free_mail_person,
    record_stories.mail_scanner,
    record_stories.wrong_network,
    record_stories.anonymous_then_known,
    record_stories.shared_mailbox,
)


_OPENING: Final = """\
# What happened at Halden Analytics' accounts

The company that `muster demo` shows is generated: Halden Analytics sells Data Platform, Workforce
Suite and Revenue Cloud, and everybody named here is invented. These stories are in its exports
(`company/`); the ids lead to their rows. All around them is what every export has: people who are
not buying, missing or shouted titles, missing sizes and industries, visitors nobody knows, the
same person under two addresses, opportunities without a contact role.

`python -m muster.demo.generate FOLDER --seed 7 --accounts 140` makes the same files again."""


def write_story(told: list[Told]) -> str:
    """Tell the stories in Markdown, each with the ids to look for."""
    lines = [_OPENING]
    for story in told:
        lines += ["", f"## {story.title}", "", story.sentence, ""]
        lines += [f"- {what}: `{value}`" for what, value in story.ids.items()]
    return "\n".join(lines) + "\n"
