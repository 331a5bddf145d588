"""The link that `muster serve` prints leads somewhere as soon as it is printed."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx


def test_who_follows_the_link_at_once_is_answered(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "muster", "serve", "-w", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        try:
            link = next(
                found.group() for line in server.stdout if (found := re.search(r"http://\S+/start/\S+", line))
            )
            assert httpx.get(link, timeout=60).status_code == 200
        finally:
            server.send_signal(signal.SIGINT)
    assert server.returncode == 0


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "muster", "serve", "-w", str(tmp_path), "--port", str(port)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 2
    assert f"--port {port + 1}" in said.stderr and "/start/" not in said.stdout + said.stderr
