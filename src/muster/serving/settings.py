"""The parts of the settings, and who may see which."""

from __future__ import annotations

from muster.access.viewer import Viewer
from muster.serving.reading import Forbidden

_PARTS = (
    ("/settings", "Rules", "edit_rules"),
    ("/settings/sources", "Sources", "run"),
    ("/settings/users", "Users", "manage_users"),
    ("/settings/tokens", "Tokens", "manage_tokens"),
    ("/settings/messages", "Messages", "manage_deliveries"),
    ("/settings/crm", "CRM", "manage_deliveries"),
    ("/settings/privacy", "Privacy", "erase_people"),
    ("/settings/audit", "Audit", "see_audit"),
)


def parts_for(viewer: Viewer) -> list[tuple[str, str]]:
    """Address and word of each part of the settings that a viewer may see."""
    return [(address, word) for address, word, right in _PARTS if viewer.may(right)]


def demand(viewer: Viewer, right: str) -> None:
    """Raise Forbidden where the viewer lacks a right."""
    if not viewer.may(right):
        raise Forbidden
