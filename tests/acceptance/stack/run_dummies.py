"""`inergize up` whose services only serve health.

`python -m tests.acceptance.stack.run_dummies DATA_DIR PORT [SERVICES_TARGET|--detach]`
"""

import sys
from dataclasses import replace
from pathlib import Path

from services.kernel.config import Settings
from stack.detach import run_detached
from stack.errors import StackError
from stack.given import given_settings
from stack.progress import Reporter
from stack.up import Options, run
from tests.acceptance.stack.dummies import DUMMIES


def main() -> int:
    data_dir, port = Path(sys.argv[1]), int(sys.argv[2])
    extra = sys.argv[3] if len(sys.argv) > 3 else ""
    entry_points = replace(DUMMIES, services=extra) if ":" in extra else DUMMIES
    given = given_settings(Settings())
    options = Options(data_dir, given=given, edge_port=port, entry_points=entry_points)
    journal = data_dir / "stack.log"
    try:
        if extra == "--detach":
            return run_detached(journal, lambda *heard: run(options, *heard))
        return run(options, Reporter(journal))
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
