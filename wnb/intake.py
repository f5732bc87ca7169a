"""From inboxes to held facts: what is whole is taken into the vault, read, and laid over what is held.

Every record of every file is accounted for here, in production: accepted + superseded + quarantined == records, or the
night stops and yesterday's list stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Agency, Configuration
from wnb.errors import ConfigurationFaults, Fault, SafetyStop
from wnb.ingest.deliveries import Delivery, Laid, Snapshot, lay
from wnb.ingest.inbox import Receipt, Vault, Waiting, look, sha256_of
from wnb.ingest.reading import Reading, read
from wnb.store.lake import AgencyState, Generation
from wnb.terms import QUARANTINE, Extract, ExtractOutcome

ALARMING = frozenset(
    {
        "unknown_status",
        "conflicting_duplicate",
        "identity_conflict",
        "withdrawn",
        "extra_sheet",
        "encoding",
        "volume_drop",
    }
)
"""Reasons that sound the alarm by themselves (interface, section 4): unknown code, conflicting ids, an identity
conflict, a withdrawal, hidden rows, mixed encodings."""


@dataclass(frozen=True)
class TakenIn:
    """What a look at the inboxes gave: new receipts, and what is said of files that were not taken."""

    receipts: tuple[Receipt, ...]
    extracts: tuple[Extract, ...]
    said: Mapping[str, tuple[tuple[str, str], ...]]  # agency -> repeated files told of so far


@dataclass(frozen=True)
class LaidIn:
    """The facts after tonight's deliveries, and what became of each file."""

    facts: Mapping[str, pa.Table]
    origins: Mapping[
        str, np.ndarray
    ]  # agency -> by row, the row that held its slot last night (-1: new); left out: as it was
    agencies: Mapping[str, AgencyState]
    last_sequence: int
    extracts: tuple[Extract, ...]
    quarantined: Mapping[str, pa.Table]  # agency -> QUARANTINE rows of tonight


def take_in(configuration: Configuration, vault: Vault, before: Generation, night: date, now: float) -> TakenIn:
    """Look into every agency's inbox and take what is whole and due into the vault, with a receipt each."""
    _no_agency_was_forgotten(configuration, before)
    earlier = vault.receipts()
    sequence = max((receipt.sequence for receipt in earlier), default=0)
    receipts: list[Receipt] = []
    extracts: list[Extract] = []
    said = {agency: list(before.state(agency).said) for agency in configuration.agencies}
    for agency in configuration.agencies.values():
        folder = configuration.path("inbox") / agency.agency
        for waiting in look(folder, agency, night, configuration.partnership.settle_seconds, now):
            if waiting.extract_date > night:
                continue  # it waits for its own night; `wnb check` shows it
            if waiting.because:
                extracts.append(_deferred(agency, waiting))
                continue
            digest, length = sha256_of(waiting.path)
            mine = [receipt for receipt in earlier if receipt.agency == agency.agency]
            if _loaded_before(mine, waiting, digest):
                if (
                    before.last_sequence >= _last_with(mine, waiting.name, digest)
                    and (waiting.name, digest) not in said[agency.agency]
                ):
                    extracts.append(Extract(agency.agency, waiting.name, digest, ExtractOutcome.ALREADY_LOADED))
                    said[agency.agency].append((waiting.name, digest))
                continue
            sequence += 1
            receipt = Receipt(sequence, night, agency.agency, waiting.name, digest, length, waiting.extract_date)
            vault.take_in(waiting.path, receipt)
            receipts.append(receipt)
            earlier.append(receipt)
    return TakenIn(tuple(receipts), tuple(extracts), {agency: tuple(pairs) for agency, pairs in said.items()})


def _no_agency_was_forgotten(configuration: Configuration, before: Generation) -> None:
    """An agency with facts and no configuration would take its children off every list without a word."""
    lost = sorted(set(before.agencies) - set(configuration.agencies))
    if lost:
        raise ConfigurationFaults(
            [
                Fault(
                    str(configuration.folder / "agencies" / f"{agency}.yaml"),
                    "this agency has delivered before, and its file is gone",
                    "Put the file back. An agency that no longer sends keeps its file, so that its children are not forgotten.",
                )
                for agency in lost
            ]
        )


def _loaded_before(mine: Iterable[Receipt], waiting: Waiting, digest: str) -> bool:
    """Whether these bytes were taken in before, and nothing came since that they would correct.

    The same bytes under the same name are the same delivery. Under another name they are too, unless they are of a
    later extract date and another delivery lies between: then an agency has gone back to an earlier state, and to
    ignore it would keep what it took back (safest reading of `already_loaded`; docs/interface.md).
    """
    mine = sorted(mine, key=lambda receipt: (receipt.extract_date, receipt.sequence))
    same = [receipt for receipt in mine if receipt.sha256 == digest]
    if not same or any(receipt.name == waiting.name for receipt in same):
        return bool(same)
    between = [r for r in mine if same[-1].extract_date < r.extract_date < waiting.extract_date and r.sha256 != digest]
    return not between


def _last_with(mine: Iterable[Receipt], name: str, digest: str) -> int:
    return max(receipt.sequence for receipt in mine if receipt.sha256 == digest)


def _deferred(agency: Agency, waiting: Waiting) -> Extract:
    return Extract(agency.agency, waiting.name, "", ExtractOutcome.DEFERRED, note=waiting.because)


def lay_in(configuration: Configuration, vault: Vault, before: Generation, night: date, said: TakenIn) -> LaidIn:
    """Read every receipt that is not laid in yet, in the order of extract dates, and lay it over what is held."""
    facts, agencies, origins = dict(before.facts), dict(before.agencies), dict[str, np.ndarray]()
    extracts: list[Extract] = list(said.extracts)
    quarantined: dict[str, list[pa.Table]] = {}
    waiting = [r for r in vault.receipts() if r.sequence > before.last_sequence and r.night <= night]
    zone = ZoneInfo(configuration.partnership.timezone)
    for receipt in sorted(waiting, key=lambda r: (r.agency, r.extract_date, r.sequence)):
        agency = configuration.agencies[receipt.agency].as_of(receipt.extract_date)
        state = agencies.get(agency.agency, AgencyState())
        reading = read(vault.path(receipt.sha256), receipt.name, agency, zone, night)
        if not reading.rejected and _shrank(agency, state, reading):
            reading = _rejected_for(reading, "volume_drop", state.last_records)
        held = facts.get(agency.agency, before.held(agency))
        laid = None if reading.rejected else lay(held, _delivery(receipt, reading), agency, state.snapshots)
        extract = account(receipt, reading, laid)
        extracts.append(extract)
        if laid is None:
            continue
        facts[agency.agency] = laid.held
        earlier = np.append(origins.get(agency.agency, np.arange(held.num_rows)), -1)
        origins[agency.agency] = earlier[laid.origin]
        agencies[agency.agency] = _remembered(state, agency, receipt, reading, extract, night)
        if reading.quarantined.num_rows:
            quarantined.setdefault(agency.agency, []).append(reading.quarantined)
    for agency_id, pairs in said.said.items():
        if pairs:
            agencies[agency_id] = replace(agencies.get(agency_id, AgencyState()), said=pairs)
    return LaidIn(
        facts=facts,
        origins=origins,
        agencies=agencies,
        last_sequence=max((r.sequence for r in waiting), default=before.last_sequence),
        extracts=tuple(extracts),
        quarantined={agency: pa.concat_tables(tables) for agency, tables in quarantined.items()},
    )


def account(receipt: Receipt, reading: Reading, laid: Laid | None) -> Extract:
    """What is said of a file in `night.json`.

    Raises:
        SafetyStop: when its records do not add up.
    """
    reasons = dict(reading.reasons)
    if laid:
        for reason, number in (
            ("withdrawn", laid.withdrawn),
            ("status_changed", laid.status_changed),
            ("volume_drop", laid.withdrawals_kept_for_a_person),
        ):
            if number:
                reasons[reason] = reasons.get(reason, 0) + number
    note = reading.note
    if laid and laid.withdrawals_kept_for_a_person:
        note = (
            f"{laid.withdrawals_kept_for_a_person} appointments are gone from this snapshot, more than the agency's "
            "withdrawn_limit_percent, or a row set aside cannot say which it is: none was withdrawn; ask the agency"
        )
    extract = Extract(
        agency=receipt.agency,
        file=receipt.name,
        sha256=receipt.sha256,
        outcome=_outcome(reading, reasons),
        records=reading.records,
        accepted=laid.accepted if laid else 0,
        superseded=reading.superseded + laid.superseded if laid else 0,
        quarantined=reading.quarantined.num_rows,
        replaced=laid.replaced if laid else 0,
        withdrawn=laid.withdrawn if laid else 0,
        unverified=_unverified(reading),
        reasons=tuple(sorted(reasons.items())),
        alarm=reading.rejected or any(r in ALARMING or 2 * n >= reading.records > 0 for r, n in reasons.items()),
        note=note,
    )
    if not extract.balances():
        raise SafetyStop(
            f"{extract.agency}: the records of a file do not add up: {extract.accepted} accepted + "
            f"{extract.superseded} superseded + {extract.quarantined} quarantined is not {extract.records}"
        )
    return extract


def _unverified(reading: Reading) -> int:
    return int(pc.sum(reading.rows["unverified"]).as_py() or 0)


def _outcome(reading: Reading, reasons: Mapping[str, int]) -> ExtractOutcome:
    if reading.rejected:
        return ExtractOutcome.REJECTED
    if reading.quarantined.num_rows:
        return ExtractOutcome.ROWS_QUARANTINED
    return ExtractOutcome.ACCEPTED_WITH_WARNINGS if reasons else ExtractOutcome.ACCEPTED


def _shrank(agency: Agency, state: AgencyState, reading: Reading) -> bool:
    if agency.extract.delivers != "snapshot" or not state.last_records:
        return False
    return 100 * (state.last_records - reading.records) > agency.extract.largest_drop_percent * state.last_records


def _rejected_for(reading: Reading, reason: str, last: int) -> Reading:
    return replace(
        reading,
        rows=reading.rows.schema.empty_table(),
        quarantined=QUARANTINE.empty_table(),
        records=0,
        superseded=0,
        reasons={**reading.reasons, reason: 1},
        rejected=True,
        note=f"the snapshot holds {reading.records} records and the last one held {last}: it may have been cut; "
        "ask the agency, and raise largest_drop_percent for the night if it is right",
    )


def _delivery(receipt: Receipt, reading: Reading) -> Delivery:
    return Delivery(
        rows=reading.rows,
        extract_date=receipt.extract_date,
        receipt=receipt.sequence,
        file=receipt.name,
        groups=reading.groups,
        present=reading.ids_set_aside,
        unreadable=reading.unreadable,
    )


def _remembered(
    state: AgencyState, agency: Agency, receipt: Receipt, reading: Reading, extract: Extract, night: date
) -> AgencyState:
    if not reading.records:  # a file without rows is never taken for "heard from"
        return state
    snapshot = Snapshot(receipt.extract_date, receipt.sequence, reading.records, tuple(sorted(reading.groups)))
    heard = extract.accepted + extract.superseded > 0
    return replace(
        state,
        first_night=state.first_night or (night if heard else None),
        last_extract_date=max(
            filter(None, (state.last_extract_date, receipt.extract_date if heard else None)), default=None
        ),
        last_records=reading.records,
        snapshots=(*state.snapshots, snapshot) if agency.extract.delivers == "snapshot" else state.snapshots,
    )
