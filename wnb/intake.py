"""From the vault to held facts: what was taken in is read and laid over what is held.

Every record of every file is accounted for here, in production: accepted + superseded + quarantined == records, or the
night stops and yesterday's list stands.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from wnb.agency import Agency
from wnb.arrivals import TakenIn
from wnb.bands import Outside, counted, outside, remembered
from wnb.config import Configuration
from wnb.ingest import whose
from wnb.ingest.account import account
from wnb.ingest.deliveries import Delivery, Laid, lay
from wnb.ingest.isolation import reader
from wnb.ingest.vault import Receipt, Vault
from wnb.ingest.verdict import Reading, rejected
from wnb.store.lake import AgencyState, Generation, Unread
from wnb.terms import QUARANTINE, Extract, ExtractOutcome

READ_BY: dict[str, set[str] | bool] = {
    "holds": True,
    "about": True,
    "extract": {"format", "encoding", "delimiter", "fields_hold_newlines", "delivers", "snapshot_covers",
                "largest_drop_percent", "complete_when", "header_after", "sheet", "other_sheets", "trailer"},
    "columns": True,
    "outcomes": True,
    "statuses": True,
}  # fmt: skip
"""What of an agency's file decides how its deliveries are read."""


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


def lay_in(configuration: Configuration, vault: Vault, before: Generation, night: date, said: TakenIn) -> LaidIn:
    """Read every receipt that is not laid in yet, in the order of extract dates, and lay it over what is held.

    A delivery that was rejected, or of which rows were set aside, is read again from the vault, in its old place, when
    its agency's file has come to say something else of how it is read: a code that was added releases its rows.
    """
    facts, agencies, origins = dict(before.facts), dict(before.agencies), dict[str, np.ndarray]()
    extracts: list[Extract] = list(said.extracts)
    quarantined: dict[str, list[pa.Table]] = {}
    last_of: dict[tuple[str, date], int] = {}  # agency and extract date -> the last of tonight's files of that day
    kept = vault.receipts()
    waiting = [r for r in kept if r.sequence > before.last_sequence and r.night <= night]
    again = [r for r in kept if r.sequence <= before.last_sequence and _may_be_read_now(configuration, before, r)]
    zone = ZoneInfo(configuration.partnership.timezone)
    for receipt in sorted([*waiting, *again], key=lambda r: (r.agency, r.extract_date, r.sequence)):
        agency = configuration.agencies[receipt.agency].as_of(receipt.extract_date)
        state = agencies.get(agency.agency, AgencyState())
        read_as = partial(_read_as, vault, receipt, zone, night)
        reading = _as_stated(receipt, agency, read_as)
        reading = _whose(configuration, before, kept, receipt, agency, reading, read_as)
        if not reading.rejected:
            reading = unless_shrunk(reading, agency, state, (receipt.extract_date, receipt.sequence))
        held = facts.get(agency.agency, before.held(agency))
        laid = None if reading.rejected else lay(held, _delivery(receipt, reading), agency, state.snapshots)
        extract = account(receipt, reading, laid)
        if receipt in again:
            extract = _read_again(extract, state, receipt)
        else:
            last_of[agency.agency, receipt.extract_date] = len(extracts)
        extracts.append(extract)
        state = _with_unread(state, receipt, agency, reading)
        if laid is None:
            agencies[agency.agency] = state
            continue
        facts[agency.agency] = laid.held
        earlier = np.append(origins.get(agency.agency, np.arange(held.num_rows)), -1)
        origins[agency.agency] = earlier[laid.origin]
        agencies[agency.agency] = _remembered(state, receipt, reading, laid, extract, night)
        if reading.quarantined.num_rows:
            quarantined.setdefault(agency.agency, []).append(reading.quarantined)
    for (agency_id, day), place in last_of.items():
        if extracts[place].taken:
            extracts[place] = _outside(extracts[place], outside(agencies[agency_id].counts, day))
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


def _read_as(vault: Vault, receipt: Receipt, zone: ZoneInfo, night: date, agency: Agency) -> Reading:
    return reader().read(vault.path(receipt.sha256), receipt.name, agency, zone, night)


def _as_stated(receipt: Receipt, agency: Agency, read_as: Callable[[Agency], Reading]) -> Reading:
    """What the file says, or why it is refused: its bytes or its count of rows are not those that its manifest says."""
    stated = receipt.stated if agency.extract.complete_when == "manifest" else None
    if stated and (fault := stated.disagreement(receipt.bytes, receipt.sha256)):
        return rejected(fault, agency)
    reading = read_as(agency)
    if stated and not reading.rejected and (fault := stated.miscount(reading.records)):
        return rejected(fault, agency)
    return reading


def _whose(
    configuration: Configuration,
    before: Generation,
    kept: Iterable[Receipt],
    receipt: Receipt,
    agency: Agency,
    reading: Reading,
    read_as: Callable[[Agency], Reading],
) -> Reading:
    """The reading, refused where the file is another agency's; a word where another agency has sent the same bytes."""
    others = [other for other in configuration.agencies.values() if other.agency != agency.agency]
    if reading.rejected:
        as_of = (other.as_of(receipt.extract_date) for other in others)
        fault = whose.by_layout(reading, agency, as_of, read_as)
    else:
        fault = whose.by_rows(reading.rows, agency, before.facts, configuration.agencies)
    if fault:
        return rejected(fault, agency)
    same = {r.agency for r in kept if r.sha256 == receipt.sha256 and r.night <= receipt.night}
    twins = [
        other.agency for other in others if other.agency in same and other.organisation_id != agency.organisation_id
    ]
    if twins and reading.records and any(configuration.agencies[twin].holds == agency.holds for twin in twins):
        note = f"the same bytes came for {', '.join(twins)}: one of them is not theirs; ask both"
        return replace(reading, reasons={**reading.reasons, "wrong_agency": 1}, note=note)
    return reading


def _outside(extract: Extract, strange: Iterable[Outside]) -> Extract:
    """What is said of a file whose day is, in something, unlike the agency's others of that weekday."""
    strange = tuple(strange)
    if not strange:
        return extract
    reasons = dict(extract.reasons)
    if any(one.fell for one in strange):
        reasons["volume_drop"] = reasons.get("volume_drop", 0) + 1
    plain = extract.outcome is ExtractOutcome.ACCEPTED
    return replace(
        extract,
        outcome=ExtractOutcome.ACCEPTED_WITH_WARNINGS if plain else extract.outcome,
        reasons=tuple(sorted(reasons.items())),
        alarm=True,
        note="; ".join(filter(None, (extract.note, *(one.words for one in strange)))),
    )


def unless_shrunk(reading: Reading, agency: Agency, state: AgencyState, place: tuple[date, int]) -> Reading:
    """The reading; refused where it is a snapshot that holds far fewer records than the one before it.

    `place`: its extract date and the sequence of its receipt, by which it comes after others.
    """
    if agency.extract.delivers != "snapshot":
        return reading
    earlier = {(s.extract_date, s.receipt): s.records for s in state.snapshots if (s.extract_date, s.receipt) < place}
    last = earlier[max(earlier)] if earlier else 0
    shrunk = 100 * (last - reading.records) > agency.extract.largest_drop_percent * last
    return _rejected_for(reading, "volume_drop", last) if shrunk else reading


def _may_be_read_now(configuration: Configuration, before: Generation, receipt: Receipt) -> bool:
    """Whether a delivery that could not be read, or not wholly, is now read by another contract than it was then."""
    unread = before.state(receipt.agency).unread
    contract = next((one.contract for one in unread if one.receipt == receipt.sequence), None)
    agency = configuration.agencies.get(receipt.agency)
    return bool(contract and agency and contract != _contract(agency.as_of(receipt.extract_date)))


def _with_unread(state: AgencyState, receipt: Receipt, agency: Agency, reading: Reading) -> AgencyState:
    others = [unread for unread in state.unread if unread.receipt != receipt.sequence]
    if reading.rejected or reading.quarantined.num_rows:
        aside = Counter(reading.quarantined["reason"].to_pylist())
        reasons = tuple(sorted((reading.reasons if reading.rejected else aside).items()))
        rows = reading.quarantined.num_rows
        others.append(Unread(receipt.sequence, _contract(agency), reading.rejected, rows, reasons))
    return replace(state, unread=tuple(others))


def _read_again(extract: Extract, state: AgencyState, receipt: Receipt) -> Extract:
    """What is said of a file that was read anew because its agency's YAML says something else: what that released."""
    [before] = (unread for unread in state.unread if unread.receipt == receipt.sequence)
    was = "rejected" if before.rejected else f"{before.rows:,} rows set aside"
    note = f"read again, since its agency's YAML has changed: before {was}, now {extract.quarantined:,} rows set aside"
    if extract.outcome is ExtractOutcome.REJECTED:
        note = f"read again, since its agency's YAML has changed: before {was}, and rejected now"
    return replace(extract, note=f"{note}. {extract.note}" if extract.note else note)


def _contract(agency: Agency) -> str:
    """What decides how a delivery of this agency is read, as a hash."""
    return hashlib.sha256(agency.model_dump_json(include=READ_BY).encode()).hexdigest()


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
        set_aside=reading.ids_set_aside,
        unreadable=reading.unreadable,
    )


def _remembered(
    state: AgencyState, receipt: Receipt, reading: Reading, laid: Laid, extract: Extract, night: date
) -> AgencyState:
    snapshots = tuple(s for s in state.snapshots if s.receipt != receipt.sequence)
    if laid.snapshot:
        snapshots = (*snapshots, replace(laid.snapshot, records=reading.records))
    heard = extract.accepted + extract.superseded > 0  # a file without rows is never taken for "heard from"
    return replace(
        state,
        first_night=state.first_night or (night if heard else None),
        last_extract_date=max(
            filter(None, (state.last_extract_date, receipt.extract_date if heard else None)), default=None
        ),
        snapshots=snapshots,
        counts=remembered(
            state.counts,
            counted(
                receipt.extract_date,
                receipt.sequence,
                reading.records,
                reading.rows,
                reading.reasons.get("unknown_status", 0),
                extract.unverified,
            ),
        ),
    )
