"""A past night made again from vault, receipts, its configuration and the decisions of then: byte for byte, or told."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, RULES, Appointment, Small, agency_yaml, missed, seen
from wnb.errors import Exit, SafetyStop, UsageFault
from wnb.ingest.vault import Vault
from wnb.people import close
from wnb.rebuild import rebuilt
from wnb.told import Told

NIGHTS = [NIGHT + timedelta(days=n) for n in range(5)]
LAST = NIGHTS[-1]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Five nights: a closing, a correction, a repeated file, two rejected ones, a rule and a layout that changed."""
    small = Small.begin(tmp_path_factory.mktemp("lived"))
    small.send("clinic", NIGHTS[0], missed(AMARA, 3, 9), missed(BEN, 2), seen(CHIDI, 4))
    small.send("school", NIGHTS[0], missed(BEN, 20))
    small.night(NIGHTS[0])
    child_id = small.row(BEN, NIGHTS[0])["child_id"]
    close(small.configuration, child_id, "needs-met", "A. Lead", "we spoke", None, at_noon(NIGHTS[0]))

    small.send("clinic", NIGHTS[1], [Appointment(AMARA, NIGHT - timedelta(days=3), "A")], missed(DARA, 1, 2))
    small.send_bytes("school", f"cut_{NIGHTS[1]}.csv", b"id,at\nS1,2026-")
    small.night(NIGHTS[1])
    small.configure("rules.yaml", RULES.replace('version: "1"', 'version: "2"').replace("at_least: 2", "at_least: 1"))
    small.configure("agencies/school.yaml", agency_yaml("school") + "sharing_by_service: {Quiet: own-agency-only}\n")
    shutil.copyfile(
        small.root / "inbox" / "clinic" / f"clinic_{NIGHTS[1]}.csv",
        small.send("clinic", NIGHTS[2], name=f"again_{NIGHTS[2]}.csv"),
    )
    small.send("school", NIGHTS[2], missed(CHIDI, 1, night=NIGHTS[2]))
    small.night(NIGHTS[2])
    close(small.configuration, child_id, "not-a-concern", "B. Lead", "", "clinic", at_noon(NIGHTS[2]))
    small.configure("agencies/school.yaml", agency_yaml("school", more=", complete_when: manifest"))
    small.send("school", NIGHTS[3], missed(DARA, 4))
    small.send_bytes("school", f"school_{NIGHTS[3]}.csv.manifest", b'{"rows": 2}')
    small.night(NIGHTS[3])
    small.send("clinic", LAST, missed(BEN, 1, night=LAST), [Appointment(CHIDI, LAST, "Z")])
    small.night(LAST)
    return small


def again(small: Small, night: date, into: Path) -> Told:
    return rebuilt(small.configuration, night, into, at_noon(LAST + timedelta(days=400)), lambda words: None)


def test_the_last_of_several_nights_is_made_again_byte_for_byte(lived: Small, tmp_path: Path) -> None:
    told = again(lived, LAST, tmp_path / "again")
    assert told.document["differences"] == {}
    assert told.exit is Exit.DONE
    assert "5 nights, byte for byte as published" in told.words
    made = Small(tmp_path / "again")
    for night in NIGHTS:
        assert made.published(night) == lived.published(night)


def test_what_a_manifest_said_is_heeded_again_though_it_is_no_longer_there(lived: Small, tmp_path: Path) -> None:
    again(lived, NIGHTS[3], tmp_path / "again")
    assert not (tmp_path / "again" / "inbox").exists()
    for small in (lived, Small(tmp_path / "again")):
        told = {told["file"]: told["reasons"] for told in small.document(NIGHTS[3])["extracts"] if told["records"] == 0}
        assert told[f"school_{NIGHTS[3]}.csv"] == {"control_total": 1}


def test_a_night_in_the_middle_knows_nothing_of_what_came_after(lived: Small, tmp_path: Path) -> None:
    told = again(lived, NIGHTS[1], tmp_path / "again")
    assert told.document["differences"] == {}
    assert told.document["nights"] == 2
    assert not (tmp_path / "again" / "lists" / str(NIGHTS[2])).exists()


def test_nothing_of_the_partnership_is_touched(lived: Small, tmp_path: Path) -> None:
    def everything() -> dict[Path, tuple[int, int]]:
        """Files with size and time; but for the database's own working files, which an open makes."""
        files = [p for p in sorted(lived.root.rglob("*")) if p.is_file() and not p.name.startswith("casebook.db")]
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    before = everything()
    again(lived, NIGHTS[0], tmp_path / "again")
    assert everything() == before


@pytest.fixture
def copy(lived: Small, tmp_path: Path) -> Small:
    shutil.copytree(lived.root, tmp_path / "copy")
    return Small(tmp_path / "copy")


def test_a_byte_of_the_vault_that_was_changed_is_found_though_it_changes_no_list(copy: Small, tmp_path: Path) -> None:
    vault = Vault(copy.root / "data" / "vault")
    kept = vault.path(vault.receipts()[0].sha256)
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"ZZ9", b"ZZ8", 1))
    with pytest.raises(SafetyStop, match=r"receipt 1 .*not those that were delivered"):
        again(copy, LAST, tmp_path / "again")


def test_what_is_drawn_otherwise_now_is_told_by_its_night_and_name(copy: Small, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.publishing.read_me", lambda page: b"drawn otherwise")
        told = again(copy, NIGHTS[1], tmp_path / "again")
    assert told.exit is Exit.FAULT
    assert told.document["differences"] == {str(night): ["READ-ME-FIRST.txt"] for night in NIGHTS[:2]}
    assert "differs" in told.words


def test_a_folder_with_something_in_it_is_refused(lived: Small, tmp_path: Path) -> None:
    (tmp_path / "somebody's").write_text("work")
    with pytest.raises(UsageFault, match="is not empty"):
        again(lived, LAST, tmp_path)


def test_a_night_that_was_never_done_is_refused_and_those_that_were_are_named(lived: Small, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=f"was never done .*{LAST}"):
        again(lived, LAST + timedelta(days=1), tmp_path / "again")
