"""What is whole is taken, once, and every byte of it is kept; what is not waits, and says why."""

import os
from datetime import date
from pathlib import Path

import pytest

from tests.extracts import BASE, agency
from wnb.config import Agency
from wnb.ingest.inbox import ChangedWhileRead, Receipt, Vault, Waiting, copy_whole, extract_date_in, look, sha256_of

NIGHT = date(2026, 11, 21)
NOW = 1_000_000.0
DATED = agency(extract_date="%Y-%m-%d")
RECEIPT = Receipt(1, NIGHT, "hospital-a", "a\nb 2026.csv", "0" * 64, 12, date(2026, 11, 20))


def put(folder: Path, name: str, content: str = "x", age: float = 3600) -> Path:
    """A file that has been still for `age` seconds."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content)
    os.utime(path, (NOW - age, NOW - age))
    return path


def seen(folder: Path, by: Agency = DATED, night: date = NIGHT, settle: int = 60) -> list[Waiting]:
    return list(look(folder, by, night, settle, NOW))


def taken(folder: Path, by: Agency = DATED, night: date = NIGHT) -> list[str]:
    """The names of the files that are whole and due."""
    return [waiting.name for waiting in seen(folder, by, night) if not waiting.because]


# ---------------------------------------------------------------- what is whole


@pytest.mark.parametrize(("age", "whole"), [(60, True), (59, False), (0, False), (-10, False)])
def test_a_file_is_whole_when_it_has_been_still_for_long_enough(tmp_path: Path, age: float, whole: bool) -> None:
    put(tmp_path, "2026-11-21.csv", age=age)
    (found,) = seen(tmp_path)
    assert (found.because == "") is whole
    assert whole or "still changing" in found.because


def test_without_a_settle_time_a_file_is_whole_at_once(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-21.csv", age=-10)
    assert [w.because for w in seen(tmp_path, settle=0)] == [""]


@pytest.mark.parametrize(("name", "waits"), [("2026-11-21.csv", False), ("2026-11-22.csv", True)])
def test_a_file_of_a_later_date_waits_for_its_night(tmp_path: Path, name: str, waits: bool) -> None:
    put(tmp_path, name)
    assert bool(seen(tmp_path)[0].because) is waits


def test_a_file_without_a_date_where_one_is_declared_says_so(tmp_path: Path) -> None:
    put(tmp_path, "appointments.csv")
    (found,) = seen(tmp_path)
    assert "%Y-%m-%d" in found.because


def test_where_no_date_is_declared_a_file_is_of_the_night_that_takes_it_in(tmp_path: Path) -> None:
    put(tmp_path, "appointments.csv")
    assert [(w.extract_date, w.because) for w in seen(tmp_path, agency())] == [(NIGHT, "")]


def test_files_are_seen_in_the_order_of_their_names(tmp_path: Path) -> None:
    for day in (19, 21, 20):
        put(tmp_path, f"2026-11-{day}.csv")
    assert taken(tmp_path) == ["2026-11-19.csv", "2026-11-20.csv", "2026-11-21.csv"]


def test_where_there_is_no_inbox_nothing_lies_in_it(tmp_path: Path) -> None:
    assert seen(tmp_path / "none") == []


# ---------------------------------------------------------------- what is an extract at all


def test_links_pipes_and_folders_are_never_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", "secret.csv")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "2026-11-18.csv").symlink_to(outside)
    (inbox / "2026-11-19.csv").mkdir()
    os.mkfifo(inbox / "2026-11-20.csv")
    (inbox / "2026-11-21.csv").symlink_to(tmp_path / "nowhere")
    assert ["not a regular file" in waiting.because for waiting in seen(inbox)] == [True] * 4


@pytest.mark.parametrize(
    "name",
    ["2026-11-21.csv", "2026-11-21.CSV", "2026-11-21.csv.gz", "a 2026-11-21 b.csv", "a\n2026-11-21\n.csv",
     "Zoë 2026-11-21.csv"],
)  # fmt: skip
def test_an_odd_name_is_a_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert taken(tmp_path) == [name]


@pytest.mark.parametrize("name", [".2026-11-21.csv", "2026-11-21.csv.done", "2026-11-21.txt"])
def test_what_is_no_extract_is_not_looked_at(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert seen(tmp_path, agency(files="*.csv*", extract_date="%Y-%m-%d")) == []


def test_a_name_that_is_not_text_waits_and_can_be_said(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/2026-11-21 \xff.csv"
    Path(os.fsdecode(path)).write_text("x")
    (found,) = seen(tmp_path)
    assert "not text" in found.because
    assert found.name.encode() == b"2026-11-21 \\udcff.csv"


def test_a_version_may_call_its_files_otherwise(tmp_path: Path) -> None:
    """Until October names said day and month first; from November on year first, and another word."""
    later = {"from": "2026-11-01", "extract": {"files": "visits *", "extract_date": "%Y%m%d"}}
    first = {"files": "list *", "extract_date": "%d-%m-%Y"}
    by = Agency.model_validate({**BASE, "extract": first, "versions": [later]})
    for name in ("list 31-10-2026.csv", "visits 20261120.csv", "visits 20261001.csv"):
        put(tmp_path, name)
    found = {waiting.name: (waiting.extract_date.isoformat(), bool(waiting.because)) for waiting in seen(tmp_path, by)}
    assert found == {
        "list 31-10-2026.csv": ("2026-10-31", False),
        "visits 20261120.csv": ("2026-11-20", False),
        "visits 20261001.csv": (NIGHT.isoformat(), True),  # before the version that it is called by
    }


@pytest.mark.parametrize(
    ("name", "form", "found"),
    [
        ("opd_2026-11-21.csv", "%Y-%m-%d", date(2026, 11, 21)),
        ("opd20261121.csv", "%Y%m%d", date(2026, 11, 21)),
        ("21-11-2026 opd.csv", "%d-%m-%Y", date(2026, 11, 21)),
        ("opd 21 Nov 2026.csv", "%d %b %Y", date(2026, 11, 21)),
        ("opd 21 november 2026.csv", "%d %B %Y", date(2026, 11, 21)),
        ("opd_20261121T031500.csv", "%Y%m%dT%H%M%S", date(2026, 11, 21)),
        ("opd_2026.11.21.csv", "%Y.%m.%d", date(2026, 11, 21)),
        ("2026-11-21 again 2026-11-21.csv", "%Y-%m-%d", date(2026, 11, 21)),
        ("2026-11-20 to 2026-11-21.csv", "%Y-%m-%d", None),  # which of the two?
        ("opd_2026-02-30.csv", "%Y-%m-%d", None),
        ("opd_120261121.csv", "%Y%m%d", None),  # a longer number is no date
        ("opd_2026x11x21.csv", "%Y.%m.%d", None),  # a dot is a dot
        ("opd.csv", "%Y-%m-%d", None),
    ],
)
def test_the_date_in_a_name(name: str, form: str, found: date | None) -> None:
    assert extract_date_in(name, form) == found


# ---------------------------------------------------------------- the vault


def test_a_receipt_comes_back_as_it_was_written() -> None:
    assert Receipt.from_json(RECEIPT.as_json()) == RECEIPT


def test_bytes_and_receipt_are_kept_and_nothing_is_done_to_the_inbox(tmp_path: Path) -> None:
    path, vault = put(tmp_path, "a.csv", "twelve bytes"), Vault(tmp_path / "vault")
    digest, length = sha256_of(path)
    receipt = Receipt(3, NIGHT, "hospital-a", "a.csv", digest, length, NIGHT)
    vault.take_in(path, receipt)
    assert vault.receipts() == [receipt]
    assert vault.path(digest).read_bytes() == path.read_bytes() == b"twelve bytes"
    assert vault.path(digest).stat().st_mode & 0o222 == 0


def test_receipts_come_in_the_order_of_receipt(tmp_path: Path) -> None:
    path, vault = put(tmp_path, "a.csv"), Vault(tmp_path / "vault")
    for sequence in (10, 2, 100_000_000, 9):
        vault.take_in(path, Receipt(sequence, NIGHT, "hospital-a", "a.csv", sha256_of(path)[0], 1, NIGHT))
    assert [receipt.sequence for receipt in vault.receipts()] == [2, 9, 10, 100_000_000]


def test_an_empty_vault_holds_no_receipts(tmp_path: Path) -> None:
    assert Vault(tmp_path / "vault").receipts() == []


def test_a_file_that_changes_while_it_is_copied_is_not_taken_in(tmp_path: Path) -> None:
    path, vault = put(tmp_path, "a.csv", "first"), Vault(tmp_path / "vault")
    digest, length = sha256_of(path)
    path.write_text("first and more")
    with pytest.raises(ChangedWhileRead):
        vault.take_in(path, Receipt(1, NIGHT, "hospital-a", "a.csv", digest, length, NIGHT))
    assert vault.receipts() == []
    assert [p for p in vault.folder.rglob("*") if p.is_file()] == []


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", "secret.csv", "secret")
    link = tmp_path / "a.csv"
    link.symlink_to(outside)
    with pytest.raises(OSError, match=r"symbolic|loop|Too many"):
        sha256_of(link)
    with pytest.raises(OSError, match=r"symbolic|loop|Too many"):
        copy_whole(link, tmp_path / "copy", "0" * 64)
    assert not (tmp_path / "copy").exists()
