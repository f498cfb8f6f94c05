import os
import shlex
import stat
from pathlib import Path

import pytest

from stack.data_dir import DataDir
from stack.embedded.valkey import _configuration
from stack.errors import StackError
from stack.secrets import load_or_create
from stack.topology import Topology, choose_ports


def mode_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_folder_of_somebody_elses_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.odt").write_text("everything")

    with pytest.raises(StackError, match="is not empty"):
        DataDir(tmp_path).create()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]
    assert mode_of(tmp_path) == 0o755


def test_an_empty_volume_will_do(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()

    DataDir(tmp_path).create()

    assert (tmp_path / "logs").is_dir()


def test_a_folder_that_was_there_is_closed_to_others_but_not_to_passing_through(
    tmp_path: Path,
) -> None:
    for before, after in ((0o755, 0o711), (0o770, 0o710), (0o700, 0o700), (0o711, 0o711)):
        tmp_path.chmod(before)
        DataDir(tmp_path).create()
        assert mode_of(tmp_path) == after


def test_data_of_another_user_is_refused_untouched(
    place: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_or_create(place)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(StackError, match=r"holds the data of .*; run as its owner"):
        place.create()


def test_a_folder_that_is_closed_to_this_user_is_one_clear_line(
    place: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)

    with pytest.raises(StackError, match="is closed to this user"):
        place.check_access()


def test_quotes_in_the_path_stay_inside_the_servers_configuration(tmp_path: Path) -> None:
    place = DataDir(tmp_path / 'say "so\\')
    place.create()
    load_or_create(place)
    Topology(place.root, choose_ports(place.root, reserved=set())).save()

    lines = _configuration(place, "redis", place.part("redis")).splitlines()

    (line,) = [line for line in lines if line.startswith("dir ")]
    # A shell reads double quotes as Valkey does.
    assert shlex.split(line) == ["dir", str(place.part("redis"))]
