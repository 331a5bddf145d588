"""The screens, one module each."""

from __future__ import annotations

from fastapi import APIRouter

from muster.serving.pages import (
    board,
    first,
    health,
    review,
    signing_in,
    views,
    worklist,
)

_MODULES = (
    first,
    signing_in,
    worklist,
    board,
    views,
    health,
    review,
)


def routers() -> tuple[APIRouter, ...]:
    """The routers of all screens, in the order of the navigation."""
    return tuple(module.router for module in _MODULES)
