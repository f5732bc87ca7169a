"""What people do from the command line: close a case, take in what they wrote, verify the record."""

from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from wnb.actions import import_actions
from wnb.cases import Evidence
from wnb.config import Configuration
from wnb.errors import Exit, UsageFault
from wnb.identity import looks_like_a_number
from wnb.nightly import Clock, locked, opened
from wnb.not_counted import BY_A_PERSON, SettingAside
from wnb.store.casebook import Casebook
from wnb.store.database import migrate
from wnb.store.lake import Lake
from wnb.terms import Outcome
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


def not_counted(
    configuration: Configuration,
    appointment: str,
    reason: str | None,
    by: str,
    note: str,
    day: date | None,
    clock: Clock,
) -> Told:
    """Set a held appointment aside as not counted, or (no `reason`) count it again, from the next night on.

    Raises:
        UsageFault: nothing of that name is held, it is of several days and none is said, it counts for nothing anyway,
            or the reason is not one of casework.yaml.
        LockHeld: a night is at work.
    """
    reasons = {known.id: known for known in configuration.casework.not_counted_reasons}
    if reason is not None and reason not in reasons:
        raise UsageFault(f"--reason {reason} is not one of: {', '.join(reasons)} (config/casework.yaml)")
    with locked(configuration), opened(configuration, clock) as casebook:
        evidence = Evidence(appointment, _day_of(configuration, casebook, appointment, day, reason is None))
        entry = SettingAside(evidence, reason or "", by, clock.now(), note, again=reason is None)
        casebook.keep_set_aside(entry)
    document = {
        "schema": "wnb.not-counted/1",
        "appointment": appointment,
        "day": evidence.day.isoformat(),
        "counted": reason is None,
        "reason": reason,
    }
    if reason is None:
        return Told(f"{appointment} of {evidence.day} is counted again, from the next night on.\n", document)
    return Told(
        f"{appointment} of {evidence.day} is not counted from the next night on ({reasons[reason].words}). It stays in "
        "sight wherever it is shown. Nobody leaves a list by it: a case that rests on it says so, and a person "
        "decides.\n",
        document,
    )


def _day_of(configuration: Configuration, casebook: Casebook, appointment: str, day: date | None, again: bool) -> date:
    """The day of a held appointment that a rule may count; one that is to count again need not be held any more."""
    agency, _, appointment_id = appointment.partition("/")
    known = {entry.evidence.day for entry in casebook.set_aside() if entry.evidence.reference == appointment}
    last = casebook.last_committed()
    record = casebook.night(last) if last else None
    generation = Lake(configuration.path("data") / "lake").open(record.generation if record else "")
    outcomes: dict[date, Outcome] = {}
    if agency in generation.facts and agency in generation.decided:
        table = generation.facts[agency]
        mine = pc.and_(pc.equal(table["appointment_id"], appointment_id), pc.is_null(table["withdrawn_by"]))
        held = table.filter(mine)["appointment_at"].to_pylist()
        told = generation.decided[agency].filter(mine)["outcome"].to_pylist()
        outcomes = {at.date(): Outcome(outcome) for at, outcome in zip(held, told, strict=True)}
    days = sorted(known if again else outcomes)
    if day is not None:
        days = [each for each in days if each == day]
    if not days:
        on = f" of {day}" if day else ""
        what = "was ever set aside" if again else "is held, or it was withdrawn"
        named = "of that name" if looks_like_a_number(appointment) else appointment
        raise UsageFault(f"no appointment {named}{on} {what}; name it as evidence does, agency/appointment-id")
    if len(days) > 1:
        raise UsageFault(f"{appointment} is of several days ({', '.join(map(str, days))}); say which with --day")
    if not again and not BY_A_PERSON[outcomes[days[0]]]:
        word = outcomes[days[0]].word.replace("_", " ")
        raise UsageFault(
            f"{appointment} of {days[0]} is held as {word}, which no rule counts as missed; where that is wrong, the "
            "agency corrects its record"
        )
    return days[0]


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
