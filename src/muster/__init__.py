"""Muster: buying groups instead of marketing-qualified leads.

>>> import muster
>>> ws = muster.open("acme")          # doctest: +SKIP
>>> ws.run()                          # doctest: +SKIP
>>> ws.table("buying_group")          # doctest: +SKIP
"""

from muster.problems import MusterError, Problem
from muster.workspace import Workspace
from muster.workspace import init_workspace as init
from muster.workspace import open_workspace as open

__all__ = ["MusterError", "Problem", "Workspace", "init", "open"]
__version__ = "0.1.0"
