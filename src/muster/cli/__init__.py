"""The command line: one verb a command, one function each. `muster --help` lists them."""

from muster.cli.app import main

__all__ = ["main"]
