"""`wnb check --sample FILE`: a file read by its agency's YAML as a night would read it, and nothing kept.

What would become of each record is told in counts; of those set aside the line, the column, the reason and the remedy.
No value of a row is shown, but codes that cannot be of a person.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from wnb import counted
from wnb.agency import Agency
from wnb.config import Configuration
from wnb.errors import CasebookOutOfDate, Exit, SafetyStop, UsageFault
from wnb.ingest.container import tidy
from wnb.ingest.inbox import look
from wnb.ingest.isolation import reader
from wnb.ingest.new_codes import NewCode, new_codes
from wnb.ingest.reasons import REASONS, remedy
from wnb.ingest.verdict import Reading
from wnb.intake import unless_shrunk
from wnb.nightly import Clock, opened
from wnb.placing import line_of
from wnb.proposing import agency_of, dated, looked_at, there
from wnb.store.database import is_there
from wnb.store.lake import AgencyState, Lake
from wnb.terms import ExtractOutcome, Outcome
from wnb.told import Told

SHOWN = ["line", "column", "cell", "reason", "remedy"]  # never `raw`, which is the row
LATEST = 1 << 62  # a sample comes after every delivery of its day
FIRST = 20
"""So many of the records set aside are shown; each of them is counted."""


def sampled(configuration: Configuration, file: Path, agency: str | None, clock: Clock) -> Told:
    """What a night would make of a file. Exit 3: more set aside than the agency allows; 4: it would not be taken.

    Raises:
        UsageFault: there is no such file or agency.
    """
    contract = agency_of(configuration, there(file), agency)
    night = dated(configuration, contract, file, clock)
    by = contract.as_of(night)
    reading = reader().read(file, file.name, by, ZoneInfo(configuration.partnership.timezone), night)
    reading, not_asked = _beside_the_last(configuration, by, reading, night, clock)
    missing, header = _missing(configuration, by, file, reading)
    aside = reading.quarantined.num_rows
    told = reading.rows["told"].to_pylist() if contract.holds == "appointments" else []
    document: dict[str, Any] = {
        "schema": "wnb.check-sample/1",
        "agency": contract.agency,
        "file": file.name,
        "extract_date": night.isoformat(),
        "outcome": _outcome(reading).value,
        "note": reading.note,
        "not_taken": _not_taken(contract, file),
        "records": reading.records,
        "accepted": reading.rows.num_rows,
        "superseded": reading.superseded,
        "quarantined": aside,
        "unverified": reading.unverified,
        "limit_percent": contract.extract.quarantine_limit_percent,
        "reasons": [
            {"reason": code, "rows": number, "meaning": REASONS[code].meaning, "remedy": remedy(code, by.holds)}
            for code, number in sorted(reading.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "statuses": counted.statuses(reading.rows) if by.holds == "statuses" else {},
        "people": counted.people(by, reading.rows) if by.holds == "people" else {},
        "no_front_door": counted.no_front_door(by.holds, reading.rows, configuration.casework)
        if by.holds != "appointments"
        else [],
        "not_asked": not_asked,
        "missing": missing,
        "header": header,
        "outcomes": dict(sorted(Counter(Outcome(outcome).word for outcome in told).items())),
        "new_codes": [
            {"code": new.code, "rows": new.rows, "children": new.children} for new in _new_codes(file, by, reading)
        ],
        "first_set_aside": reading.quarantined.select(SHOWN).slice(0, FIRST).to_pylist(),
    }
    return Told("\n".join(_in_words(document)) + "\n", document, _exit(document))


def _beside_the_last(
    configuration: Configuration, agency: Agency, reading: Reading, night: date, clock: Clock
) -> tuple[Reading, list[str]]:
    """The reading, refused where a snapshot is far smaller than the last one held; and what could not be asked."""
    if agency.extract.delivers != "snapshot" or reading.rejected:
        return reading, []
    try:
        state = _state(configuration, agency, clock)
    except (UsageFault, CasebookOutOfDate, SafetyStop) as unread:
        return reading, [f"largest_drop_percent: what is held could not be read: {unread}"]
    if state is None or not state.snapshots:
        return reading, ["largest_drop_percent: no earlier snapshot of this agency is held here"]
    return unless_shrunk(reading, agency, state, (night, LATEST)), []


def _state(configuration: Configuration, agency: Agency, clock: Clock) -> AgencyState | None:
    if not is_there(configuration.partnership.casebook, configuration.root):  # to look makes none
        return None
    with opened(configuration, clock) as casebook:
        nights = casebook.nights()
    generation = Lake(configuration.path("data") / "lake").open(nights[-1].generation if nights else "")
    return generation.state(agency.agency)


def _missing(
    configuration: Configuration, agency: Agency, file: Path, reading: Reading
) -> tuple[list[dict[str, Any]], list[str]]:
    """Declared columns that the header does not have, each with its place in the YAML; and what the header has."""
    if not reading.rejected or "missing_column" not in reading.reasons:
        return [], []
    try:
        header = [name for name in looked_at(file, file.name).header if name]
    except ValueError:
        return [], []
    name = f"agencies/{agency.agency}.yaml"
    text = configuration.texts[name]
    lacking = [
        {"column": ours, "named": list(names), "yaml": f"{name}:{line_of(text, 'columns', ours)}"}
        for ours, names in agency.columns.declared().items()
        if not {tidy(each) for each in names} & set(header)
    ]
    return lacking, header if len(lacking) < len(agency.columns.declared()) else []


def _outcome(reading: Reading) -> ExtractOutcome:
    if reading.rejected:
        return ExtractOutcome.REJECTED
    if reading.quarantined.num_rows:
        return ExtractOutcome.ROWS_QUARANTINED
    return ExtractOutcome.ACCEPTED_WITH_WARNINGS if reading.reasons else ExtractOutcome.ACCEPTED


def _exit(document: dict[str, Any]) -> Exit:
    if document["outcome"] == ExtractOutcome.REJECTED or document["not_taken"]:
        return Exit.LATE
    over = 100 * document["quarantined"] > document["limit_percent"] * document["records"]
    return Exit.QUARANTINED if over else Exit.DONE


def _not_taken(agency: Agency, file: Path) -> str:
    """Why a night would leave this file in the inbox, by its name; "" where it would take it."""
    named = [waiting for waiting in look(file.resolve().parent, agency, date.max, 0, 0) if waiting.name == file.name]
    if not named:
        return f"a night would not take it: it is not called {agency.extract.files}"
    because = named[0].because
    return f"a night would not take it: {because}" if because else ""


def _new_codes(file: Path, agency: Agency, reading: Reading) -> Iterable[NewCode]:
    if "unknown_status" not in reading.reasons:
        return ()
    try:
        return tuple(new_codes(looked_at(file, file.name), agency))
    except ValueError:
        return ()


def _in_words(document: dict[str, Any]) -> Iterable[str]:
    by = f"by the YAML of {document['agency']}, as on {document['extract_date']}"
    yield f"{document['file']} {by}: {document['outcome']}"
    if document["not_taken"]:
        yield f"  {document['not_taken']}"
    if document["note"]:
        yield f"  {document['note']}"
    yield ""
    for what in ("records", "accepted", "superseded", "quarantined", "unverified"):
        words = "set aside" if what == "quarantined" else what
        yield f"  {words:<12}{document[what]:>9,}"
    yield from (f"  not asked: {words}" for words in document["not_asked"])
    for part, heading in (
        ("outcomes", "accepted as"),
        ("statuses", "accepted as"),
        ("people", f"of {document['accepted']:,} people"),
    ):
        if document[part]:
            yield ""
            yield f"  {heading}"
            for word, number in sorted(document[part].items(), key=lambda pair: -pair[1]):
                yield f"    {number:>7,}  {word.replace('_', ' ') if part == 'people' else word}"
    if document["no_front_door"]:
        yield ""
        yield "  home authorities that no front door of casework.yaml answers for (also_called gives other names)"
        for each in document["no_front_door"]:
            name = each["local_authority"] or "others, not shown since they could be of a person (look in the column)"
            yield f"    {name}: {each['rows']} row{'' if each['rows'] == 1 else 's'}"
    if document["missing"]:
        yield ""
        for each in document["missing"]:
            named = " or ".join(f'"{name}"' for name in each["named"])
            yield f"  {each['yaml']}: {each['column']}: {named} is not in the header"
        if document["header"]:
            names = ", ".join(f'"{name}"' for name in document["header"])
            yield f"  the header has {names}"
    if document["reasons"]:
        yield ""
        yield "  why"
        for each in document["reasons"]:
            yield f"    {each['rows']:>7,}  {each['reason']}: {each['meaning']}"
            yield f"             {each['remedy']}"
    if document["new_codes"]:
        yield ""
        yield "  codes that are not in the YAML"
        for new in document["new_codes"]:
            code = (
                f'"{new["code"]}"'
                if new["code"]
                else "others, not shown since they could be of a person (look in the column)"
            )
            yield f"    {code}: {new['rows']} rows, {new['children']} children"
    if first := document["first_set_aside"]:
        yield ""
        many = document["quarantined"]
        some = f"the first {len(first)} of {many}" if len(first) < many else "each of them"
        yield f"  set aside, {some}"
        wide = max(6, *(len(row["column"]) for row in first))
        longest = max(len(row["cell"]) for row in first)
        gap = f"{'cell':<{max(4, longest)}}  " if longest else ""
        yield f"    {'line':>7}  {gap}{'column':<{wide}}  reason"
        for row in first:
            cell = f"{row['cell']:<{len(gap) - 2}}  " if gap else ""
            yield f"    {row['line']:>7}  {cell}{row['column']:<{wide}}  {row['reason']}"
        yield "  No values are shown here. The rows stand in the file, on these lines; after a night they stand whole"
        yield f"  in quarantine/{document['agency']}.csv of its folder."
    yield ""
    yield "Nothing was kept: no vault, no list, no record of this look."
