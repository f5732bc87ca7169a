"""From inboxes to the vault: what is whole and due is taken in, with a receipt, and each file that is not is said.

One file's trouble, or one agency's, keeps nobody else waiting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.errors import ConfigurationFaults, Fault
from wnb.ingest.inbox import ARRIVING_SECONDS, Waiting, look, no_inbox
from wnb.ingest.vault import ChangedWhileRead, Receipt, Vault, sha256_of
from wnb.store.lake import Generation
from wnb.terms import Extract, ExtractOutcome


@dataclass(frozen=True)
class TakenIn:
    """What a look at the inboxes gave: new receipts, and what is said of files that were not taken."""

    receipts: tuple[Receipt, ...]
    extracts: tuple[Extract, ...]
    said: Mapping[str, tuple[tuple[str, str], ...]]  # agency -> repeated files told of so far


def take_in(configuration: Configuration, vault: Vault, before: Generation, night: date, now: float) -> TakenIn:
    """Look into every agency's inbox and take what is whole and due into the vault, with a receipt each.

    Raises:
        ConfigurationFaults: there is no inbox at all, or an agency whose children are known is not configured any more.
    """
    if nowhere := no_inbox(configuration):
        raise ConfigurationFaults([nowhere])
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
            mine = [receipt for receipt in earlier if receipt.agency == agency.agency]
            if waiting.because and not waiting.lacks_word:
                extracts.append(_deferred(agency, waiting))
                continue
            if waiting.bytes not in {receipt.bytes for receipt in mine} and not vault.has_room_for(waiting.bytes):
                because = f"of {waiting.bytes:,} bytes: more than the vault's disk has room for"
                extracts.append(_deferred(agency, replace(waiting, because=because)))
                continue
            try:
                digest, length = sha256_of(waiting.path)
            except (
                OSError
            ) as wrong:  # gone meanwhile, or not ours to read: the other agencies' children do not wait for it
                because = f"could not be read ({type(wrong).__name__}); is it still there, and may wnb read it?"
                extracts.append(_deferred(agency, replace(waiting, because=because)))
                continue
            if _loaded_before(mine, waiting, digest):
                same = [receipt for receipt in mine if receipt.sha256 == digest]
                laid_in = before.last_sequence >= same[-1].sequence  # else it is tonight's own, from a run that stopped
                if laid_in and (waiting.name, digest) not in said[agency.agency]:
                    extracts.append(_already_loaded(agency, waiting, same))
                    said[agency.agency].append((waiting.name, digest))
                continue
            if because := waiting.because or _may_still_arrive(waiting, length, digest, now):
                extracts.append(_deferred(agency, replace(waiting, because=because)))
                continue
            sequence += 1
            receipt = Receipt(
                sequence, night, agency.agency, waiting.name, digest, length, waiting.extract_date, waiting.stated
            )
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
    `already_loaded`; docs/interface.md). Where a corrected manifest says something else of the same bytes, they are
    judged by it.
    """
    mine = sorted(mine, key=lambda receipt: (receipt.extract_date, receipt.sequence))
    named = [receipt for receipt in mine if receipt.name == waiting.name]
    if named:
        last = max(named, key=lambda receipt: receipt.sequence)
        return last.sha256 == digest and waiting.stated in (None, last.stated)
    same = [receipt for receipt in mine if receipt.sha256 == digest]
    if not same:
        return False
    between = [r for r in mine if same[-1].extract_date < r.extract_date < waiting.extract_date and r.sha256 != digest]
    return not between


def _may_still_arrive(waiting: Waiting, length: int, digest: str, now: float) -> str:
    """Why a file that is not yet what its manifest says may still become it; empty where it is, or will not."""
    fault = waiting.stated.disagreement(length, digest) if waiting.stated else None
    if fault is None or now - waiting.still_since >= ARRIVING_SECONDS:
        return ""
    return f"not yet what its manifest states, and it may still be on its way: {fault.note}"


def _already_loaded(agency: Agency, waiting: Waiting, same: list[Receipt]) -> Extract:
    """A repeated file; `note` says of which, when it comes under another name."""
    renamed = all(receipt.name != waiting.name for receipt in same)
    note = f"the same bytes as {same[-1].name}" if renamed else ""
    return Extract(agency.agency, waiting.name, same[-1].sha256, ExtractOutcome.ALREADY_LOADED, note=note)


def _deferred(agency: Agency, waiting: Waiting) -> Extract:
    return Extract(agency.agency, waiting.name, "", ExtractOutcome.DEFERRED, note=waiting.because)
