"""The Makefile gets uv by itself, on machines that have it, venv, only pip, or none of them."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# As Debian's without python3-venv: it begins a virtual environment, and gives up.
_WITHOUT_VENV = """#!/bin/sh
case "$2" in
venv) mkdir -p "$3/bin" && touch "$3/bin/python" && exit 1 ;;
pip) [ ! -e .uv/bin ] || exit 1
     mkdir -p .uv/bin && echo "echo fetched" > .uv/bin/uv && chmod +x .uv/bin/uv ;;
esac
"""
_WITHOUT_BOTH = '#!/bin/sh\necho No module named "$2" >&2\nexit 1\n'


def fetch_uv(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder)
    interpreter = folder / "python"
    interpreter.write_text(python)
    interpreter.chmod(0o755)
    return subprocess.run(
        ["make", ".uv/bin/uv", f"PYTHON={interpreter}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_uv_is_fetched_by_pip_where_venv_does_not_work(tmp_path: Path) -> None:
    done = fetch_uv(tmp_path, _WITHOUT_VENV)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".uv" / "bin" / "uv").exists()


def test_a_python_that_cannot_fetch_uv_is_told_what_it_lacks(tmp_path: Path) -> None:
    done = fetch_uv(tmp_path, _WITHOUT_BOTH)

    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
