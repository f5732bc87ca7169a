"""A night's lists appear whole or not at all, and stay as they were published."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from wnb.errors import SafetyStop
from wnb.store.published import PublishedLists

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
FILES = {"night.json": b"{}", "agencies/hospital.csv": b"child_id\n"}


@pytest.fixture
def lists(tmp_path: Path) -> PublishedLists:
    return PublishedLists(tmp_path / "lists")


def seen(lists: PublishedLists) -> list[str]:
    """What somebody sees who looks into the folder."""
    return sorted(path.name for path in lists.folder.iterdir() if not path.name.startswith("."))


def test_nobody_sees_a_night_before_it_is_revealed(lists: PublishedLists) -> None:
    lists.write_hidden(SATURDAY, FILES)
    assert seen(lists) == []


def test_a_revealed_night_is_whole_and_is_what_was_hashed(lists: PublishedLists) -> None:
    hashes = lists.write_hidden(SATURDAY, FILES)
    folder = lists.reveal(SATURDAY)
    assert seen(lists) == ["2026-11-21"]
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert hashes == lists.hashes(folder)
    lists.check(SATURDAY, hashes)


def test_what_a_stopped_run_left_hidden_is_no_part_of_the_next(lists: PublishedLists) -> None:
    lists.write_hidden(SATURDAY, {"old.csv": b"old"})
    hashes = lists.write_hidden(SATURDAY, FILES)
    assert lists.hashes(lists.reveal(SATURDAY)) == hashes


def test_a_night_that_was_committed_and_not_revealed_is_revealed(lists: PublishedLists) -> None:
    hashes = lists.write_hidden(SATURDAY, FILES)
    assert lists.recover({SATURDAY: hashes}) == []
    assert seen(lists) == ["2026-11-21"]


def test_a_night_that_was_not_committed_is_removed(lists: PublishedLists) -> None:
    lists.write_hidden(SATURDAY, FILES)
    assert lists.recover({}) == []
    assert list(lists.folder.iterdir()) == []


@pytest.mark.parametrize("harm", ["changed", "another file", "a file is gone"])
def test_a_committed_night_that_is_not_what_was_committed_is_made_again(lists: PublishedLists, harm: str) -> None:
    hashes = lists.write_hidden(SATURDAY, FILES)
    hidden = lists.folder / ".2026-11-21"
    match harm:
        case "changed":
            (hidden / "night.json").write_bytes(b"{ }")
        case "another file":
            (hidden / "more.csv").write_bytes(b"")
        case "a file is gone":
            (hidden / "night.json").unlink()
    assert lists.recover({SATURDAY: hashes}) == [SATURDAY]
    assert list(lists.folder.iterdir()) == []


def test_committed_nights_that_are_nowhere_are_named_oldest_first(lists: PublishedLists) -> None:
    assert lists.recover({SATURDAY: {}, FRIDAY: {}}) == [FRIDAY, SATURDAY]


def test_a_night_that_was_published_is_never_touched_by_a_hidden_one(lists: PublishedLists) -> None:
    hashes = lists.write_hidden(SATURDAY, FILES)
    shutil.copytree(lists.reveal(SATURDAY), lists.folder / ".2026-11-21")
    assert lists.recover({SATURDAY: hashes}) == []
    assert lists.hashes(lists.path(SATURDAY)) == hashes
    assert [path.name for path in lists.folder.iterdir()] == ["2026-11-21"]


def test_what_is_not_ours_is_left_alone(lists: PublishedLists) -> None:
    lists.recover({})
    for name in (".2026-notes", ".git"):
        (lists.folder / name).mkdir()
    (lists.folder / ".0file").write_text("x")
    lists.recover({})
    assert len(list(lists.folder.iterdir())) == 3


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_finished_night_that_was_changed_is_told_by_name(lists: PublishedLists, harm: str) -> None:
    hashes = lists.write_hidden(SATURDAY, FILES)
    path = lists.reveal(SATURDAY) / "agencies" / "hospital.csv"
    if harm == "changed":
        path.write_bytes(b"child_id\nc-1\n")
    else:
        path.unlink()
    with pytest.raises(SafetyStop, match=r"agencies/hospital\.csv.*\n?.*wnb rebuild 2026-11-21"):
        lists.check(SATURDAY, hashes)
