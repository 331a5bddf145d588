"""The link that `muster serve` prints leads somewhere as soon as it is printed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def serving(workspace: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """The link that it prints, while it serves; it ends well when it is interrupted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "muster", "serve", "-w", str(workspace), "--port", str(port), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    ) as server:
        assert server.stdout is not None
        try:
            yield next(
                found.group()
                for line in server.stdout
                if (found := re.search(r"https?://\S+/start/\S+", line))
            )
        finally:
            server.send_signal(signal.SIGINT)
    assert server.returncode == 0


def test_who_follows_the_link_at_once_is_answered(tmp_path: Path) -> None:
    with serving(tmp_path) as link:
        assert httpx.get(link, timeout=60).status_code == 200


def test_what_keeps_the_demo_from_opening_a_browser_is_taken_here_too(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-browser") as link:
        assert httpx.get(link, timeout=60).status_code == 200


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "muster", "serve", "-w", str(tmp_path), "--port", str(port)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 2
    assert f"--port {port + 1}" in said.stderr and "/start/" not in said.stdout + said.stderr


def test_a_browser_that_stays_open_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A browser of the terminal ends when its reader does, and reads what is served meanwhile."""
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    browser.chmod(0o755)
    (tmp_path / "acme").mkdir()
    environment = os.environ | {"BROWSER": f"{browser} %s"}
    with serving(tmp_path / "acme", "--browser", env=environment) as link:
        assert httpx.get(link, timeout=20).status_code == 200
