"""Starting, refusing to start, restarting a part, and ending without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from stack.cli import main
from stack.data_dir import DataDir
from stack.lock import is_held
from stack.names import SERVICES
from stack.ports import LOOPBACK
from stack.secrets import load_or_create
from stack.topology import Topology, choose_ports
from tests.acceptance.stack.running import (
    ROOT,
    Stack,
    all_gone,
    edge_url,
    free_edge_port,
    inergize,
    new_stack,
    wait_until,
)


def one_line(text: str) -> str:
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_status_shows_everything_ready_with_its_memory(stack: Stack) -> None:
    status = stack.status()

    assert status["is_ready"] is True
    children = {child["name"]: child for child in status["children"]}
    assert set(SERVICES) <= set(children)
    running = list(children.values())
    assert all(child["state"] == "ready" for child in running)
    assert all(child["pss_bytes"] > 0 for child in running)
    assert sum(child["pss_bytes"] for child in running) <= status["pss_bytes"] < 1.2 * 2**30
    assert "ready: " in stack.run("status").stdout
    shown = json.loads(stack.run("status", "--json").stdout)
    assert [child["name"] for child in shown["children"]] == list(children)


def test_children_share_the_memory_of_what_their_parent_has_imported(stack: Stack) -> None:
    children = [child for child in stack.status()["children"] if child["name"] in SERVICES]

    assert max(child["pss_bytes"] for child in children) < 40 * 2**20


def test_env_is_understood_by_a_shell_and_names_every_service(stack: Stack) -> None:
    addresses = stack.addresses()

    for service in SERVICES:
        host, _, port = addresses[f"{service.upper()}_ADDRESS"].rpartition(":")
        assert host == LOOPBACK
        assert int(port) == stack.child(service)["ports"][0]
    shell = stack.run("env", "--shell").stdout
    assert f"export INERGIZE_URL={edge_url(stack)}" in shell


def test_a_second_up_on_the_same_data_is_refused_with_the_first_ones_pid(stack: Stack) -> None:
    assert stack.process is not None

    refused = stack.run("up", "--port", str(free_edge_port()))

    assert refused.returncode != 0
    assert f"process {stack.process.pid}" in one_line(refused.stderr)
    assert stack.status()["is_ready"]


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        refused = inergize("up", "--port", str(port), "--data-dir", str(tmp_path / "data"))

    assert refused.returncode != 0
    assert f"cannot listen on 127.0.0.1:{port}" in one_line(refused.stderr)


def test_a_data_directory_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    refused = inergize("up", "--data-dir", str(tmp_path / "file" / "data"))

    assert refused.returncode != 0
    assert "cannot write to the data directory" in one_line(refused.stderr)


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "postgres"
    (cluster / "global").mkdir(parents=True)
    (cluster / "global" / "pg_control").write_bytes(b"\0")
    (cluster / "PG_VERSION").write_text("14\n")

    refused = inergize("up", "--port", str(free_edge_port()), "--data-dir", str(tmp_path / "data"))

    assert refused.returncode != 0
    assert "was made by PostgreSQL 14" in one_line(refused.stderr)


def test_production_is_refused_with_its_reasons(tmp_path: Path) -> None:
    arguments = ("up", "--port", str(free_edge_port()), "--data-dir", str(tmp_path / "data"))

    refused = inergize(*arguments, INERGIZE_ENV="production")

    assert refused.returncode != 0
    assert "without TLS" in one_line(refused.stderr)


@pytest.mark.parametrize("command", [("up",), ("admin", "create", "ada@example.com")])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("REGISTRATION", "perhaps", "'open', 'invitation' or 'closed'"),
        ("DATABASE_PASSWORDS", "{", "JSON object"),
        ("CRYPTO_HASH_KEYS", "{}", "JSON list"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_line(
    tmp_path: Path, command: tuple[str, ...], name: str, value: str, said: str
) -> None:
    refused = inergize(*command, "--data-dir", str(tmp_path / "data"), **{name: value})

    assert refused.returncode != 0
    assert f"{name}: " in one_line(refused.stderr)
    assert said in refused.stderr


def test_help_says_what_each_command_does_in_one_whole_line() -> None:
    page = inergize("--help").stdout
    commands = page.partition("Commands:")[2].strip().splitlines()

    assert len(commands) == len(main.commands)
    assert not [line for line in commands if line.endswith("...")]


def test_a_folder_that_holds_other_things_is_not_taken_for_a_data_directory(
    tmp_path: Path,
) -> None:
    (tmp_path / "thesis.odt").write_text("everything")
    before = sorted(tmp_path.iterdir())

    refused = inergize("up", "--data-dir", str(tmp_path))

    assert refused.returncode != 0
    assert "is not empty" in one_line(refused.stderr)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["status", "env", "down", "logs", "tour", "restart"])
def test_commands_without_a_stack_say_so(tmp_path: Path, command: str) -> None:
    arguments = [command, *(["content"] if command in {"logs", "restart"} else [])]

    answer = inergize(*arguments, "--data-dir", str(tmp_path / "data"))

    assert answer.returncode == (0 if command == "down" else 1)
    one_line(answer.stdout + answer.stderr)


def test_following_the_logs_ends_quietly(stack: Stack) -> None:
    command = [sys.executable, "-m", "stack.cli", "logs", "stack", "-f"]
    with subprocess.Popen(
        [*command, "--data-dir", str(stack.data_dir)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stdout is not None
        assert following.stdout.readline()
        following.send_signal(signal.SIGINT)
        _, errors = following.communicate(timeout=20)

    assert following.returncode == 0
    assert errors == ""


def test_restart_of_a_service_always_leaves_one_serving(stack: Stack) -> None:
    before = stack.child("content")
    old_port, new_port = before["ports"][1], before["ports"][1] + 2

    process = psutil.Popen(
        [sys.executable, "-m", "stack.cli", "restart", "content", "--data-dir", stack.data_dir]
    )
    while process.poll() is None:
        assert serves(new_port) or serves(old_port)

    assert process.returncode == 0
    after = stack.child("content")
    assert (after["slot"], after["state"]) == ("b", "ready")
    assert after["ports"][1] == new_port
    assert not psutil.pid_exists(before["pid"])
    assert stack.addresses()["CONTENT_ADDRESS"].endswith(str(after["ports"][0]))


def serves(port: int) -> bool:
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_restart_of_a_server_happens_in_its_place(stack: Stack) -> None:
    before = stack.child("redis")

    done = stack.run("restart", "redis")

    assert done.returncode == 0, done.stderr
    after = stack.child("redis")
    assert after["ports"] == before["ports"]
    assert after["pid"] != before["pid"]


def test_restart_of_something_unknown_names_what_there_is(stack: Stack) -> None:
    refused = stack.run("restart", "nonsense")

    assert refused.returncode != 0
    assert "content" in one_line(refused.stderr)


def test_an_administrator_needs_a_running_stack(tmp_path: Path) -> None:
    place = DataDir(tmp_path / "data")
    arguments = ("admin", "create", "ada@example.com", "--data-dir", str(place.root))

    assert "nothing was ever started" in one_line(inergize(*arguments).stderr)

    place.create()
    load_or_create(place)
    Topology(place.root, choose_ports(place.root, reserved=set())).save()

    assert "no stack is running" in one_line(inergize(*arguments).stderr)


def test_an_invitation_is_for_an_address(stack: Stack) -> None:
    refused = stack.run("admin", "invite", "nonsense")

    assert refused.returncode != 0
    assert "email" in one_line(refused.stderr)
    assert stack.run("admin", "invite", "ada@example.com").stdout.strip()


def test_down_leaves_nothing_running_and_the_next_up_finds_its_data(tmp_path: Path) -> None:
    with new_stack(tmp_path) as stack:
        stack.wait_ready()
        ports = stack.addresses()
        processes = stack.processes()

        ended = stack.run("down")

        assert ended.returncode == 0, ended.stderr
        assert stack.wait_end() == 0
        assert all_gone(processes)

        stack.output.unlink()
        stack.start()
        stack.wait_ready()
        assert stack.addresses() == ports


def test_nothing_survives_a_killed_supervisor_and_the_next_up_recovers(tmp_path: Path) -> None:
    with new_stack(tmp_path) as stack:
        stack.wait_ready()
        processes = stack.processes()

        processes[0].kill()
        stack.wait_end()
        wait_until(lambda: all_gone(processes), "every child has gone", seconds=10)

        stack.output.unlink()
        stack.start()
        stack.wait_ready()


def test_sigint_stops_as_down_does(tmp_path: Path) -> None:
    with new_stack(tmp_path) as stack:
        stack.wait_ready()
        processes = stack.processes()

        os.kill(processes[0].pid, signal.SIGINT)

        assert stack.wait_end() == 0
        assert all_gone(processes)
        assert not DataDir(stack.data_dir).control_socket.exists()


def test_a_service_that_cannot_start_ends_the_start_with_its_reason(tmp_path: Path) -> None:
    with new_stack(tmp_path, "tests.acceptance.stack.dummies:crash") as stack:
        assert stack.wait_end() == 1

        assert "could not start: this service has no intention to start" in stack.printed()
        assert "error: " in stack.printed()


def test_detached_up_returns_when_ready_and_runs_on(tmp_path: Path) -> None:
    with new_stack(tmp_path, "--detach") as stack:
        assert stack.wait_end() == 0
        try:
            assert "running in the background" in stack.printed()
            assert stack.status()["is_ready"]
        finally:
            ended = stack.run("down")
        assert ended.returncode == 0
        assert not is_held(DataDir(stack.data_dir))


def test_detached_up_that_is_refused_says_why(tmp_path: Path) -> None:
    with (
        new_stack(tmp_path, "tests.acceptance.stack.dummies:crash") as stack,
        socket.create_server((LOOPBACK, 0)) as other,
    ):
        stack.wait_end()
        stack.output.unlink()
        stack.port, stack.services = other.getsockname()[1], "--detach"
        stack.start()

        assert stack.wait_end() == 1
        assert "cannot listen on" in one_line(stack.printed())
