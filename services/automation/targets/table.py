"""Reads a member's table of people: comma-separated values with a heading.

LinkedIn's own Connections.csv has notes above the heading; whatever stands there is skipped.
"""

import csv
import io
from collections.abc import Iterator, Mapping

from services.automation.targets.errors import TableUnreadable
from services.automation.targets.model import Person, Problem, Table
from services.automation.targets.people import NotAPerson, linkedin_id

MOST_ROWS = 500
LONGEST_FIELD = 200
"""Characters of a name, a company or a position."""
_WHO = ("url", "linkedin id", "linkedin_id", "profile url", "profile_url")
_KEPT = {
    "first name": "first_name",
    "first_name": "first_name",
    "last name": "last_name",
    "last_name": "last_name",
    "company": "company",
    "position": "position",
}


def read(text: str) -> Table:
    """The people in a table, in its order. Raises TableUnreadable without a column that says who.

    A row that breaks a rule becomes a problem, and so does the first one too many.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff").replace("\0", ""), newline=""))
    heading = _heading(rows)
    people: dict[str, Person] = {}
    problems: list[Problem] = []
    repeated = taken = 0
    for line, cells in _lines(rows, problems):
        if taken == MOST_ROWS:
            problems.append(Problem(line, f"only {MOST_ROWS} rows are taken at a time"))
            break
        taken += 1
        try:
            person = _person(dict(zip(heading, cells, strict=False)))
        except NotAPerson as reason:
            problems.append(Problem(line, str(reason)))
            continue
        repeated += person.target_linkedin_id in people
        people.setdefault(person.target_linkedin_id, person)
    return Table(list(people.values()), repeated, problems)


def _heading(rows: Iterator[list[str]]) -> list[str]:
    try:
        for cells in rows:
            names = [cell.strip().lower() for cell in cells]
            if not set(names).isdisjoint(_WHO):
                return names
    except csv.Error:
        raise TableUnreadable(column="URL") from None
    raise TableUnreadable(column="URL")


def _lines(rows: Iterator[list[str]], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Rows that say anything, each with its line."""
    while True:
        try:
            cells = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as broken:
            problems.append(Problem(rows.line_num, str(broken)))  # type: ignore[attr-defined]
            continue
        if any(cells):
            yield rows.line_num, cells  # type: ignore[attr-defined]


def _person(row: Mapping[str, str]) -> Person:
    who = next((row[name] for name in _WHO if row.get(name)), "")
    if not who:
        raise NotAPerson("it does not say who is meant")
    data = {_KEPT[name]: text for name, text in row.items() if name in _KEPT and text}
    for name, text in data.items():
        if len(text) > LONGEST_FIELD:
            raise NotAPerson(f"{name} is longer than {LONGEST_FIELD} characters")
    return Person(linkedin_id(who), data)
