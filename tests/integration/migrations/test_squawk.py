"""No migration takes a lock that hurts, by the linter's rules."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.kernel.migrate import load
from tests.integration.migrations.conftest import MIGRATIONS

SQUAWK = Path(sys.executable).with_name("squawk")
CONFIG = MIGRATIONS / ".squawk.toml"


def squawk(*files: Path, is_transactional: bool) -> subprocess.CompletedProcess[str]:
    mode = "--assume-in-transaction" if is_transactional else "--no-assume-in-transaction"
    return subprocess.run(
        [SQUAWK, "-c", CONFIG, mode, "--reporter", "gcc", *files],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("is_transactional", [True, False])
def test_every_migration_passes(is_transactional: bool) -> None:
    files = [
        MIGRATIONS / migration.file
        for migration in load(MIGRATIONS)
        if migration.is_transactional is is_transactional
    ]
    assert files

    done = squawk(*files, is_transactional=is_transactional)

    assert (done.returncode, done.stdout) == (0, "")


def test_a_migration_that_would_block_writers_is_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.sql"
    bad.write_text("CREATE INDEX users_phone ON auth.users (phone);")

    done = squawk(bad, is_transactional=True)

    assert done.returncode == 1
    assert "require-concurrent-index-creation" in done.stdout
