"""The screens, one module each: a module here that has a `router` is part of the app."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """The routers of all screens, by the names of their modules."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(module.router for module in modules if hasattr(module, "router"))
