"""Runs the steps, prints each with its timing, stops at the first that differs."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import httpx

from stack.tour.client import Client, TourError
from stack.tour.steps import STEPS, Notes

Print = Callable[[str], None]


def run(
    addresses: Mapping[str, str],
    *,
    certificate: Path | None = None,
    write_line: Print = click.echo,
) -> int:
    """Walk through the product as a user; 0 when everything was as expected, else 1.

    `addresses` are the values `inergize env` prints: INERGIZE_URL, MAILBOX_URL, LINKEDIN_API_URL.
    The edge may show `certificate`, also one that nobody has signed.
    """
    client = Client(addresses["INERGIZE_URL"], certificate)
    notes = Notes(client, dict(addresses))
    began = time.perf_counter()
    try:
        for name, step in STEPS:
            _walk(name, step, notes, write_line)
    except TourError as differs:
        write_line(f"  {'FAILED':<10} {differs}")
        return 1
    except httpx.HTTPError as failed:
        write_line(f"  {'FAILED':<10} {type(failed).__name__}: {failed}")
        return 1
    finally:
        client.close()
    write_line(f"The tour took {time.perf_counter() - began:.2f} s; everything was as expected.")
    return 0


def _walk(name: str, step: Callable[[Notes], str], notes: Notes, write_line: Print) -> None:
    began = time.perf_counter()
    seen = step(notes)
    milliseconds = (time.perf_counter() - began) * 1000
    write_line(f"  {name:<10} {milliseconds:8.1f} ms  {seen}")
