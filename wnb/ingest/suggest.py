"""Proposes an agency's YAML for an extract never seen.

What is found by name, by content or by a known code set is written down with its evidence as a comment; what speaks
against it is a comment that begins with `doubt:`. What only a person can decide is the word DECIDE, which `wnb check`
refuses, so that no guess is ever read by. No value that could be a child's is printed: names of columns, codes and
counts only. Longer than most because a proposal is one page, and is written here from its top to its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wnb.date_forms import extract_date_in, of_two_meanings
from wnb.ingest.code_sets import (
    NHS,
    STATUSES,
    is_data_dictionary,
    is_known,
    likeliest_set,
    meaning_of,
    readings_of,
)
from wnb.ingest.column_names import plain
from wnb.ingest.date_evidence import Dated
from wnb.ingest.draft import WIDTH, Draft, quoted, single
from wnb.ingest.glimpse import Glimpse, glimpse
from wnb.ingest.holding import HOLDS, Holds, held_by
from wnb.ingest.profile import Profile, may_be_shown
from wnb.ingest.roles import DECIDING, Taken, belied, cast, looks_like_names, people_in
from wnb.placing import DECIDE
from wnb.terms import NOT_TOLD, Known

TIMED = frozenset(
    {"appointment_at", "date_of_birth", "recorded_at", "status_from", "status_to", "booked_on", "cancelled_on"}
    | {"letter_sent_on", "father_asked_on", "deceased_on"}
)
KINDS = "hospital community mental-health gp health-visiting school-nursing dental early-help school social-care other"
KNOWN: Mapping[str, tuple[str, str]] = {
    "agency": (DECIDE, "a short id (a-z, 0-9, hyphens), and the name of this file; never changed later"),
    "name": (DECIDE, "as people know it"),
    "kind": (DECIDE, f"one of: {KINDS}"),
    "sharing": (DECIDE, "ask the agency: partnership, fact-only (that and when) or own-agency-only"),
}  # fmt: skip
"""What no file says, and what to write there."""
TOLD_BY_AGENCIES = [known.value for known in Known if known not in NOT_TOLD]
"""The words for the codes of an extract of statuses."""


@dataclass(frozen=True)
class Suggestion:
    """A YAML to start from. `doubts`: in words; `undecided`: what is still DECIDE, by its keys."""

    yaml: str
    doubts: tuple[str, ...]
    undecided: tuple[str, ...] = ()


IN_WORDS = {
    "manages_own_appointments": "which words mean yes",
    "address_sealed": "which words say that the address may be told to nobody; ask, a family's safety hangs on it",
}
"""Columns that say yes in an agency's own words."""


def suggest(content: Path, name: str, told: Mapping[str, str] | None = None) -> Suggestion:
    """Propose the YAML of the agency that sent a file. `told`: what a person has decided already (`agency`, `name`,
    `kind`, `sharing`, `holds`, `delivers`, `every`, and as `outcome` the agency's name of the column of outcomes).

    Raises:
        ValueError: the file is of a kind that no extract is, or `holds` is another word; said in words.
    """
    seen, told = glimpse(content, name), told or {}
    held = _as_said(told["holds"]) if "holds" in told else held_by(seen.columns)
    holds = held.what
    draft = Draft()
    draft.note(f"Proposed by `wnb agency suggest` from {_seen(seen)}.")
    draft.note(f"{DECIDE} stands where only a person can say; `wnb check` refuses this file while one is left.")
    draft.note("What is marked doubt: was found, and something speaks against it. Ask the agency.")
    for key, (value, choice) in KNOWN.items():
        draft.put(key, quoted(told[key]) if key in told else value, "" if key in told else choice)
    if holds != "appointments" or held.doubt:
        draft.put("holds", holds, held.why, held.doubt)
    draft.lines.append("extract:")
    _extract(draft, seen, name, told, holds)
    if seen.format == "fhir-ndjson":
        draft.note("Columns and outcomes are FHIR's own; map a status here only to overrule the standard.")
        if cancelled := seen.resources["cancelled without a reason"]:
            draft.note(
                f"{cancelled} are cancelled without a reason: by whom is not said, and they count for nothing", 0, True
            )
        return Suggestion("\n".join(draft.lines) + "\n", tuple(draft.doubts), tuple(draft.undecided))
    roles = cast(seen.columns, holds)
    if asked := told.get("outcome"):
        roles["status" if holds == "statuses" else "outcome"] = _as_told(seen, asked)
    draft.lines.append("columns:")
    _columns(draft, seen, roles, holds)
    if holds != "people":
        _codes(draft, seen, roles.get("status" if holds == "statuses" else "outcome"), holds)
    return Suggestion("\n".join(draft.lines) + "\n", tuple(draft.doubts), tuple(draft.undecided))


def _as_said(holds: str) -> Holds:
    if holds not in HOLDS:
        raise ValueError(f"an extract holds {', '.join(HOLDS[:-1])} or {HOLDS[-1]}, not {quoted(holds)}")
    return Holds(holds, "as you say")


def _seen(seen: Glimpse) -> str:
    if seen.format == "fhir-ndjson":
        counted = ", ".join(f"{number} {kind}" for kind, number in sorted(seen.resources.items()))
        return f"FHIR: {counted}" + ("" if seen.whole else " (of its beginning)")
    return f"{'all' if seen.whole else 'the first'} {len(seen.rows)} rows of a file"


# ---------------------------------------------------------------- its form


def _extract(draft: Draft, seen: Glimpse, name: str, told: Mapping[str, str], holds: str) -> None:
    packed = name.lower().endswith(".gz")
    bare = name[:-3] if packed else name
    files = f"*{Path(bare).suffix}" if Path(bare).suffix else "*"
    draft.put(
        "files", quoted(files), "those of its inbox that are read" + ("; a .gz of it is too" if packed else ""), depth=1
    )
    draft.put("format", seen.format, depth=1)
    if seen.format == "csv":
        draft.put("encoding", seen.encoding.encoding, seen.encoding.evidence, seen.encoding.doubt, depth=1)
        draft.put("delimiter", quoted(seen.delimiter), seen.delimiter_evidence, depth=1)
    if seen.sheet:
        draft.put(
            "sheet", quoted(seen.sheet), "the sheet that holds most", "it is not the first that can be seen", depth=1
        )
    if seen.header_after:
        words = f"the names of the columns stand after {seen.header_after} lines; `auto` where that number changes"
        draft.put("header_after", str(seen.header_after), words, depth=1)
    if seen.trailer:
        draft.put(
            "trailer", single(seen.trailer), "the last line states the number of records, and it is right", depth=1
        )
    _its_date(draft, name)
    delivers = told.get("delivers", "")
    choice = "changes (rows add to or correct earlier ones) or snapshot (a row that is gone was withdrawn)"
    draft.put("delivers", quoted(delivers) if delivers else DECIDE, "" if delivers else choice, depth=1)
    if delivers == "snapshot":
        covers = "everything, or {days_back: 90}" if holds == "appointments" else "everything"
        draft.put("snapshot_covers", DECIDE, f"{covers}: only what it covers can be withdrawn", depth=1)
    every = told.get("every", "")
    doubt = "" if every else "is it every day? This is what stands where nobody says; ask the agency"
    words = "how often it sends, in days; one that is silent for longer is on every list"
    draft.put("expected_every_days", every or "1", words, doubt, depth=1)
    share = "of 100 rows so many may be set aside before the night says so loudly; as it comes"
    draft.put("quarantine_limit_percent", "2", share, depth=1)
    for words in seen.doubts:
        draft.note(words, 1, doubt=True)


IN_NAMES = (
    "%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%d_%m_%Y", "%d %m %Y", "%d%m%Y",
    "%d %b %Y", "%d-%b-%Y", "%d_%b_%Y", "%d.%b.%Y", "%d%b%Y", "%d %B %Y", "%d-%B-%Y", "%d_%B_%Y", "%d%B%Y",
)  # fmt: skip
"""Forms of a date that names of files have, the surer before the less sure. Month before day is no form here."""


def _its_date(draft: Draft, name: str) -> None:
    """The form of the date in the file's name, or how to write the one that is there."""
    form = next((form for form in IN_NAMES if (day := extract_date_in(name, form)) and 2000 <= day.year < 2100), "")
    if form:
        evidence = "the date in the file's name"
        eight = f"{evidence}, eight digits: is the day the first two of them?" if form == "%d%m%Y" else ""
        draft.put("extract_date", quoted(form), "" if eight else evidence, eight, depth=1)
        return
    draft.note(
        "extract_date: the file's name holds no date in a form that is known here. If there is one, say it: "
        'extract_date: "%d-%b-%Y" for 14-Nov-2026 (%Y year, %m or %b month, %d day, two digits each but the year); '
        "without it the night that takes the file in counts instead",
        1,
        doubt=any(sign.isdigit() for sign in name),
    )


# ---------------------------------------------------------------- its columns


def _columns(draft: Draft, seen: Glimpse, roles: Mapping[str, Taken], holds: str) -> None:
    for ours, taken in roles.items():
        rivals = ", ".join(_candidate(seen.columns[at], ours) for at in taken.rivals)
        if taken.at < 0:
            value = f"{{column: {DECIDE}, format: {DECIDE}}}" if ours in TIMED else DECIDE
            words = f"could be {rivals}" if rivals else "no column looks like it"
            draft.put(ours, value, f"must be given; {words}", depth=1)
            if ours == "appointment_at" and taken.rivals:
                _clock_apart(draft, seen, seen.columns[taken.rivals[0]])
            continue
        column = seen.columns[taken.at]
        theirs = quoted(column.name)
        evidence, doubt = taken.why, taken.doubt
        if taken.rivals and ours in DECIDING:
            theirs, evidence = DECIDE, f"{theirs} or {rivals}: {taken.why}".rstrip(": ")
        elif taken.rivals:
            doubt = "; ".join(filter(None, (doubt, f"could also be {rivals}")))
        if ours in TIMED:
            value, evidence, doubt = _timed(theirs, column.dates, evidence, doubt)
            draft.put(ours, value, evidence, doubt, depth=1)
            if ours == "appointment_at":
                _clock_apart(draft, seen, column)
        elif ours in IN_WORDS:
            draft.put(ours, f"{{column: {theirs}, yes: [{DECIDE}]}}", IN_WORDS[ours], depth=1)
        else:
            draft.put(ours, theirs, evidence, doubt, depth=1)
    _whose(draft, roles)
    taken_at = {taken.at for taken in roles.values()}
    for ours, name, fits in belied(seen.columns, holds):
        if ours in roles and roles[ours].at >= 0:
            continue
        why = fits.words or "what it holds speaks against it"
        if fits.ask and ours not in roles and ours not in draft.undecided:
            words = (
                f"{quoted(name)}? It is named so, and {why}: slips, or is it a family's? Without it, take the line out"
            )
            draft.put(ours, DECIDE, "", words, depth=1)
        else:
            draft.note(f"{quoted(name)} is named like {ours}, and {why}", 1, doubt=True)
    unused = [quoted(name) for at, name in enumerate(seen.header) if name and at not in taken_at]
    if unused:
        draft.note(f"not used: {', '.join(unused)}", 1)
    people = [
        quoted(c.name) for at, c in enumerate(seen.columns) if c.name and at not in taken_at and looks_like_names(c)
    ]
    if people and not {"given_name", "family_name"} <= set(roles):
        words = f"perhaps names: {', '.join(people)}; as given_name and family_name they help to know a child again"
        draft.note(words, 1, doubt=True)
    twice = sorted({name for name in seen.header if name and seen.header.count(name) > 1})
    if twice:
        draft.note(f"the header names twice: {', '.join(map(quoted, twice))}", 1, doubt=True)


def as_declared(dates: Dated) -> str:
    """The form, or the forms where several are written and no text could be in two of them."""
    forms = [dates.form, *dates.others]
    if dates.others and of_two_meanings(forms) is None:
        return f"[{', '.join(map(quoted, forms))}]"
    return quoted(dates.form)


def _candidate(column: Profile, ours: str) -> str:
    """A column's name, and its form where one of dates is asked for."""
    form = column.dates.form if ours in TIMED else ""
    return f"{quoted(column.name)} ({form})" if form else quoted(column.name)


def _timed(theirs: str, dates: Dated, evidence: str, doubt: str) -> tuple[str, str, str]:
    form = as_declared(dates) if dates.form else DECIDE
    said = "; ".join(filter(None, (evidence, dates.evidence)))
    if not dates.form and dates.rivals:
        said = "; ".join((*filter(None, (said,)), f"{' or '.join(map(quoted, dates.rivals))}: {dates.doubt}"))
    elif not dates.form:
        said = "; ".join(filter(None, (said, dates.doubt or "no form that wnb reads fits its values")))
    elif dates.doubt:
        doubt = "; ".join(filter(None, (doubt, dates.doubt)))
    return f"{{column: {theirs}, format: {form}}}", said, doubt


def _clock_apart(draft: Draft, seen: Glimpse, column: Profile) -> None:
    """A time of day in a column of its own cannot be joined to the day; what that costs is said."""
    apart = [quoted(other.name) for other in seen.columns if other.clocks > 0.8]
    if apart and not column.dates.has_time:
        draft.note(
            f"the time of day stands apart in {', '.join(apart)} and is not read: the day is right, the time is 00:00, "
            "and two appointments of one day under one id would be one; ask for both in one column",
            1,
            doubt=True,
        )


def _whose(draft: Draft, roles: Mapping[str, Taken]) -> None:
    if "nhs_number" not in roles and "child_local_id" not in roles:
        draft.put("child_local_id", DECIDE, "or nhs_number: no column says which child it was", depth=1)
    if "date_of_birth" not in roles and "age_at_appointment" not in roles:
        draft.note(
            "no date of birth and no age: an appointment of unknown age counts for nothing by itself", 1, doubt=True
        )


# ---------------------------------------------------------------- its codes


def _as_told(seen: Glimpse, name: str) -> Taken:
    column = seen.column(name)
    if column is None:
        raise ValueError(f"no column is called {quoted(name)}; there are {', '.join(map(quoted, seen.header))}")
    return Taken(seen.columns.index(column), 1.0, 1.0, "as you say")


def _codes(draft: Draft, seen: Glimpse, taken: Taken | None, holds: str) -> None:
    part = "statuses" if holds == "statuses" else "outcomes"
    if taken is None or taken.at < 0 or taken.rivals:
        again = "map every code; once you know the column, `wnb agency suggest FILE --outcome COLUMN` lists them"
        draft.put(part, DECIDE, again)
        return
    at = taken.at
    column = seen.columns[at]
    whose = f"the codes of {quoted(column.name)}"
    if not column.counts or len(column.counts) > 60:
        draft.put(part, DECIDE, f"{whose}: {len(column.counts)} different values, which is hardly a column of codes")
        return
    draft.lines.append(f"{part}:{'':<{WIDTH - len(part) - 1}}  # {whose}; a code that is not here sets its rows aside")
    if holds == "statuses":
        draft.note(f"one of: {' '.join(TOLD_BY_AGENCIES)}", 1)
        draft.note(
            "a code for a plan that is over: the word of that plan, if its rows have a last day (status_to); else "
            "ended, if its rows have the id of the row that began it (status_id); else take the line out, and ask",
            1,
        )
    written = len(draft.lines)
    known, people, hidden = likeliest_set(set(column.counts)), people_in(seen.columns), []
    surely = known != NHS or (bool({"attended", "dna"} & set(plain(column.name))) and is_data_dictionary(column.counts))
    for code, number in column.counts.most_common():
        if not (column.is_codes or is_known(code)) or not may_be_shown(code, number, is_known(code), people):
            hidden.append(number)
            continue
        value, evidence = _status(code) if holds == "statuses" else outcome_of(code, known, surely)
        draft.put(quoted(code), value, f"{number} rows; {evidence}", depth=1)
    if hidden:
        words = f"{len(hidden)} more values, in {sum(hidden)} rows, are not shown, since they could be of a person"
        draft.note(f"{words}: look in the column. Until they are mapped their rows are set aside", 1, doubt=True)
    if not any(line.strip()[:1] != "#" for line in draft.lines[written:]):
        draft.put('"?"', DECIDE, "map at least one code in place of this line", depth=1)
    draft.doubts.append(f"{part}: confirm each code with the agency")


def outcome_of(code: str, known: str, surely: bool = True) -> tuple[str, str]:
    """What an outcome's code is proposed as, and why; DECIDE where it has several senses, or none that is known.

    `known`: the likeliest code set. `surely`: False where that set is of digits that any system could use.
    """
    meaning = meaning_of(code, known)
    if meaning and (surely or meaning[1] != NHS):
        return meaning[0].word, f"{meaning[1]}"
    if meaning:
        return DECIDE, f"the {NHS} would have it {meaning[0].word}; is this its code?"
    if readings := readings_of(code):
        return DECIDE, f"{' or '.join(outcome.word for outcome in readings)}? Ask the agency"
    return DECIDE, "no known code set has it: ask the agency"


def _status(code: str) -> tuple[str, str]:
    status = STATUSES.get(code.strip().casefold())
    return (status.value, "social care's usual word") if status else (DECIDE, "ask the agency, or take the line out")
