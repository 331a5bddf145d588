"""Muster: buying groups instead of marketing-qualified leads.

>>> import muster
>>> ws = muster.open("acme")          # doctest: +SKIP
>>> ws.run()                          # doctest: +SKIP
>>> ws.table("buying_group")          # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muster.problems import MusterError, Problem
    from muster.workspace import Workspace
    from muster.workspace import init_workspace as init
    from muster.workspace import open_workspace as open

__all__ = ["MusterError", "Problem", "Workspace", "init", "open"]
__version__ = "0.1.0"
_AT = {
    "MusterError": ("problems", "MusterError"),
    "Problem": ("problems", "Problem"),
    "Workspace": ("workspace", "Workspace"),
    "init": ("workspace", "init_workspace"),
    "open": ("workspace", "open_workspace"),
}


def __getattr__(name: str) -> Any:
    """Load the engines with the first workspace, not before: the command line starts without them."""
    if name not in _AT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, own = _AT[name]
    return getattr(import_module(f"muster.{module}"), own)
