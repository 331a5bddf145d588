"""A run takes no more memory than the machine, or the container it is in, has to give."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.config.settings import EngineConfig
from muster.engine.choose import open_engine
from muster.engine.memory import memory_limit, memory_there

GB = 1024**3
MEMORY = "sys/fs/cgroup"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The files of a system with 16 GB available and no control group."""
    write(tmp_path, "proc/meminfo", f"MemTotal: {32 * GB // 1024} kB\nMemAvailable: {16 * GB // 1024} kB\n")
    return tmp_path


def write(root: Path, name: str, text: object) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", "ascii")


def group(root: Path, path: str, limit: object, used: int, idle: int = 0) -> None:
    """A control group of version 2."""
    write(root, f"{MEMORY}{path}/memory.max", limit)
    write(root, f"{MEMORY}{path}/memory.current", used)
    write(root, f"{MEMORY}{path}/memory.stat", f"anon {used - idle}\ninactive_file {idle}")


def test_half_of_what_is_available(machine: Path) -> None:
    assert memory_limit(root=machine) == "8192MiB"


def test_a_stated_limit_wins(machine: Path) -> None:
    assert memory_limit("11GB", root=machine) == "11GB"
    with open_engine("duckdb", EngineConfig(memory_limit="3GiB")) as engine:
        said = engine.arrow("SELECT current_setting('memory_limit') AS said").to_pylist()
    assert said == [{"said": "3.0 GiB"}]


def test_a_container_has_what_its_limit_leaves(machine: Path) -> None:
    write(machine, "proc/self/cgroup", "0::/pod/app")
    group(machine, "", "max", 9 * GB)
    group(machine, "/pod", 6 * GB, 3 * GB, idle=GB)  # files at hand make room: 4 GB are left
    group(machine, "/pod/app", "max", 3 * GB)
    assert memory_there(machine) == 4 * GB
    assert memory_limit(root=machine) == "2048MiB"


def test_a_container_that_sees_itself_as_the_root(machine: Path) -> None:
    write(machine, "proc/self/cgroup", "0::/")
    group(machine, "", 2 * GB, GB)
    assert memory_there(machine) == GB


def test_groups_of_version_1(machine: Path) -> None:
    write(machine, "proc/self/cgroup", "4:cpu,memory:/docker/7\n0::/")
    write(machine, f"{MEMORY}/memory/memory.limit_in_bytes", 9223372036854771712)  # as it says "none"
    write(machine, f"{MEMORY}/memory/docker/7/memory.limit_in_bytes", 3 * GB)
    write(machine, f"{MEMORY}/memory/docker/7/memory.usage_in_bytes", GB)
    assert memory_there(machine) == 2 * GB


def test_next_to_nothing_is_still_enough_to_begin(machine: Path) -> None:
    write(machine, "proc/self/cgroup", "0::/")
    group(machine, "", GB, 2 * GB)
    assert memory_limit(root=machine) == "512MiB"


def test_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: str) -> int:
        raise ValueError

    monkeypatch.setattr("os.sysconf", none)
    assert memory_there(tmp_path) is None
    assert memory_limit(root=tmp_path) == "4096MiB"
