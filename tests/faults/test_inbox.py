"""What an inbox does to a night: one agency's trouble with one file never keeps another agency's children waiting."""

import errno
import json
import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.small import AMARA, BEN, CHIDI, NIGHT, Small, extract, missed, seen
from wnb.errors import Exit, SafetyStop
from wnb.ingest.vault import ChangedWhileRead, Vault, copy_whole, sha256_of
from wnb.summary import in_words

TONIGHT = NIGHT + timedelta(days=1)


@pytest.fixture
def impatient() -> Iterator[None]:
    """Whoever waits for a pipe is woken after a minute, and has failed."""

    def woken(*_: object) -> None:
        raise AssertionError("waited for something that never comes")

    before = signal.signal(signal.SIGALRM, woken)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def small(tmp_path: Path) -> Small:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.send("school", NIGHT, missed(BEN, 3, 9))
    return small


def outcomes(small: Small) -> dict[str, str]:
    return {told["agency"]: told["outcome"] for told in small.document(NIGHT)["extracts"]}


def test_a_file_that_cannot_be_read_is_tried_again_and_the_others_are_done(small: Small) -> None:
    """Gone between the look and the reading, or not ours to read."""

    def read(path: Path) -> tuple[str, int]:
        if path.parent.name == "clinic":
            raise PermissionError(errno.EACCES, "Permission denied")
        return sha256_of(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.arrivals.sha256_of", read)
        done = small.night(NIGHT)
    assert outcomes(small) == {"clinic": "deferred", "school": "accepted"}
    assert done.exit is Exit.LATE
    assert small.names(NIGHT) == {"Ben"}
    small.night(TONIGHT)
    assert small.names(TONIGHT) == {"Amara", "Ben"}


def test_a_file_that_changes_while_it_is_read_is_tried_again(small: Small) -> None:
    def read(path: Path) -> tuple[str, int]:
        digest = sha256_of(path)
        if path.parent.name == "clinic":
            path.write_bytes(path.read_bytes() + b"more")
        return digest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.arrivals.sha256_of", read)
        small.night(NIGHT)
    assert outcomes(small) == {"clinic": "deferred", "school": "accepted"}
    assert [receipt.agency for receipt in Vault(small.root / "data" / "vault").receipts()] == ["school"]
    assert not list(small.root.rglob("*.part"))


def test_bytes_that_are_not_those_of_the_hash_never_stand_under_its_name(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "vault" / "aa"
    source.write_bytes(b"changed")
    with pytest.raises(ChangedWhileRead):
        copy_whole(source, target, "0" * 64)
    assert list(target.parent.iterdir()) == []


def test_what_a_stopped_copy_left_is_no_hindrance(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "vault" / "aa"
    source.write_bytes(b"whole")
    target.parent.mkdir()
    left = target.with_name(".aa.part")
    left.write_bytes(b"wh")
    left.chmod(0o440)
    copy_whole(source, target, sha256_of(source)[0])
    assert target.read_bytes() == b"whole"
    assert target.stat().st_mode & 0o777 == 0o440


def a_link(folder: Path) -> None:
    (folder / f"clinic_{NIGHT}.csv").symlink_to(folder.parent / "school" / f"school_{NIGHT}.csv")


def a_folder(folder: Path) -> None:
    (folder / f"clinic_{NIGHT}.csv").mkdir()


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / f"clinic_{NIGHT}.csv")


def a_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / f"clinic_{NIGHT}.csv"))


def a_device(folder: Path) -> None:
    try:
        os.mknod(folder / f"clinic_{NIGHT}.csv", stat.S_IFCHR | 0o600, os.makedev(1, 5))  # what gives noughts for ever
    except PermissionError:
        pytest.skip("only an administrator can make a device")


def a_dangling_link(folder: Path) -> None:
    (folder / f"clinic_{NIGHT}.csv").symlink_to("/nowhere/at/all")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("strange", [a_link, a_dangling_link, a_folder, a_pipe, a_socket, a_device])
def test_what_is_no_file_is_never_followed(strange: Callable[[Path], None], small: Small) -> None:
    (small.root / "inbox" / "clinic" / f"clinic_{NIGHT}.csv").unlink()
    strange(small.root / "inbox" / "clinic")
    small.night(NIGHT)
    assert outcomes(small) == {"clinic": "deferred", "school": "accepted"}
    small.night(TONIGHT)
    again = [told for told in small.document(TONIGHT)["extracts"] if told["agency"] == "clinic"]
    assert ["regular file" in told["note"] for told in again] == [True]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("instead", [a_link, a_pipe, a_folder])
@pytest.mark.parametrize("moment", ["before it is read", "before it is copied"])
def test_what_takes_a_files_place_after_the_look_is_not_followed_and_nobody_waits_for_it(
    instead: Callable[[Path], None], moment: str, small: Small
) -> None:
    def read(path: Path) -> tuple[str, int]:
        if path.parent.name != "clinic":
            return sha256_of(path)
        if moment == "before it is copied":
            digest = sha256_of(path)
        path.unlink()
        instead(path.parent)
        return digest if moment == "before it is copied" else sha256_of(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.arrivals.sha256_of", read)
        small.night(NIGHT)
    assert outcomes(small) == {"clinic": "deferred", "school": "accepted"}
    assert small.names(NIGHT) == {"Ben"}


@pytest.mark.parametrize(
    "name", [b"\xff.csv", b"a\nclinic: accepted.csv", b"\x1b[2J.csv", "\u202e.csv".encode(), b"a" * 225 + b".csv"]
)
def test_a_name_that_people_cannot_be_told_as_it_is_stops_nobody_and_is_printed_nowhere(
    name: bytes, small: Small
) -> None:
    inbox = small.root / "inbox" / "clinic"
    (inbox / f"clinic_{NIGHT}.csv").rename(inbox / os.fsdecode(f"{NIGHT} ".encode() + name))
    done = small.night(NIGHT)
    assert outcomes(small) == {"clinic": "deferred", "school": "accepted"}
    assert done.exit is Exit.LATE
    said = in_words(json.loads(done.document), done.folder, fresh=True)
    for content in (*small.published(NIGHT).values(), said.encode()):
        assert name not in content
        assert b"\x1b[2J" not in content


def test_a_file_that_is_larger_than_the_disk_waits_and_costs_nobody_the_night(small: Small) -> None:
    """A hole in a file costs whoever sends it nothing."""
    path = small.root / "inbox" / "clinic" / f"clinic_{NIGHT}.csv"
    os.truncate(path, 1 << 43)
    os.utime(path, (0, 0))
    small.night(NIGHT)
    [told] = [told for told in small.document(NIGHT)["extracts"] if told["agency"] == "clinic"]
    assert (told["outcome"], "has room for" in told["note"]) == ("deferred", True)
    assert outcomes(small)["school"] == "accepted"


def test_the_same_bytes_twice_count_once_and_are_told_of_once(small: Small) -> None:
    small.night(NIGHT)
    small.send_bytes("clinic", f"again_{TONIGHT}.csv", extract("clinic", missed(AMARA, 3, 9)))
    small.send("school", TONIGHT, seen(CHIDI, 1))
    small.night(TONIGHT)
    told = {extract["file"]: extract["outcome"] for extract in small.document(TONIGHT)["extracts"]}
    assert told[f"again_{TONIGHT}.csv"] == "already_loaded"
    assert small.row(AMARA, TONIGHT)["not_brought_12_months"] == "2"
    for days in (1, 2):
        small.night(TONIGHT + timedelta(days=days))
    assert small.document(TONIGHT + timedelta(days=2))["extracts"] == []


@pytest.mark.parametrize("cut", range(97, 600, 97))
def test_a_torn_file_is_never_a_shorter_list_without_a_word(cut: int, small: Small) -> None:
    """Cut anywhere, it is rejected, or what was cut is set aside; what is whole still counts."""
    whole = extract("clinic", missed(AMARA, 3, 9) + missed(CHIDI, 2, 4) + missed(BEN, 1))
    small.send_bytes("clinic", f"clinic_{NIGHT}.csv", whole[:cut])
    small.night(NIGHT)
    [told] = [extract for extract in small.document(NIGHT)["extracts"] if extract["agency"] == "clinic"]
    assert told["outcome"] in ("rejected", "rows_quarantined", "accepted_with_warnings") or whole[:cut].endswith(b"\n")
    assert told["accepted"] + told["superseded"] + told["quarantined"] == told["records"]
    assert told["accepted"] <= whole[:cut].count(b"\n")


def test_a_count_of_rows_that_does_not_add_up_publishes_nothing(small: Small) -> None:
    small.night(NIGHT)
    small.send("clinic", TONIGHT, missed(CHIDI, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.terms.Extract.balances", lambda extract: False)
        with pytest.raises(SafetyStop, match="the records of a file do not add up"):
            small.night(TONIGHT)
    assert sorted(path.name for path in (small.root / "lists").iterdir()) == [str(NIGHT)]
    small.night(TONIGHT)
    assert small.document(TONIGHT)["appointments"] == 5
