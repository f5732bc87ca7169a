"""What is whole is taken, once, and every byte of it is kept; what is not waits, and says why."""

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.extracts import BASE, agency
from wnb.agency import Agency
from wnb.date_forms import extract_date_in
from wnb.ingest.inbox import Waiting, look
from wnb.ingest.manifest import Stated
from wnb.ingest.vault import ChangedWhileRead, Receipt, Vault, copy_whole, sha256_of

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


def test_an_inbox_that_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    (found,) = seen(put(tmp_path, "hospital-a"))
    assert (found.name, found.because) == ("hospital-a/", "the inbox cannot be looked into (NotADirectoryError)")


# ---------------------------------------------------------------- what its agency says of its being whole

SAYS_DONE = agency(extract_date="%Y-%m-%d", complete_when="done_file")
SENDS_MANIFESTS = agency(files="*", extract_date="%Y-%m-%d", complete_when="manifest")


@pytest.mark.parametrize(("done_age", "whole"), [(3600, True), (10, True), (3601, False), (None, False)])
def test_a_file_waits_for_its_done_and_one_that_is_older_than_it_says_nothing(
    tmp_path: Path, done_age: float | None, whole: bool
) -> None:
    put(tmp_path, "2026-11-21.csv")
    if done_age is not None:
        put(tmp_path, "2026-11-21.csv.done", "", age=done_age)
    (found,) = seen(tmp_path, SAYS_DONE)
    assert (found.because == "") is whole
    assert whole or "2026-11-21.csv.done" in found.because


def test_a_done_that_is_no_file_says_nothing(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-21.csv")
    (tmp_path / "2026-11-21.csv.done").mkdir()
    (found,) = seen(tmp_path, SAYS_DONE)
    assert found.because


def test_a_file_with_its_done_waits_until_it_is_still_all_the_same(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-21.csv", age=10)
    put(tmp_path, "2026-11-21.csv.done", "", age=5)
    (found,) = seen(tmp_path, SAYS_DONE)
    assert "still changing" in found.because


@pytest.mark.parametrize("ending", [".manifest.json", ".manifest", ".sha256"])
def test_what_a_manifest_says_is_known_of_its_file_and_it_is_no_extract_itself(tmp_path: Path, ending: str) -> None:
    put(tmp_path, "2026-11-21.csv")
    put(tmp_path, f"2026-11-21.csv{ending}", '{"rows": 3}', age=7)
    (found,) = seen(tmp_path, SENDS_MANIFESTS)
    assert (found.because, found.stated, found.still_since) == ("", Stated(rows=3), NOW - 7)


@pytest.mark.parametrize("strange", ["none", "cut", "a link", "a pipe", "a folder"])
def test_a_file_waits_for_its_manifest_and_nothing_strange_is_opened_for_one(tmp_path: Path, strange: str) -> None:
    path = put(tmp_path, "2026-11-21.csv").with_name("2026-11-21.csv.manifest")
    match strange:
        case "cut":
            put(tmp_path, path.name, '{"rows": ')
        case "a link":
            path.symlink_to(put(tmp_path / "outside", "manifest", '{"rows": 3}'))
        case "a pipe":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
    found = [waiting for waiting in seen(tmp_path, SENDS_MANIFESTS) if waiting.name == "2026-11-21.csv"]
    assert ["manifest" in waiting.because and waiting.lacks_word for waiting in found] == [True]


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
    ["2026-11-21.csv", "2026-11-21.CSV", "2026-11-21.csv.gz", "a 2026-11-21 b.csv", "Zoë 2026-11-21.csv"],
)  # fmt: skip
def test_an_odd_name_is_a_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert taken(tmp_path) == [name]


@pytest.mark.parametrize("name", [".2026-11-21.csv", "2026-11-21.csv.done", "2026-11-21.txt"])
def test_what_is_no_extract_is_not_looked_at(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert seen(tmp_path, agency(files="*.csv*", extract_date="%Y-%m-%d")) == []


@pytest.mark.parametrize(
    ("name", "told", "because"),
    [
        (b"2026-11-21 \xff.csv", "2026-11-21 \\udcff.csv", "not text"),
        (b"2026-11-21\nclinic: accepted.csv", "2026-11-21\\nclinic: accepted.csv", "line break"),
        (b"2026-11-21 \x1b[2J.csv", "2026-11-21 \\x1b[2J.csv", "nobody sees"),
        ("2026-11-21 \u202evsc.csv".encode(), "2026-11-21 \\u202evsc.csv", "nobody sees"),
        ("2026-11-21 \u2028.csv".encode(), "2026-11-21 \\u2028.csv", "line break"),
        (b"2026-11-21 " + b"a" * 230 + b".csv", "2026-11-21 " + "a" * 69 + "…", "longer"),
    ],
)
def test_a_name_that_people_cannot_be_told_as_it_is_waits_and_can_be_said(
    tmp_path: Path, name: bytes, told: str, because: str
) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    (found,) = seen(tmp_path)
    assert because in found.because
    assert found.name == told
    found.name.encode()


def test_what_is_no_file_is_said_by_a_name_that_can_be_told(tmp_path: Path) -> None:
    os.mkfifo(os.fsencode(tmp_path) + b"/2026-11-21 \xff\n.csv")
    assert [waiting.name for waiting in seen(tmp_path)] == ["2026-11-21 \\udcff\\n.csv"]


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


@pytest.mark.parametrize("stated", [None, Stated(rows=12, sha256="0" * 64)])
def test_a_receipt_comes_back_as_it_was_written(stated: Stated | None) -> None:
    receipt = replace(RECEIPT, stated=stated)
    assert Receipt.from_json(receipt.as_json()) == receipt


def test_a_receipt_of_before_there_were_manifests_is_read() -> None:
    told = json.loads(RECEIPT.as_json())
    del told["stated"]
    assert Receipt.from_json(json.dumps(told)) == RECEIPT


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
    assert sha256_of(outside)[1] == 6
    with pytest.raises(OSError, match=r"symbolic|loop|Too many"):
        copy_whole(link, tmp_path / "copy", "0" * 64)
    assert not (tmp_path / "copy").exists()
