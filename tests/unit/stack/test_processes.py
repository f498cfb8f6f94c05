import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stack.data_dir import DataDir

ROOT = Path(__file__).resolve().parents[3]
_STARTED_AND_ASKED_TO_END_AT_ONCE = """
import os, sys
from pathlib import Path
from stack import processes
from stack.data_dir import DataDir
from stack.program import Program
from stack.signals import Wakeups

folder, number = Path(sys.argv[1]), int(sys.argv[2])
Wakeups().install()
program = Program("idle", "signal:pause", lambda: True)
for _ in range(5):
    pid = processes.start(program, DataDir(folder))
    os.kill(pid, number)
    print(processes.describe_end(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])), flush=True)
"""


@pytest.mark.parametrize(
    ("number", "end"),
    [(signal.SIGTERM, "was killed by SIGTERM"), (signal.SIGINT, "ended with exit code 130")],
)
def test_a_child_that_has_just_been_forked_does_not_miss_the_signal_to_end(
    place: DataDir, number: signal.Signals, end: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STARTED_AND_ASKED_TO_END_AT_ONCE, str(place.root), str(number)],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert done.stdout.splitlines() == [end] * 5, done.stderr
    assert done.stderr == ""
