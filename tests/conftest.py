"""How the whole run behaves: what shares a stack runs in one process, and no skip goes unseen."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
ONE_PROCESS = ("acceptance", "faults")
"""Folders whose tests share one running stack each: xdist must not deal them out."""

SKIPS_ALLOWED_IN_CI: frozenset[str] = frozenset()
"""Node ids that may skip in CI, each with its reason beside it. None so far."""

settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")
"""On a busy machine an example takes its time."""


def pytest_configure() -> None:
    # A shell that runs this in the background has it ignore Ctrl-C, and all that it starts with it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = Path(item.path).relative_to(ROOT).parts[0]
        if folder in ONE_PROCESS:
            item.add_marker(pytest.mark.xdist_group(folder))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # type: ignore[no-untyped-def]  # noqa: ANN201
    outcome = yield
    report = outcome.get_result()
    is_unlisted = report.skipped and item.nodeid not in SKIPS_ALLOWED_IN_CI
    if is_unlisted and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI without being on the list: {report.longrepr}"
