"""What the figures are made of, and where they are written."""

from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.machine import this_machine
from bench.model import BARE_GRPC, FASTAPI, OURS, Plan, Turn, Turns
from bench.report import BEGIN, END, as_text, update_page
from bench.subjects import comparable
from bench.summary import summarize

PLAN = Plan(rounds=3, seconds=1, warmup_seconds=0, connections=2)


def turns(*rates: float) -> list[Turn]:
    return [
        Turn(
            requests=int(rate),
            requests_per_second=rate,
            p50_ms=1,
            p99_ms=2,
            cpu_micros={"service": 1e5 / rate, "load generator": 7},
        )
        for rate in rates
    ]


def seen(ours: float) -> Turns:
    return {
        OURS: turns(ours, ours, ours * 9),
        BARE_GRPC: turns(1000, 900, 1100),
        FASTAPI: turns(600, 500, 9000),
    }


def test_medians_are_not_moved_by_one_lucky_round() -> None:
    summary = summarize(seen(900))
    assert summary.figures[OURS].requests_per_second == 900
    assert summary.figures[OURS].most_requests_per_second == 8100
    assert summary.figures[OURS].cpu_micros_without_generator == pytest.approx(1e5 / 900)
    ratio = summary.ratios[BARE_GRPC]
    assert (ratio.of_medians, ratio.least) == (0.9, 0.9)
    assert ratio.most == pytest.approx(8100 / 1100)
    assert ratio.by_processor_time == pytest.approx(0.9)
    assert summary.ratios[FASTAPI].of_medians == 1.5


@pytest.mark.parametrize(
    ("ours", "verdict"), [(900, "goal reached"), (899, "floor reached"), (799, "BELOW THE FLOOR")]
)
def test_the_verdict_is_by_the_median(ours: float, verdict: str) -> None:
    assert summarize(seen(ours)).ratios[BARE_GRPC].verdict == verdict


def test_figures_replace_only_what_is_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for ours in (900, 700):
        update_page(page, summarize(seen(ours)), PLAN, this_machine())
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| inergize | 700 |" in text
    assert text.count("| inergize |") == 2


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("by hand")
    with pytest.raises(BenchError, match="no marks"):
        update_page(page, summarize(seen(900)), PLAN, this_machine())
    assert page.read_text() == "by hand"


def test_the_report_names_every_subject_and_part() -> None:
    text = as_text(summarize(seen(900)), PLAN, this_machine())
    for word in (OURS, BARE_GRPC, FASTAPI, "load generator", "0.90 times", "1.50 times"):
        assert word in text


def test_answers_are_compared_by_meaning() -> None:
    ours = {"content": {"title": "a", "createdTime": "2026-11-23T12:00:00.5Z"}}
    other = {
        "content": {
            "title": "a",
            "createdTime": "2026-11-23T12:00:00.500000+00:00",
            "publishedTime": None,
        }
    }
    assert comparable(ours) == comparable(other)
    assert comparable(ours) != comparable({"content": {**ours["content"], "title": "b"}})
