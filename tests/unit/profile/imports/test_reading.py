"""What is read from a member's archive, and what is refused."""

import io
import zipfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.imports import archive as archives
from services.profile.imports import reading
from services.profile.imports.errors import ArchiveUnreadable
from services.profile.imports.model import Kind, Observation, ProfileFields
from services.profile.imports.reading import ArchiveRead
from tests.support.archives import MESSAGES, SHARES, WHOLE, archive_of


def read_archive(content: bytes) -> ArchiveRead:
    return reading.read_archive(io.BytesIO(content))


def told(read: ArchiveRead) -> list[Observation]:
    return [one for file in read.files for one in file.observations]


def test_a_whole_archive_is_read() -> None:
    read = read_archive(archive_of(WHOLE))

    assert Counter(one.kind for one in told(read)) == {
        Kind.CONNECTION: 2,
        Kind.INVITATION_SENT: 1,
        Kind.INVITATION_RECEIVED: 1,
        Kind.MESSAGE_SENT: 1,
        Kind.MESSAGE_RECEIVED: 1,
        Kind.POST: 1,
    }
    assert read.profile == ProfileFields(
        "Builds engines", "Long story", "Software", "Berlin, Germany"
    )
    assert read.ignored_files == ["Ad_Targeting.csv"]
    assert read.problems == []


def test_who_and_when_are_told() -> None:
    first = told(read_archive(archive_of({"Connections.csv": WHOLE["Connections.csv"]})))

    assert [(one.subject, one.happened_at) for one in first] == [
        ("https://www.linkedin.com/in/ada", datetime(2024, 3, 12, tzinfo=UTC)),
        ("https://www.linkedin.com/in/grace", datetime(2023, 2, 1, tzinfo=UTC)),
    ]


def test_the_words_of_messages_are_not_taken() -> None:
    assert all(not one.text for one in told(read_archive(archive_of({"messages.csv": MESSAGES}))))


def test_files_are_found_in_folders_and_whatever_their_case() -> None:
    assert len(told(read_archive(archive_of({"Basic_2024/SHARES.CSV": SHARES})))) == 1


def test_a_bad_row_is_named_by_its_line_and_the_rest_is_read() -> None:
    rows = SHARES + "not a date,https://www.linkedin.com/feed/update/urn,words,,,\n"
    rows += "2024-05-02 10:00:00,https://elsewhere.example/x,words,,,\n"

    read = read_archive(archive_of({"Shares.csv": rows}))

    assert len(told(read)) == 1
    assert [(one.file, one.line) for one in read.problems] == [("Shares.csv", 3), ("Shares.csv", 4)]
    assert "words" not in str(read.problems)


def test_another_file_under_a_known_name_is_named() -> None:
    read = read_archive(archive_of({"Connections.csv": "a,b\n1,2\n"}))

    assert not read.is_anything
    assert "connected on, url" in read.problems[0].reason


@given(st.binary(max_size=400))
def test_bytes_that_are_no_zip_are_refused(content: bytes) -> None:
    with pytest.raises(ArchiveUnreadable):
        read_archive(content)


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(archive_of(WHOLE))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ArchiveUnreadable):  # and nothing else
        read_archive(bytes(whole))


def test_an_entry_without_a_name_is_passed_over() -> None:
    whole = bytearray(archive_of({"x": b"words"}))
    listed = whole.index(b"PK\x01\x02")
    # The letter of its name is taken for the beginning of what follows a name.
    whole[listed + 28 : listed + 32] = (0).to_bytes(2, "little") + (1).to_bytes(2, "little")

    assert not read_archive(bytes(whole)).is_anything


@given(st.sampled_from(sorted(WHOLE)), st.text(max_size=300))
def test_any_text_under_a_known_name_is_read(name: str, content: str) -> None:
    read_archive(archive_of({name: content.encode("utf-8", "surrogatepass")}))


@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.lists(st.text(max_size=20), max_size=12), max_size=5),
)
def test_any_rows_below_a_known_header_are_read(name: str, rows: list[list[str]]) -> None:
    below = "\n".join(",".join(row) for row in rows)
    read_archive(archive_of({name: (WHOLE[name] + below).encode("utf-8", "surrogatepass")}))


def test_a_bomb_is_refused_by_what_it_unpacks_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 20)
    with pytest.raises(ArchiveUnreadable) as refused:
        read_archive(archive_of({"Shares.csv": b"\0" * (3 << 20)}))

    assert "unpacks to more" in str(refused.value)


def test_an_archive_of_too_many_files_is_refused() -> None:
    with pytest.raises(ArchiveUnreadable) as refused:
        read_archive(archive_of({f"{number}.txt": "" for number in range(archives.MOST_FILES + 1)}))

    assert "more than 2000 files" in str(refused.value)


def test_a_locked_archive_is_refused() -> None:
    packed = bytearray(archive_of({"Shares.csv": SHARES}))
    central = packed.rindex(b"PK\x01\x02")
    packed[central + 8] |= 1
    with pytest.raises(ArchiveUnreadable) as refused:
        read_archive(bytes(packed))

    assert "password" in str(refused.value)


@given(
    st.builds(
        Observation,
        kind=st.sampled_from(Kind),
        happened_at=st.datetimes(timezones=st.just(UTC)),
        subject=st.text(max_size=5),
        text=st.text(max_size=5),
        thread=st.text(max_size=5),
    ),
    st.text(alphabet=" \t\n", max_size=3),
)
def test_the_same_thing_has_the_same_hash_whatever_its_white_space(
    one: Observation, space: str
) -> None:
    again = Observation(one.kind, one.happened_at, one.subject, f"{space}{one.text}", one.thread)
    is_same = bool(one.text) or not again.text
    assert (one.fact_hash == again.fact_hash) or not is_same


def test_a_zip_without_files_brings_nothing() -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()

    assert not read_archive(empty.getvalue()).is_anything
