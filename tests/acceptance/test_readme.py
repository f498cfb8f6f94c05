"""What the front pages tell people to paste works, as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
SECONDS = 120


def _blocks(page: str, language: str) -> list[str]:
    found = [body for kind, body in BLOCK.findall((ROOT / page).read_text()) if kind == language]
    assert found, f"{page} has no {language} block"
    return found


def _run(command: list[str], stack: Stack) -> str:
    environment = {"PATH": os.environ["PATH"], "INERGIZE_DATA_DIR": str(stack.folder)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_calls_with_curl_work_when_pasted(stack: Stack) -> None:
    script = "\n".join(_blocks("README.md", "sh"))
    # The run's own interpreter may live elsewhere than in .venv.
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    # The watching curl is ended by its time limit, which it calls an error.
    printed = _run(["bash", "-c", f"{script}\ntrue"], stack)
    assert "registrationToken" in printed
    assert "Hello from #InErgize (it works)" in printed
    assert "CONNECTION_STATE_CONNECTED" in printed
    assert "CONTENT_STATUS_PUBLISHED" in printed


def test_calls_with_the_python_stub_work_when_pasted(stack: Stack) -> None:
    (program,) = _blocks("README.md", "python")
    code = f"import os; os.environ.update({stack.addresses!r})\n{program}"
    assert "Hello from #Python" in _run([sys.executable, "-c", code], stack)


def test_client_readme_tells_a_wrong_password(stack: Stack) -> None:
    (program,) = _blocks("clients/python/README.md", "python")
    printed = _run([sys.executable, "-c", program.replace("127.0.0.1:8080", stack.target)], stack)
    assert printed == "wrong address or password\n"
