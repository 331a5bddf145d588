"""The commands in the order a newcomer meets them, and what `muster --help` says of them all."""

from __future__ import annotations

import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Any

import typer

from muster.cli import (
    accounts,
    attribute,
    audit,
    backtest,
    check,
    crm,
    demo,
    doctor,
    erase,
    explain,
    export,
    hand_offs,
    init,
    lab,
    mcp,
    messages,
    nurture,
    people,
    query,
    replay,
    report,
    roles,
    run,
    serve,
    token,
    upgrade,
    user,
)
from muster.cli.endings import CODES, Commands, interrupted

_EPILOG = (
    "Start with: muster demo, or with your own exports: muster init acme",
    "\n".join(["Exit codes:", *(f"  {code:<3}  {meaning}" for code, meaning in CODES.items())]),
    "Results go to standard output, everything else to standard error. NO_COLOR turns colours off.",
)
_ORDER = (
    "init",
    "check",
    "run",
    "serve",
    "query",
    "explain",
    "report",
    "backtest",
    "replay",
    "people",
    "accounts",
    "roles",
    "hand-offs",
    "nurture",
    "lab",
    "messages",
    "crm",
    "attribute",
    "export",
    "demo",
    "doctor",
    "user",
    "token",
    "audit",
    "erase",
    "mcp",
    "upgrade",
)


def _flowing(text: str | None) -> str:
    """A docstring as paragraphs of one line each: the screen breaks the lines."""
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


class _InOrder(Commands):
    def list_commands(self, ctx: Any) -> list[str]:
        """The order a newcomer meets them, groups of commands among the others."""
        return sorted(super().list_commands(ctx), key=_ORDER.index)


app = typer.Typer(
    cls=_InOrder,
    epilog="\n\n".join(_EPILOG),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
plain = (
    init,
    check,
    run,
    serve,
    query,
    explain,
    backtest,
    attribute,
    replay,
    export,
    demo,
    doctor,
    audit,
    erase,
    mcp,
    upgrade,
)
for module in plain:
    name = module.__name__.rpartition(".")[2]
    function = getattr(module, name)
    app.command(name, help=_flowing(function.__doc__), epilog=module.EXAMPLES)(function)
app.add_typer(report.app, name="report")
app.add_typer(people.app, name="people")
app.add_typer(accounts.app, name="accounts")
app.add_typer(roles.app, name="roles")
app.add_typer(hand_offs.app, name="hand-offs")
app.add_typer(nurture.app, name="nurture")
app.add_typer(lab.app, name="lab")
app.add_typer(messages.app, name="messages")
app.add_typer(crm.app, name="crm")
app.add_typer(user.app, name="user")
app.add_typer(token.app, name="token")


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"muster {version('muster-revenue')}")
        raise typer.Exit


@app.callback()
def muster(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Buying groups instead of marketing-qualified leads: from exports to a board report in dollars."""


def main() -> None:
    """Run the command named on the command line; ends the process with its exit code."""
    signal.signal(signal.SIGTERM, _stop)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Names of people and companies are in every script; a pipe gets UTF-8 whatever the locale says.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        app(prog_name="muster")
    except KeyboardInterrupt:  # before a command had begun
        sys.exit(interrupted())


def _stop(number: int, _frame: FrameType | None) -> None:
    """Asked to end: let every block clean up behind itself first."""
    raise SystemExit(128 + number)
