"""The screens, one module each."""

from __future__ import annotations

from fastapi import APIRouter

from muster.serving.pages import first, health, signing_in, worklist


def routers() -> tuple[APIRouter, ...]:
    """The routers of all screens, in the order of the navigation."""
    return (first.router, signing_in.router, worklist.router, health.router)
