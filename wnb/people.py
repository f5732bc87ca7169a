"""What people do from the command line: close a case, take in what they wrote, verify the record."""

from pathlib import Path

from wnb.actions import import_actions
from wnb.config import Configuration
from wnb.errors import Exit, UsageFault
from wnb.nightly import Clock, locked, opened
from wnb.store.casebook import Casebook
from wnb.store.database import migrate
from wnb.told import Told


def close(
    configuration: Configuration, child: str, reason: str, by: str, note: str, desk: str | None, clock: Clock
) -> Told:
    """Close a child's case for one of the declared reasons."""
    reasons = {known.id: known for known in configuration.casework.closing_reasons}
    if reason not in reasons:
        raise UsageFault(f"--reason {reason} is not one of: {', '.join(reasons)} (config/casework.yaml)")
    with opened(configuration, clock) as casebook:
        case = casebook.close_case(_child_id(casebook, child), reasons[reason], by, clock.now(), note, desk)
    document = {
        "schema": "wnb.case/1",
        "case": case.id,
        "child_id": case.child_id,
        "desk": case.desk,
        "state": case.state.value,
    }
    return Told(
        f"Case {case.id} of {case.child_id} on {case.desk} is closed ({reasons[reason].words}). "
        f"It leaves the list on the next night, with this as its exit ({reasons[reason].exit}).\n",
        document,
    )


def _child_id(casebook: Casebook, asked: str) -> str:
    """A child id as it is; an identity key as the child it was stored for."""
    if asked.startswith("c-"):
        return asked
    stored = casebook.child_ids([asked])
    if asked not in stored:
        raise UsageFault("this child has never been on a list, so there is no case to close")
    return stored[asked]


def take_in_actions(configuration: Configuration, file: Path, by: str, clock: Clock) -> Told:
    """Take in a workbook that came back. A row that cannot be taken is told of; the others are taken."""
    if not file.is_file():
        raise UsageFault(f"{file}: there is no such file")
    with locked(configuration), opened(configuration, clock) as casebook:
        report = import_actions(casebook, file.read_bytes(), clock.now(), by)
    return Told(report.words, report.document, Exit.DONE if report.complete else Exit.QUARANTINED)


def verified(configuration: Configuration, clock: Clock) -> Told:
    """Whether the audit is whole."""
    with opened(configuration, clock) as casebook:
        report = casebook.verify_audit()
    document = {"schema": "wnb.audit/1", "entries": report.entries, "head": report.head, "broken_at": report.broken_at}
    if report.holds:
        return Told(f"The audit is whole: {report.entries} entries, the last {report.head}\n", document)
    return Told(f"The audit is broken at entry {report.broken_at}: {report.fault}\n", document, Exit.FAULT)


def migrated(configuration: Configuration) -> Told:
    """Bring the casebook to this version."""
    migrate(configuration.partnership.casebook, configuration.root)
    return Told("The casebook is up to date.\n", {"schema": "wnb.casebook/1", "up_to_date": True})
