"""How things stand: nights done, due and failed; each agency's last extract; what waits for a person and since when.

Files wait, too: those rejected or with rows set aside until the agency's YAML or they are mended, deferred ones until
they are whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from wnb.cases import Case, State
from wnb.config import Configuration
from wnb.ingest.vault import Vault
from wnb.nightly import Clock, failure_of, opened, waiting
from wnb.publish.words import many
from wnb.rulebook import under_rules
from wnb.store.casebook import Casebook
from wnb.store.lake import AgencyState, Lake
from wnb.terms import ExtractOutcome, Step
from wnb.told import Told

DEFERRED = ExtractOutcome.DEFERRED.value


def standing(configuration: Configuration, clock: Clock) -> Told:
    """The first form of `wnb status`."""
    due = waiting(configuration, clock)
    with opened(configuration, clock) as casebook:
        nights = casebook.nights()
        cases = casebook.cases()
        next_night = min(due, default=nights[-1].night + timedelta(days=1) if nights else clock.now().date())
        rules = _rules(configuration, casebook, next_night)
        dismissals = casebook.dismissals()
    generation = Lake(configuration.path("data") / "lake").open(nights[-1].generation if nights else "")
    agencies = []
    for agency in configuration.agencies.values():
        state = generation.state(agency.agency)
        last = state.last_extract_date
        days = (nights[-1].night - last).days if last and nights else None
        agencies.append(
            {
                "agency": agency.agency,
                "name": agency.name,
                "last_extract": last and last.isoformat(),
                "silent": bool(nights) and (days is None or days > agency.extract.expected_every_days),
                "days_since": days,
                "held": generation.held(agency).num_rows,
                "expected_every_days": agency.extract.expected_every_days,
            }
        )
    failed = failure_of(configuration)
    if failed and failed["night"] in {record.night.isoformat() for record in nights}:
        failed = None  # it stopped between its commit and its rename, and is whole by now
    live = [case for case in cases if case.live]
    unread = list(unread_files(configuration, generation.agencies))
    document: dict[str, Any] = {
        "schema": "wnb.status/1",
        "nights": {
            "done": len(nights),
            "last": nights[-1].night.isoformat() if nights else None,
            "due": [night.isoformat() for night in due],
            "failed": failed,
        },
        "rules": rules,
        "agencies": agencies,
        "files": [
            *(file for file in unread if file["receipt"] not in dismissals),
            *_deferred([json.loads(record.document) for record in nights]),
        ],
        "dismissed": [
            {**file, "by": said.by, "at": said.at.isoformat(timespec="seconds"), "because": said.reason}
            for file in unread
            if (said := dismissals.get(file["receipt"]))
        ],
        "waiting": [_desk(desk, live, nights[-1].night) for desk in sorted({case.desk for case in live})],
    }
    return Told("\n".join(_in_words(document)) + "\n", document)


def unread_files(configuration: Configuration, agencies: Mapping[str, AgencyState]) -> Iterator[dict[str, Any]]:
    """Files that were rejected, or of which rows were set aside; not one whose name has brought a whole file since."""
    receipts = Vault(configuration.path("data") / "vault").receipts()
    by_number = {receipt.sequence: receipt for receipt in receipts}
    last = {(receipt.agency, receipt.name): receipt.sequence for receipt in receipts}  # in the order of receipt
    for agency, state in sorted(agencies.items()):
        for unread in state.unread:
            receipt = by_number.get(unread.receipt)
            if receipt is None or last[agency, receipt.name] != unread.receipt:
                continue
            yield {
                "agency": agency,
                "file": receipt.name,
                "receipt": receipt.sequence,
                "waits": "rejected" if unread.rejected else "rows set aside",
                "rows": unread.rows,
                "reasons": dict(unread.reasons),
                "since": receipt.night.isoformat(),
            }


def _deferred(documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Files that the last night could not take yet, and the first of the nights without a break that could not."""
    nights = [
        (
            document["night"],
            {(told["agency"], told["file"]): told for told in document["extracts"] if told["outcome"] == DEFERRED},
        )
        for document in documents
    ]
    for (agency, file), told in nights[-1][1].items() if nights else ():
        since = nights[-1][0]
        for night, files in reversed(nights):
            if (agency, file) not in files:
                break
            since = night
        note = told.get("note", "")
        yield {
            "agency": agency,
            "file": file,
            "waits": DEFERRED,
            "rows": 0,
            "reasons": {},
            "since": since,
            "note": note,
        }


def _rules(configuration: Configuration, casebook: Casebook, night: date) -> dict[str, Any]:
    """Which version the next night uses, what is to come into force, and what waits for another person."""
    register = casebook.rules_register()
    rules = under_rules(configuration, casebook, night, register).configuration.rules
    agreed = {approval.version for approval in register.approvals}
    return {
        "version": rules.version,
        "approved_by": rules.approved_by,
        "to_come": [
            {"version": approval.version, "from": approval.since.isoformat()}
            for approval in register.approvals
            if approval.since > night
        ],
        "proposed": [proposal.version for proposal in register.proposals if proposal.version not in agreed],
    }


def _desk(desk: str, live: list[Case], night: date) -> dict[str, Any]:
    mine = [case for case in live if case.desk == desk]
    listed = [case for case in mine if case.state is State.OPEN]
    return {
        "desk": desk,
        "by_step": {step.value: sum(case.step is step for case in listed) for step in Step},
        "before_we_began": sum(case.state is State.WAITING for case in mine),
        "held": sum(case.state is State.HELD for case in mine),
        "overdue": sum(case.due is not None and case.due < night for case in listed),
        "oldest_since": min((case.since.isoformat() for case in listed), default=None),
    }


def _silence(agency: Mapping[str, Any]) -> str:
    often = agency["expected_every_days"]
    expected = "day" if often == 1 else many(often, "day")
    if agency["days_since"] is None:
        return f"   SILENT: expected every {expected}"
    return f"   SILENT: {many(agency['days_since'], 'day')} before the last night, expected every {expected}"


def _in_words(document: dict[str, Any]) -> Iterable[str]:
    nights = document["nights"]
    yield f"Nights done: {nights['done']}" + (f", the last {nights['last']}" if nights["last"] else "")
    yield f"Nights due:  {', '.join(nights['due']) or 'none'}"
    if failed := nights["failed"]:
        yield f"The night of {failed['night']} failed at {failed['at']}: {failed['words']}"
    rules = document["rules"]
    agreed = f"approved by {rules['approved_by']}" if rules["approved_by"] else "not approved"
    to_come = "".join(f"; {later['version']} from {later['from']}" for later in rules["to_come"])
    proposed = "".join(f"; {version} waits for another person's approval" for version in rules["proposed"])
    yield f"Rules:       version {rules['version']}, {agreed}{to_come}{proposed}"
    yield ""
    yield "Agencies"
    for agency in document["agencies"]:
        last = agency["last_extract"] or "never heard from"
        silent = _silence(agency) if agency["silent"] else ""
        yield f"  {agency['agency']:<26} last extract {last:<18} {agency['held']:>9,} rows held{silent}"
    if document["files"] or document["dismissed"]:
        yield ""
        yield "Files that wait"
    for file in document["files"]:
        why = ", ".join(f"{reason} {number:,}" for reason, number in file["reasons"].items()) or file.get("note", "")
        what = f"{file['rows']:,} {file['waits']}" if file["rows"] else file["waits"]
        yield f"  {file['agency']:<26} {file['file']}: {what} since {file['since']} ({why})"
    if dismissed := document["dismissed"]:
        rows = sum(file["rows"] for file in dismissed)
        dropped = f"{many(len(dismissed), 'file')} dismissed by a person"
        yield f"  {dropped}, {many(rows, 'row')} set aside in all (--json names them)"
    yield ""
    yield "Waiting for a person"
    for desk in document["waiting"]:
        steps = ", ".join(f"{step} {number}" for step, number in reversed(desk["by_step"].items()) if number)
        began = f", before we began {desk['before_we_began']}" if desk["before_we_began"] else ""
        held = f", held by a guard {desk['held']}" if desk["held"] else ""
        since = desk["oldest_since"] or "-"
        yield f"  {desk['desk']:<26} {steps or 'nobody'}{began}{held}; overdue {desk['overdue']}; since {since}"
    if not document["waiting"]:
        yield "  nobody: no case is open"
