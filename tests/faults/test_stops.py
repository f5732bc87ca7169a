"""A night that stops anywhere: yesterday's list stands, and running again gives what would have been given."""

import errno
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, Appointment, Small, missed, seen
from tests.stops import PLACES, Place, stop_at
from wnb.ingest.vault import Vault
from wnb.nightly import opened, run
from wnb.people import close
from wnb.rebuild import restore_missing
from wnb.standing import standing
from wnb.store.published import PublishedLists

PROJECT = Path(__file__).parents[2]
TONIGHT = NIGHT + timedelta(days=1)


def fails(wrong: BaseException) -> Callable[[], None]:
    def end() -> None:
        raise wrong

    return end


ENDS: dict[str, BaseException] = {
    "the disk is full": OSError(errno.ENOSPC, "No space left on device"),
    "somebody stops it": KeyboardInterrupt(),
}
MORE_ENDS: dict[str, BaseException] = {
    "the disk fails": OSError(errno.EIO, "Input/output error"),
    "memory is short": MemoryError(),
    "a fault of the program": RuntimeError("a fault"),
    "the machine goes down": SystemExit(143),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Yesterday is done, a case was closed since, and tonight's extracts have come."""
    small = Small.begin(tmp_path_factory.mktemp("before"))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 2, 12), seen(CHIDI, 4))
    small.send("school", NIGHT, missed(BEN, 20))
    small.night(NIGHT)
    close(small.configuration, small.row(BEN, NIGHT)["child_id"], "needs-met", "A. Lead", "", None, at_noon(NIGHT))
    corrected = Appointment(AMARA, NIGHT - timedelta(days=3), "A")
    small.send("clinic", TONIGHT, [corrected], missed(CHIDI, 1, 3, night=TONIGHT), missed(DARA, 2, night=TONIGHT))
    small.send("school", TONIGHT, missed(DARA, 8, night=TONIGHT))
    return small


@pytest.fixture(scope="module")
def unstopped(before: Small, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    small = copied(before, tmp_path_factory.mktemp("unstopped"))
    small.night(TONIGHT)
    assert small.names(TONIGHT) == {"Amara", "Chidi", "Dara"}
    return small.published(TONIGHT)


def copied(small: Small, to: Path) -> Small:
    shutil.copytree(small.root, to / "partnership")
    return Small(to / "partnership")


def again(small: Small) -> None:
    """As `wnb run` does it."""
    restore_missing(small.configuration, at_noon(TONIGHT), lambda words: None)
    run(small.configuration, TONIGHT, at_noon(TONIGHT))


def visible(small: Small) -> list[str]:
    return sorted(path.name for path in small.configuration.path("lists").iterdir() if not path.name.startswith("."))


def check_what_stands(small: Small, place: Place, yesterday: dict[str, bytes]) -> None:
    assert small.published(NIGHT) == yesterday
    assert visible(small) == [str(NIGHT), *([str(TONIGHT)] if place.published else [])]
    with opened(small.configuration, at_noon(TONIGHT)) as casebook:
        assert casebook.last_committed() == (TONIGHT if place.committed else NIGHT)
        assert casebook.verify_audit().holds


def check_it_is_finished(small: Small, unstopped: dict[str, bytes]) -> None:
    assert small.published(TONIGHT) == unstopped
    assert {path.name for path in small.configuration.path("lists").iterdir()} == {str(NIGHT), str(TONIGHT)}
    facts = {path.name for path in (small.configuration.path("data") / "lake").iterdir()}
    assert not {name for name in facts if name.startswith(".")}
    assert [receipt.sequence for receipt in Vault(small.root / "data" / "vault").receipts()] == [1, 2, 3, 4]
    assert not list(small.root.rglob("*.part"))
    with opened(small.configuration, at_noon(TONIGHT)) as casebook:
        assert [record.night for record in casebook.nights()] == [NIGHT, TONIGHT]
        assert casebook.nights()[-1].generation in facts
        assert casebook.verify_audit().holds
    assert standing(small.configuration, at_noon(TONIGHT)).document["nights"]["failed"] is None


def each_end() -> list[object]:
    quick = [pytest.param(where, end, id=f"{where}-{name}") for where in PLACES for name, end in ENDS.items()]
    return quick + [
        pytest.param(where, end, id=f"{where}-{name}", marks=pytest.mark.long)
        for where in PLACES
        for name, end in MORE_ENDS.items()
    ]


@pytest.mark.parametrize(("where", "end"), each_end())
def test_a_night_that_stops_is_finished_by_the_next_run(
    where: str, end: BaseException, before: Small, unstopped: dict[str, bytes], tmp_path: Path
) -> None:
    small, place = copied(before, tmp_path), PLACES[where]
    yesterday = small.published(NIGHT)
    with pytest.MonkeyPatch.context() as patch:
        stop_at(place, fails(end), patch.setattr)
        with pytest.raises(type(end)):
            small.night(TONIGHT)
    check_what_stands(small, place, yesterday)
    again(small)
    check_it_is_finished(small, unstopped)


@pytest.mark.parametrize(
    "where",
    [pytest.param(where, marks=() if where == "committed and not revealed" else pytest.mark.long) for where in PLACES],
)
def test_a_night_whose_process_is_killed_is_finished_by_the_next_run(
    where: str, before: Small, unstopped: dict[str, bytes], tmp_path: Path
) -> None:
    small, place = copied(before, tmp_path), PLACES[where]
    yesterday = small.published(NIGHT)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.stops", str(small.root), str(TONIGHT), where], cwd=PROJECT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    check_what_stands(small, place, yesterday)
    again(small)
    check_it_is_finished(small, unstopped)


def test_a_night_that_stops_twice_is_finished_by_the_third_run(
    before: Small, unstopped: dict[str, bytes], tmp_path: Path
) -> None:
    small = copied(before, tmp_path)
    for where in ("with hidden lists and no commit", "committed and not revealed"):
        with pytest.MonkeyPatch.context() as patch:
            stop_at(PLACES[where], fails(OSError(errno.ENOSPC, "No space left on device")), patch.setattr)
            with pytest.raises(OSError, match="No space"):
                small.night(TONIGHT)
    again(small)
    check_it_is_finished(small, unstopped)


def test_a_night_that_was_committed_appears_by_the_next_run_of_anything(
    before: Small, unstopped: dict[str, bytes], tmp_path: Path
) -> None:
    """Also where nobody looks first whether something is gone."""
    small = copied(before, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        stop_at(PLACES["committed and not revealed"], fails(MemoryError()), patch.setattr)
        with pytest.raises(MemoryError):
            small.night(TONIGHT)
    run(small.configuration, TONIGHT + timedelta(days=1), at_noon(TONIGHT))
    assert small.published(TONIGHT) == unstopped


def test_what_failed_is_told_in_words_of_ours_only(before: Small, tmp_path: Path) -> None:
    small = copied(before, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        stop_at(PLACES["with facts and no lists"], fails(ValueError(f"{AMARA.given} {AMARA.family}")), patch.setattr)
        with pytest.raises(ValueError, match="Okoro"):
            small.night(TONIGHT)
    told = standing(small.configuration, at_noon(TONIGHT))
    assert told.document["nights"]["failed"] == {
        "night": str(TONIGHT),
        "at": f"{TONIGHT}T12:00:00+00:00",
        "words": "ValueError",
    }
    assert AMARA.family not in told.words


def test_a_stopped_night_may_be_left_and_the_next_one_done(before: Small, tmp_path: Path) -> None:
    """Tonight stops with its receipts and is never run again; what it took in counts on the next night."""
    small = copied(before, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        stop_at(PLACES["with receipts and no facts"], fails(MemoryError()), patch.setattr)
        with pytest.raises(MemoryError):
            small.night(TONIGHT)
    small.night(TONIGHT + timedelta(days=1))
    assert small.names(TONIGHT + timedelta(days=1)) == {"Amara", "Chidi", "Dara"}


@pytest.mark.parametrize("dated", ["as its own night", "as the night that stopped"])
def test_what_a_later_night_took_in_and_never_committed_is_not_passed_over(dated: str, tmp_path: Path) -> None:
    """Somebody begins a later night by its date, and it stops; then the earlier ones are done."""
    small = Small.begin(tmp_path, ["clinic"])
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    later = NIGHT + timedelta(days=3)
    small.send("clinic", TONIGHT if dated == "as its own night" else later, missed(BEN, 2, 5))
    with pytest.MonkeyPatch.context() as patch:
        stop_at(PLACES["with receipts and no facts"], fails(MemoryError()), patch.setattr)
        with pytest.raises(MemoryError):
            small.night(later)
    small.send("clinic", TONIGHT, seen(CHIDI, 5), name=f"clinic_more_{TONIGHT}.csv")
    small.night(TONIGHT)
    assert small.names(TONIGHT) == ({"Amara", "Ben"} if dated == "as its own night" else {"Amara"})
    small.night(later)
    assert small.names(later) == {"Amara", "Ben"}
    assert small.document(later)["appointments"] == 5


def test_lists_of_a_night_that_the_casebook_does_not_know_are_not_laid_over(before: Small, tmp_path: Path) -> None:
    """As where another casebook was put in place: the commit would stand, and the list of before with it."""
    small = copied(before, tmp_path)
    strange = PublishedLists(small.configuration.path("lists")).path(TONIGHT)
    strange.mkdir()
    (strange / "escalation-list.csv").write_text("somebody else's")
    with pytest.raises(Exception, match="the casebook knows of no such night"):
        small.night(TONIGHT)
    with opened(small.configuration, at_noon(TONIGHT)) as casebook:
        assert casebook.last_committed() == NIGHT


def test_what_else_lies_hidden_among_the_lists_is_left_alone(before: Small, tmp_path: Path) -> None:
    small = copied(before, tmp_path)
    (small.configuration.path("lists") / ".2026-notes.swp").write_text("an editor's")
    small.night(TONIGHT)
    assert (small.configuration.path("lists") / ".2026-notes.swp").exists()
