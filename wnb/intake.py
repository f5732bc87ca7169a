"""From inboxes to held facts: what is whole is taken into the vault, read, and laid over what is held.

Every record of every file is accounted for here, in production: accepted + superseded + quarantined == records, or the
night stops and yesterday's list stands. Longer than most: taking in and laying in are told of in one account.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from wnb.config import Agency, Configuration
from wnb.errors import ConfigurationFaults, Fault
from wnb.ingest.account import account
from wnb.ingest.deliveries import Delivery, Laid, lay
from wnb.ingest.inbox import ChangedWhileRead, Receipt, Vault, Waiting, look, sha256_of
from wnb.ingest.reading import Reading, read
from wnb.store.lake import AgencyState, Generation
from wnb.terms import QUARANTINE, Extract, ExtractOutcome

READ_BY: dict[str, set[str] | bool] = {
    "holds": True,
    "extract": {"format", "encoding", "delimiter", "fields_hold_newlines", "delivers", "snapshot_covers",
                "largest_drop_percent", "header_after", "sheet", "trailer"},
    "columns": True,
    "outcomes": True,
    "statuses": True,
}  # fmt: skip
"""What of an agency's file decides how its deliveries are read."""


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
    _no_agency_was_forgotten(configuration, vault, before)
    earlier = _with_what_a_later_night_began(configuration, vault, before, night)
    sequence = max((receipt.sequence for receipt in earlier), default=before.last_sequence)
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
            try:
                digest, length = sha256_of(waiting.path)
            except (
                OSError
            ) as wrong:  # gone meanwhile, or not ours to read: the other agencies' children do not wait for it
                because = f"could not be read ({type(wrong).__name__}); is it still there, and may wnb read it?"
                extracts.append(_deferred(agency, replace(waiting, because=because)))
                continue
            mine = [receipt for receipt in earlier if receipt.agency == agency.agency]
            if _loaded_before(mine, waiting, digest):
                same = [receipt for receipt in mine if receipt.sha256 == digest]
                laid_in = before.last_sequence >= same[-1].sequence  # else it is tonight's own, from a run that stopped
                if laid_in and (waiting.name, digest) not in said[agency.agency]:
                    extracts.append(_already_loaded(agency, waiting, same))
                    said[agency.agency].append((waiting.name, digest))
                continue
            sequence += 1
            receipt = Receipt(sequence, night, agency.agency, waiting.name, digest, length, waiting.extract_date)
            try:
                vault.take_in(waiting.path, receipt)
            except ChangedWhileRead as wrong:
                sequence -= 1
                extracts.append(_deferred(agency, replace(waiting, because=str(wrong))))
                continue
            receipts.append(receipt)
            earlier.append(receipt)
    for receipt in _begun_later(vault, before, night):  # still to come: after everything of tonight
        sequence += 1
        vault.tell_anew(receipt, sequence=sequence)
    return TakenIn(tuple(receipts), tuple(extracts), {agency: tuple(pairs) for agency, pairs in said.items()})


def _with_what_a_later_night_began(
    configuration: Configuration, vault: Vault, before: Generation, night: date
) -> list[Receipt]:
    """Every receipt. What a later night took in that was never committed, and is due by now, is tonight's.

    Somebody may begin a later night by its date, and it stops; then the earlier ones are done. Their numbers would pass
    over what it took in, and its appointments would be missed for ever.
    """
    for receipt in _begun_later(vault, before, night):
        if configuration.agencies[receipt.agency].extract.extract_date is None:
            vault.tell_anew(receipt, night=night, extract_date=night)
        elif receipt.extract_date <= night:
            vault.tell_anew(receipt, night=night)
    return vault.receipts()


def _begun_later(vault: Vault, before: Generation, night: date) -> list[Receipt]:
    return [r for r in vault.receipts() if r.sequence > before.last_sequence and r.night > night]


def _no_agency_was_forgotten(configuration: Configuration, vault: Vault, before: Generation) -> None:
    """An agency with facts and no configuration would take its children off every list without a word."""
    heard = {agency for agency, state in before.agencies.items() if state.first_night}
    to_be_read = {receipt.agency for receipt in vault.receipts() if receipt.sequence > before.last_sequence}
    lost = sorted((heard | to_be_read) - set(configuration.agencies))
    if lost:
        raise ConfigurationFaults(
            [
                Fault(
                    str(configuration.folder / "agencies" / f"{agency}.yaml"),
                    "this agency has delivered before, and its file is gone",
                    "Put the file back. An agency that no longer sends keeps it: its children are not forgotten.",
                )
                for agency in lost
            ]
        )


def _loaded_before(mine: Iterable[Receipt], waiting: Waiting, digest: str) -> bool:
    """Whether these bytes were taken in before, and nothing came since that they would correct.

    The same bytes under the same name are the same delivery, unless the name has brought other bytes since. Under
    another name they are too, unless they are of a later extract date and another delivery lies between. Either way an
    agency has then gone back to an earlier state, and to ignore it would keep what it took back (safest reading of
    `already_loaded`; docs/interface.md).
    """
    mine = sorted(mine, key=lambda receipt: (receipt.extract_date, receipt.sequence))
    named = [receipt for receipt in mine if receipt.name == waiting.name]
    if named:
        return max(named, key=lambda receipt: receipt.sequence).sha256 == digest
    same = [receipt for receipt in mine if receipt.sha256 == digest]
    if not same:
        return False
    between = [r for r in mine if same[-1].extract_date < r.extract_date < waiting.extract_date and r.sha256 != digest]
    return not between


def _already_loaded(agency: Agency, waiting: Waiting, same: list[Receipt]) -> Extract:
    """A repeated file; `note` says of which, when it comes under another name."""
    renamed = all(receipt.name != waiting.name for receipt in same)
    note = f"the same bytes as {same[-1].name}" if renamed else ""
    return Extract(agency.agency, waiting.name, same[-1].sha256, ExtractOutcome.ALREADY_LOADED, note=note)


def _deferred(agency: Agency, waiting: Waiting) -> Extract:
    return Extract(agency.agency, waiting.name, "", ExtractOutcome.DEFERRED, note=waiting.because)


def lay_in(configuration: Configuration, vault: Vault, before: Generation, night: date, said: TakenIn) -> LaidIn:
    """Read every receipt that is not laid in yet, in the order of extract dates, and lay it over what is held.

    A delivery that was rejected, or of which rows were set aside, is read again from the vault, in its old place, when
    its agency's file has come to say something else of how it is read: a code that was added releases its rows.
    """
    facts, agencies, origins = dict(before.facts), dict(before.agencies), dict[str, np.ndarray]()
    extracts: list[Extract] = list(said.extracts)
    quarantined: dict[str, list[pa.Table]] = {}
    kept = vault.receipts()
    waiting = [r for r in kept if r.sequence > before.last_sequence and r.night <= night]
    again = [r for r in kept if r.sequence <= before.last_sequence and _may_be_read_now(configuration, before, r)]
    zone = ZoneInfo(configuration.partnership.timezone)
    for receipt in sorted([*waiting, *again], key=lambda r: (r.agency, r.extract_date, r.sequence)):
        agency = configuration.agencies[receipt.agency].as_of(receipt.extract_date)
        state = agencies.get(agency.agency, AgencyState())
        reading = read(vault.path(receipt.sha256), receipt.name, agency, zone, night)
        if not reading.rejected and (last := _shrunk_from(agency, state, receipt, reading)):
            reading = _rejected_for(reading, "volume_drop", last)
        held = facts.get(agency.agency, before.held(agency))
        laid = None if reading.rejected else lay(held, _delivery(receipt, reading), agency, state.snapshots)
        extract = account(receipt, reading, laid)
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


def _shrunk_from(agency: Agency, state: AgencyState, receipt: Receipt, reading: Reading) -> int:
    """How many records the snapshot before this one (by extract date) held, where this one holds far fewer; else 0."""
    if agency.extract.delivers != "snapshot":
        return 0
    place = (receipt.extract_date, receipt.sequence)
    earlier = {(s.extract_date, s.receipt): s.records for s in state.snapshots if (s.extract_date, s.receipt) < place}
    last = earlier[max(earlier)] if earlier else 0
    shrunk = 100 * (last - reading.records) > agency.extract.largest_drop_percent * last
    return last if shrunk else 0


def _may_be_read_now(configuration: Configuration, before: Generation, receipt: Receipt) -> bool:
    """Whether a delivery that could not be read, or not wholly, is now read by another contract than it was then."""
    contract = dict(before.state(receipt.agency).unread).get(receipt.sequence)
    agency = configuration.agencies.get(receipt.agency)
    return bool(contract and agency and contract != _contract(agency.as_of(receipt.extract_date)))


def _with_unread(state: AgencyState, receipt: Receipt, agency: Agency, reading: Reading) -> AgencyState:
    others = [(sequence, contract) for sequence, contract in state.unread if sequence != receipt.sequence]
    if reading.rejected or reading.quarantined.num_rows:
        others.append((receipt.sequence, _contract(agency)))
    return replace(state, unread=tuple(others))


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
    )
