"""A past night made again from vault, receipts, its configuration and the decisions of then: byte for byte, or told."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, RULES, Appointment, Small, agency_yaml, missed, seen
from wnb.errors import Exit, SafetyStop, UsageFault
from wnb.explain import explained
from wnb.governing import approve, propose
from wnb.ingest.vault import Vault
from wnb.people import close
from wnb.rebuild import rebuilt
from wnb.told import Told

NIGHTS = [NIGHT + timedelta(days=n) for n in range(5)]
LAST = NIGHTS[-1]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Five nights: closings, a correction, a repeated file, two rejected ones, a code mended, rules changed.

    The rules twice: by the file, and by two people, who agreed a version that nobody copied into it.
    """
    small = Small.begin(tmp_path_factory.mktemp("lived"))
    small.send("clinic", NIGHTS[0], missed(AMARA, 3, 9), missed(BEN, 2), seen(CHIDI, 4))
    small.send("school", NIGHTS[0], missed(BEN, 20))
    small.night(NIGHTS[0])
    child_id = small.row(BEN, NIGHTS[0])["child_id"]
    close(small.configuration, child_id, "needs-met", "A. Lead", "we spoke", None, at_noon(NIGHTS[0]))

    late = Appointment(DARA, NIGHT - timedelta(days=5), "Q")  # a code that nobody knows yet
    small.send("clinic", NIGHTS[1], [Appointment(AMARA, NIGHT - timedelta(days=3), "A"), late], missed(DARA, 1, 2))
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
    draft = small.root / "draft.yaml"
    draft.write_text(RULES.replace('version: "1"', 'version: "3"').replace("at_least: 2", "at_least: 3"), "utf-8")
    propose(small.configuration, draft, "B. Officer", "", at_noon(NIGHTS[2]))
    mended = agency_yaml("clinic").replace("{A: attended,", "{A: attended, Q: was_not_brought,")
    small.configure("agencies/clinic.yaml", mended)
    explained(small.configuration, child_id, "A. Lead", at_noon(NIGHTS[2]))
    small.configure("agencies/school.yaml", agency_yaml("school", more=", complete_when: manifest"))
    small.send("school", NIGHTS[3], missed(DARA, 4))
    small.send_bytes("school", f"school_{NIGHTS[3]}.csv.manifest", b'{"rows": 2}')
    small.night(NIGHTS[3])
    approve(small.configuration, "3", "A. Lead", None, None, at_noon(NIGHTS[3]))
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


def test_what_was_lived_through_is_worth_making_again(lived: Small) -> None:
    assert [lived.document(night)["rules_version"] for night in NIGHTS] == ["1", "1", "2", "2", "3"]
    assert any("version 2) is not in force" in words for words in lived.document(LAST)["alarms"])
    set_aside = [
        [told["quarantined"] for told in lived.document(night)["extracts"] if told["file"] == f"clinic_{NIGHTS[1]}.csv"]
        for night in NIGHTS[1:4]
    ]
    assert (set_aside[0], set_aside[-1]) == ([1], [0])  # and released when the code was mended


@pytest.mark.parametrize("number", range(len(NIGHTS) - 1))
def test_a_night_in_the_middle_knows_nothing_of_what_came_after(lived: Small, tmp_path: Path, number: int) -> None:
    told = again(lived, NIGHTS[number], tmp_path / "again")
    assert told.document["differences"] == {}
    assert told.document["nights"] == number + 1
    made = Small(tmp_path / "again")
    assert sorted(p.name for p in (made.root / "lists").iterdir()) == [str(night) for night in NIGHTS[: number + 1]]
    assert made.published(NIGHTS[number]) == lived.published(NIGHTS[number])


def test_it_is_told_night_by_night_with_what_the_nights_took(lived: Small, tmp_path: Path) -> None:
    said: list[str] = []
    rebuilt(lived.configuration, NIGHTS[1], tmp_path / "again", at_noon(LAST), said.append)
    assert [words.partition(" (")[0] for words in said] == [
        f"Making the night of {night} again, {number} of 2" for number, night in enumerate(NIGHTS[:2], 1)
    ]
    assert all(" seconds then)" in words for words in said)


def test_a_decision_or_an_approval_that_is_not_replayed_is_seen(lived: Small, tmp_path: Path) -> None:
    """The proof of the proof: without either the last night comes out otherwise."""
    for what in ("wnb.rebuild._enter", "wnb.store.casebook.Casebook.decide"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(what, lambda *_: None)
            told = again(lived, LAST, tmp_path / what)
        assert told.exit is Exit.FAULT
        assert "escalation-list.csv" in told.document["differences"][str(LAST)]


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
