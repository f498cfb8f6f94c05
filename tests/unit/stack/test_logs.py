from collections.abc import Iterator
from pathlib import Path

from stack.logs import follow, last_line, rotate, tail


def test_rotate_keeps_the_old_lines_beside_and_goes_on_in_the_same_file(tmp_path: Path) -> None:
    log = tmp_path / "content.log"
    with log.open("a") as writer:
        writer.write("x" * 2_000 + "\n")
        writer.flush()
        rotate(tmp_path, max_bytes=1_000)
        writer.write("after\n")

    assert log.read_text() == "after\n"
    assert (tmp_path / "content.log.1").stat().st_size == 2_001


def test_rotate_leaves_a_short_file_alone(tmp_path: Path) -> None:
    log = tmp_path / "content.log"
    log.write_text("short\n")

    rotate(tmp_path, max_bytes=1_000)

    assert log.read_text() == "short\n"
    assert not (tmp_path / "content.log.1").exists()


def test_tail_gives_the_last_lines_of_a_large_file(tmp_path: Path) -> None:
    log = tmp_path / "content.log"
    log.write_text("".join(f"line {number}\n" for number in range(100_000)))

    assert tail(log, 2) == ["line 99998", "line 99999"]
    assert tail(log, 0) == []
    assert tail(tmp_path / "missing.log", 5) == []


def test_last_line_passes_over_empty_ones(tmp_path: Path) -> None:
    log = tmp_path / "content.log"
    log.write_text("the reason\n\n  \n")

    assert last_line(log) == "the reason"


def test_follow_yields_whole_new_lines_also_after_a_cut(tmp_path: Path) -> None:
    log = tmp_path / "content.log"
    log.write_text("old and long line\n")

    def rounds() -> Iterator[None]:
        yield
        log.write_text(log.read_text() + "one\ntw")
        yield
        log.write_text(log.read_text() + "o\n")
        yield
        log.write_text("cut\n")
        yield

    lines = [line for _, line in follow([log], rounds=rounds())]

    assert lines == ["one", "two", "cut"]
