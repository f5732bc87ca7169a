"""From inboxes to held facts, night by night: every file said once, every record accounted for, nothing forgotten."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.extracts import BASE, HEADER, LONDON, ROWS, agency, lines, row
from wnb import arrivals, intake
from wnb.arrivals import take_in
from wnb.config import Configuration, load
from wnb.errors import ConfigurationFaults, Exit, SafetyStop
from wnb.ingest.account import ALARMING, account
from wnb.ingest.deliveries import empty, lay
from wnb.ingest.manifest import Stated
from wnb.ingest.reading import read
from wnb.ingest.vault import Receipt, Vault
from wnb.ingest.verdict import Reading
from wnb.intake import LaidIn, lay_in
from wnb.store.lake import Generation
from wnb.summary import exit_of, told
from wnb.terms import APPOINTMENT, QUARANTINE, Extract

FIRST = date(2026, 3, 20)
NOW = 2_000_000_000.0
RULES = """
version: "1"
rules:
  - {id: once, title: Once, pattern: repeated, at_least: 1, within_days: 30, step: review,
     in_force_from: 2026-01-01, source: a test}
"""


@dataclass
class Nights:
    """One agency's nights of intake, without the rest of the night."""

    root: Path
    extract: dict[str, object] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=lambda: dict(BASE["outcomes"]))  # type: ignore[call-overload]
    held: Generation = field(default_factory=Generation)
    night: date = FIRST - timedelta(days=1)

    @property
    def vault(self) -> Vault:
        return Vault(self.root / "vault")

    @property
    def configuration(self) -> Configuration:
        folder = self.root / "config"
        (folder / "agencies").mkdir(parents=True, exist_ok=True)
        (folder / "wnb.yaml").write_text("partnership: Here\npaths: {inbox: inbox}\n")
        (folder / "rules.yaml").write_text(RULES)
        with (folder / "agencies" / "hospital-a.yaml").open("w") as file:
            YAML().dump({**BASE, "extract": self.extract, "outcomes": self.outcomes}, file)
        return load(folder)

    def put(self, name: str, content: bytes) -> Path:
        path = self.root / "inbox" / "hospital-a" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (0, 0))
        return path

    def next(self, files: Mapping[str, bytes] | None = None) -> LaidIn:
        """The next night, with these files laid into the inbox before it."""
        for name, content in (files or {}).items():
            self.put(name, content)
        self.night += timedelta(days=1)
        taken = take_in(self.configuration, self.vault, self.held, self.night, NOW)
        laid = lay_in(self.configuration, self.vault, self.held, self.night, taken)
        self.held = Generation("night", laid.last_sequence, laid.facts, agencies=laid.agencies)
        return laid

    def outcomes_of(self, laid: LaidIn) -> list[tuple[str, str]]:
        return [(extract.file, extract.outcome.value) for extract in laid.extracts]

    def ids(self) -> list[str]:
        """The ids of everything held and not withdrawn."""
        rows = self.held.facts["hospital-a"].to_pylist()
        return sorted(row["appointment_id"] for row in rows if row["withdrawn_by"] is None)


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


@pytest.fixture
def snapshots(tmp_path: Path) -> Nights:
    covers = {"delivers": "snapshot", "snapshot_covers": "everything", "withdrawn_limit_percent": 100}
    return Nights(tmp_path, {**covers, "extract_date": "%Y-%m-%d"})


def test_a_file_that_no_reader_was_ready_for_costs_itself_and_not_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: object) -> Reading:
        raise ValueError("Amara SMITH")

    (tmp_path / "content").write_bytes(lines())
    with monkeypatch.context() as patched:
        patched.setattr("wnb.ingest.reading._read", stumbles)
        found = read(tmp_path / "content", "a.csv", agency(), LONDON, FIRST)
    extract = account(Receipt(1, FIRST, "hospital-a", "a.csv", "0" * 64, 1, FIRST), found, None)
    assert (extract.outcome.value, extract.alarm) == ("rejected", True)
    assert "ValueError" in extract.note
    assert "SMITH" not in extract.note


# ---------------------------------------------------------------- once, and said once


def test_a_file_is_taken_on_one_night_and_said_to_be_already_loaded_on_the_next_alone(nights: Nights) -> None:
    told = [nights.outcomes_of(night) for night in (nights.next({"a.csv": lines()}), nights.next(), nights.next())]
    assert told == [[("a.csv", "accepted")], [("a.csv", "already_loaded")], []]


def test_the_same_bytes_under_another_name_are_already_loaded(nights: Nights) -> None:
    nights.next({"a.csv": lines()})
    laid = nights.next({"b.csv": lines()})
    assert ("b.csv", "already_loaded") in nights.outcomes_of(laid)
    assert len(nights.vault.receipts()) == 1


def test_an_agency_that_goes_back_to_an_earlier_state_under_another_name_is_heard(snapshots: Nights) -> None:
    """A snapshot without a row, and the next day the bytes of the day before yesterday again."""
    whole, less = lines(), lines(*ROWS[1:])
    for number, content in enumerate((whole, less, whole)):
        snapshots.next({f"{FIRST + timedelta(days=number)}.csv": content})
    assert snapshots.ids() == ["A1001", "A1002", "A1003", "A1004", "A1005", "A1006"]


def test_an_agency_that_goes_back_to_an_earlier_state_under_the_same_name_is_heard(nights: Nights) -> None:
    """Every night one file of one name: attended, a slip, attended again."""
    for code in ("ATT", "DNA", "ATT"):
        laid = nights.next({"today.csv": lines(row(1, status=code))})
    assert ("today.csv", "accepted_with_warnings") in nights.outcomes_of(laid)
    assert nights.held.facts["hospital-a"]["original_code"].to_pylist() == ["ATT"]


def test_a_night_that_stopped_after_taking_a_file_in_does_not_call_its_own_file_repeated(nights: Nights) -> None:
    nights.put("a.csv", lines())
    take_in(nights.configuration, nights.vault, nights.held, FIRST, NOW)
    assert nights.outcomes_of(nights.next()) == [("a.csv", "accepted")]


def test_receipts_that_were_lost_never_lend_their_numbers_to_new_ones(nights: Nights) -> None:
    nights.next({"a.csv": lines(ROWS[0])})
    for path in (nights.vault.folder / "receipts").iterdir():
        path.unlink()
    (nights.root / "inbox" / "hospital-a" / "a.csv").unlink()
    nights.next({"b.csv": lines(ROWS[1])})
    assert nights.ids() == ["A1001", "A1002"]


def test_deliveries_of_one_night_are_laid_in_the_order_of_their_dates(tmp_path: Path) -> None:
    nights = Nights(tmp_path, {"extract_date": "%Y-%m-%d"})
    nights.next({"a 2026-03-20.csv": lines(row(1, status="ATT")), "b 2026-03-19.csv": lines(row(1, status="DNA"))})
    assert nights.held.facts["hospital-a"]["original_code"].to_pylist() == ["ATT"]


@pytest.mark.parametrize("trouble", ["changes while it is copied", "cannot be read"])
def test_one_file_that_cannot_be_taken_in_waits_and_the_others_do_not(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    read = arrivals.sha256_of

    def in_trouble(path: Path) -> tuple[str, int]:
        if path.name == "a.csv":
            if trouble == "cannot be read":
                raise PermissionError(13, "Permission denied")
            found = read(path)
            nights.put("a.csv", lines(ROWS[2]))
            return found
        return read(path)

    monkeypatch.setattr(arrivals, "sha256_of", in_trouble)
    told = nights.outcomes_of(nights.next({"a.csv": lines(ROWS[0]), "b.csv": lines(ROWS[1])}))
    assert told == [("a.csv", "deferred"), ("b.csv", "accepted")]
    monkeypatch.undo()
    nights.next()
    assert len(nights.ids()) == 2


def test_an_agency_that_delivered_may_not_lose_its_file(nights: Nights) -> None:
    nights.next({"a.csv": lines()})
    configuration = replace(nights.configuration, agencies={})
    with pytest.raises(ConfigurationFaults, match="hospital-a"):
        take_in(configuration, nights.vault, nights.held, FIRST, NOW)


def test_an_agency_whose_delivery_is_not_read_yet_may_not_lose_its_file(nights: Nights) -> None:
    nights.put("a.csv", lines())
    take_in(nights.configuration, nights.vault, nights.held, FIRST, NOW)
    with pytest.raises(ConfigurationFaults, match="hospital-a"):
        take_in(replace(nights.configuration, agencies={}), nights.vault, nights.held, FIRST, NOW)


# ---------------------------------------------------------------- what its agency said of it


@pytest.fixture
def stating(tmp_path: Path) -> Nights:
    return Nights(tmp_path, {"complete_when": "manifest"})


def manifest(content: bytes, **changed: object) -> bytes:
    """What an agency says of a file with this content, or otherwise."""
    told = {"rows": content.count(b"\n") - 1, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps({**told, **changed}).encode()


def test_a_file_that_is_as_its_manifest_states_is_taken(stating: Nights) -> None:
    assert stating.outcomes_of(stating.next({"a.csv": lines()})) == [("a.csv", "deferred")]
    assert stating.outcomes_of(stating.next({"a.csv.manifest": manifest(lines())})) == [("a.csv", "accepted")]
    assert stating.vault.receipts()[0].stated == Stated(6, len(lines()), hashlib.sha256(lines()).hexdigest())


@pytest.mark.parametrize(
    ("content", "states", "reason"),
    [
        (lines()[:-7], {}, "truncated"),  # cut in its last field, where nothing but the manifest can tell
        (lines(*ROWS[:5]), {"rows": 6}, "control_total"),
        (lines(), {"sha256": "0" * 64}, "checksum"),
        (lines(), {"bytes": 10}, "checksum"),
    ],
)
def test_a_file_that_is_not_as_its_manifest_states_is_refused_and_nothing_of_it_accepted(
    stating: Nights, content: bytes, states: dict[str, object], reason: str
) -> None:
    said = manifest(lines()) if reason == "truncated" else manifest(content, **states)
    laid = stating.next({"a.csv": content, "a.csv.manifest": said})
    (extract,) = laid.extracts
    assert (extract.outcome.value, dict(extract.reasons), extract.alarm) == ("rejected", {reason: 1}, True)
    assert "manifest" in extract.note
    assert "hospital-a" not in stating.held.facts


def test_a_file_that_may_still_be_on_its_way_waits_and_after_an_hour_it_is_refused(stating: Nights) -> None:
    stating.put("a.csv.manifest", manifest(lines()))
    path = stating.put("a.csv", lines()[:-7])
    os.utime(path, (NOW - 3_599, NOW - 3_599))
    (waits,) = stating.next().extracts
    assert (waits.outcome.value, "bytes that its manifest states" in waits.note) == ("deferred", True)
    os.utime(path, (NOW - 3_600, NOW - 3_600))
    assert stating.outcomes_of(stating.next()) == [("a.csv", "rejected")]
    assert stating.outcomes_of(stating.next({"a.csv": lines()})) == [("a.csv", "accepted")]
    assert len(stating.ids()) == 6


def test_the_same_bytes_with_a_corrected_manifest_are_judged_by_it(stating: Nights) -> None:
    stating.next({"a.csv": lines(), "a.csv.manifest": manifest(lines(), rows=5)})
    assert "hospital-a" not in stating.held.facts
    laid = stating.next({"a.csv.manifest": manifest(lines())})
    assert ("a.csv", "accepted") in stating.outcomes_of(laid)
    assert stating.outcomes_of(stating.next()) == [("a.csv", "already_loaded")]
    assert stating.outcomes_of(stating.next()) == []


def test_a_person_who_no_longer_believes_in_manifests_has_the_file_read_again(stating: Nights) -> None:
    stating.next({"a.csv": lines(), "a.csv.manifest": manifest(lines(), rows=5)})
    stating.extract["complete_when"] = "settled"
    assert ("a.csv", "accepted") in stating.outcomes_of(stating.next())


def test_files_of_before_an_agency_said_when_they_are_whole_wait_for_no_word(nights: Nights) -> None:
    nights.next({"a.csv": lines()})
    nights.next()
    for when in ("manifest", "done_file"):
        nights.extract["complete_when"] = when
        assert nights.outcomes_of(nights.next()) == []


# ---------------------------------------------------------------- what was set aside is not forgotten


def test_a_code_that_is_added_releases_the_rows_that_were_set_aside_for_it(nights: Nights) -> None:
    nights.next({"a.csv": lines(ROWS[0], row(2, status="TEL"))})
    assert nights.ids() == ["A1001"]
    nights.outcomes["TEL"] = "no_answer"
    laid = nights.next()
    assert nights.ids() == ["A1001", "A1002"]
    assert ("a.csv", "accepted") in nights.outcomes_of(laid)
    assert nights.outcomes_of(nights.next()) == []


def test_a_file_that_was_rejected_is_read_when_its_contract_is_corrected(nights: Nights) -> None:
    nights.extract["delimiter"] = ";"
    assert nights.outcomes_of(nights.next({"a.csv": lines()})) == [("a.csv", "rejected")]
    nights.extract["delimiter"] = ","
    nights.next()
    assert len(nights.ids()) == 6


def test_rows_that_are_released_stand_at_their_own_place_and_correct_nothing_that_is_newer(nights: Nights) -> None:
    nights.next({"a.csv": lines(ROWS[0], row(2, status="TEL"), row(3, status="DNA"))})
    nights.next({"b.csv": lines(row(3, status="ATT"), row(2, status="ATT"))})
    nights.outcomes["TEL"] = "no_answer"
    laid = nights.next()
    held = {r["appointment_id"]: r["original_code"] for r in nights.held.facts["hospital-a"].to_pylist()}
    assert held == {"A1001": "DNA", "A1002": "ATT", "A1003": "ATT"}
    (again,) = [extract for extract in laid.extracts if extract.file == "a.csv" and extract.taken]
    assert (again.records, again.accepted, again.superseded) == (3, 1, 2)


def test_a_change_that_reads_nothing_otherwise_reads_nothing_again(nights: Nights) -> None:
    nights.next({"a.csv": lines(ROWS[0], row(2, status="TEL"))})
    nights.next()
    nights.extract["quarantine_limit_percent"] = 50
    assert nights.outcomes_of(nights.next()) == []


# ---------------------------------------------------------------- snapshots


def test_a_snapshot_that_shrank_by_too_much_is_rejected_and_everything_stays(snapshots: Nights) -> None:
    snapshots.next({"2026-03-20.csv": lines()})
    laid = snapshots.next({"2026-03-21.csv": lines(*ROWS[:2])})
    (cut,) = [extract for extract in laid.extracts if extract.file == "2026-03-21.csv"]
    assert (cut.outcome.value, dict(cut.reasons), cut.alarm) == ("rejected", {"volume_drop": 1}, True)
    assert len(snapshots.ids()) == 6


def test_a_snapshot_is_compared_with_the_one_before_it_by_date_and_not_with_the_last_to_arrive(
    snapshots: Nights,
) -> None:
    """A small old snapshot arrives late; the next one, cut to half of the truth, is still seen to be cut."""
    snapshots.next({"2026-03-20.csv": lines()})
    snapshots.next({"2026-03-01.csv": lines(*ROWS[:2])})
    laid = snapshots.next({"2026-03-22.csv": lines(*ROWS[:2])})
    assert ("2026-03-22.csv", "rejected") in snapshots.outcomes_of(laid)


def test_withdrawals_above_the_limit_wait_for_a_person_and_sound_the_alarm(snapshots: Nights) -> None:
    snapshots.extract["withdrawn_limit_percent"] = 5
    snapshots.next({"2026-03-20.csv": lines()})
    laid = snapshots.next({"2026-03-21.csv": lines(*ROWS[:5])})
    (extract,) = [e for e in laid.extracts if e.file == "2026-03-21.csv"]
    assert (extract.withdrawn, extract.alarm, dict(extract.reasons)) == (0, True, {"volume_drop": 1})
    assert extract.note == (
        "1 of those held is gone from a snapshot, more than the agency's withdrawn_limit_percent allows: none was "
        "withdrawn; ask the agency, and raise the limit for the next one where it says that this one is right"
    )
    assert len(snapshots.ids()) == 6


def test_where_a_row_set_aside_does_not_say_which_it_is_that_is_why_nothing_is_withdrawn(snapshots: Nights) -> None:
    snapshots.next({"2026-03-20.csv": lines()})
    laid = snapshots.next({"2026-03-21.csv": lines(*ROWS[:4], row(5, appt_id=""))})
    (extract,) = [e for e in laid.extracts if e.file == "2026-03-21.csv"]
    assert extract.note == (
        "2 of those held are gone from a snapshot, and a row that was set aside does not say which it is: none was "
        "withdrawn; mend that row, or ask the agency for its id"
    )


def test_a_file_without_rows_is_never_taken_for_heard_from(nights: Nights) -> None:
    nights.next({"a.csv": f"{HEADER}\n".encode()})
    assert nights.held.state("hospital-a").last_extract_date is None


def test_origins_lead_back_to_last_nights_rows_over_several_files(nights: Nights) -> None:
    nights.next({"a.csv": lines(*ROWS[:4])})
    before = nights.held.facts["hospital-a"]["appointment_id"].to_pylist()
    laid = nights.next({"b.csv": lines(ROWS[4], row(2, status="DNA")), "c.csv": lines(ROWS[5], row(3, status="ATT"))})
    after = laid.facts["hospital-a"]["appointment_id"].to_pylist()
    expected = [before.index(i) if i in before else -1 for i in after]
    assert laid.origins["hospital-a"].tolist() == expected


# ---------------------------------------------------------------- what is said of a file

RECEIPT = Receipt(1, FIRST, "hospital-a", "a.csv", "0" * 64, 1, FIRST)
NO_ROWS = Reading(APPOINTMENT.empty_table(), QUARANTINE.empty_table(), 0, 0, {})


def said(records: int, rejected: bool = False, **reasons: int) -> Extract:
    """What is said of a file with so many records, all of them superseded within it, and these reasons."""
    reading = replace(NO_ROWS, records=records, superseded=records, reasons=reasons, rejected=rejected)
    nothing = lay(empty("appointments"), intake._delivery(RECEIPT, NO_ROWS), agency(), ())
    return account(RECEIPT, reading, None if rejected else nothing)


def test_a_file_whose_records_do_not_add_up_stops_the_night() -> None:
    reading = replace(NO_ROWS, records=3, superseded=2)
    nothing = lay(empty("appointments"), intake._delivery(RECEIPT, NO_ROWS), agency(), ())
    with pytest.raises(SafetyStop, match=r"hospital-a: .*0 accepted . 2 superseded . 0 quarantined is not 3"):
        account(RECEIPT, reading, nothing)


@pytest.mark.parametrize("reason", sorted(ALARMING))
def test_one_of_these_sounds_the_alarm_by_itself(reason: str) -> None:
    assert said(1_000, **{reason: 1}).alarm


@pytest.mark.parametrize(("rows", "alarm"), [(4, False), (5, True), (10, True)])
def test_a_defect_in_half_of_the_rows_sounds_the_alarm(rows: int, alarm: bool) -> None:
    assert said(10, nhs_length=rows).alarm is alarm


@pytest.mark.parametrize(
    "reason", ["no_final_newline", "trailing_delimiter", "repeated_header", "status_changed", "zero_rows"]
)
def test_what_is_no_defect_of_rows_does_not_sound_it_however_small_the_file(reason: str) -> None:
    assert not said(1, **{reason: 1}).alarm


def test_a_rejected_file_sounds_it() -> None:
    assert said(0, rejected=True, header=1).alarm


@pytest.mark.parametrize(
    ("quarantined", "silent", "outcome", "ends"),
    [
        (2, [], "rows_quarantined", Exit.DONE),
        (3, [], "rows_quarantined", Exit.QUARANTINED),
        (3, ["hospital-a"], "rows_quarantined", Exit.LATE),
        (0, [], "rejected", Exit.LATE),
        (0, [], "deferred", Exit.LATE),
        (0, [], "already_loaded", Exit.DONE),
    ],
)
def test_the_run_ends_with_what_is_worst(
    nights: Nights, quarantined: int, silent: list[str], outcome: str, ends: Exit
) -> None:
    """The agency's limit is two percent; late goes before set aside."""
    extract = {**told(said(100)), "quarantined": quarantined, "outcome": outcome}
    assert exit_of(nights.configuration, {"extracts": [extract], "silent_agencies": silent}) is ends


def test_origins_are_numbers_of_rows(nights: Nights) -> None:
    assert nights.next({"a.csv": lines()}).origins["hospital-a"].dtype == np.int64
