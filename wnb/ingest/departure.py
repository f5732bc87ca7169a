"""How an extract departs from its agency's YAML: what is gone, what is new, and the version to paste.

No value that could be a child's is ever printed: names of columns, codes and counts only.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wnb.agency import Agency
from wnb.ingest.code_sets import NHS, STATUSES, likeliest_set
from wnb.ingest.container import tidy, wanted
from wnb.ingest.date_evidence import Dated
from wnb.ingest.draft import quoted
from wnb.ingest.glimpse import Glimpse
from wnb.ingest.judging import NEVER, Table, judge_of
from wnb.ingest.moments import GOOD, Form
from wnb.ingest.new_codes import NewCode, new_codes
from wnb.ingest.profile import Profile
from wnb.ingest.suggest import as_declared, outcome_of
from wnb.placing import DECIDE

ALIKE = 0.5
"""How alike two names must be to be shown as a likely pair."""
LEAST_MATCH = 0.8
"""How much must speak for a column to be put in another's place, by name and contents together."""


@dataclass(frozen=True)
class Departure:
    """How a file departs from its YAML: in words, its header beside the earlier one, and the version to paste.

    `header`: (earlier name, today's, what is to be said), "" where there is none. `yaml`: "" where nothing is to be
    pasted.
    """

    words: tuple[str, ...]
    yaml: str
    header: tuple[tuple[str, str, str], ...] = ()
    codes: tuple[NewCode, ...] = ()


@dataclass
class _Found:
    words: list[str] = field(default_factory=list)
    extract: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)  # ours -> today's name
    instead: dict[str, str] = field(default_factory=dict)  # today's name -> the name it stands for


def departure(seen: Glimpse, agency: Agency, since: str, before: Glimpse | None = None) -> Departure:
    """Compare a file with its agency's YAML (that of its date). `since`: the first extract date of the new layout, for
    the version to paste. `before`: the agency's last delivery, whose header is shown beside this one's.
    """
    found = _Found()
    _form(seen, agency, found)
    if seen.format == "fhir-ndjson" or agency.extract.format == "fhir-ndjson":
        return Departure(tuple(found.words), _pasted(since, found, agency))
    _columns(seen, agency, found)
    codes = tuple(new_codes(seen, agency, found.places))
    for new in codes:
        _new_code(new, agency, found)
    return Departure(tuple(found.words), _pasted(since, found, agency), _beside(seen, agency, before, found), codes)


# ---------------------------------------------------------------- its form


def _form(seen: Glimpse, agency: Agency, found: _Found) -> None:
    declared = agency.extract

    def changed(key: str, was: object, now: object, value: str) -> None:
        found.words.append(f"{key}: the YAML says {was}, and the file is {now}")
        found.extract[key] = value

    if seen.format != declared.format:
        changed("format", declared.format, seen.format, seen.format)
    if seen.format == "csv" and declared.format == "csv":
        if seen.delimiter != declared.delimiter:
            changed("delimiter", repr(declared.delimiter), f"cut by {seen.delimiter!r}", quoted(seen.delimiter))
        if not _reads(declared.encoding, seen):
            by = seen.encoding
            changed("encoding", declared.encoding, f"{by.encoding} ({by.evidence})", by.encoding)
            if by.doubt:
                found.words.append(f"encoding: {by.doubt}")
    if declared.header_after != "auto" and seen.header_after != declared.header_after:
        now = f"{seen.header_after} lines before the header"
        changed("header_after", declared.header_after, now, str(seen.header_after))
    if declared.trailer and not seen.trailer:
        found.words.append("trailer: no last line states a number of records that is right; was the file cut?")


def _reads(encoding: str, seen: Glimpse) -> bool:
    """Whether the declared encoding reads the file as the likeliest one does."""
    told = seen.encoding
    return encoding.replace("_", "-").casefold() == told.encoding or (
        encoding in told.as_likely or "byte-order mark" in told.evidence or "ASCII:" in told.evidence
    )


# ---------------------------------------------------------------- its columns


def _columns(seen: Glimpse, agency: Agency, found: _Found) -> None:
    declared = wanted(agency)
    present = {tidy(name): name for name in seen.header}
    for ours, names in declared.items():
        hit = next((present[tidy(name)] for name in names if tidy(name) in present), None)
        if hit is not None:
            found.places[ours] = hit
    taken = set(found.places.values())
    table = Table(seen.columns)
    for ours, names in declared.items():
        if ours in found.places:
            _dates(seen, agency, ours, found)
            continue
        likely = _likeliest(table, agency, ours, names, [c for c in seen.columns if c.name and c.name not in taken])
        gone = f"{quoted(names[0])} ({ours}) is gone"
        if not likely:
            found.words.append(gone)
            new = [quoted(c.name) for c in seen.columns if c.name and c.name not in taken]
            found.columns.append(_gone_line(agency, ours, new))
            continue
        best, sure = likely[0], len(likely) == 1
        others = " or ".join(quoted(column.name) for column in likely)
        found.words.append(f"{gone}; most like it is {others}")
        taken.add(best.name)
        found.instead[best.name] = names[0]
        found.places[ours] = best.name
        value = _listed([best.name, *names]) if sure else DECIDE
        found.columns.append(_column_line(agency, ours, value, best, others if not sure else ""))


def _dates(seen: Glimpse, agency: Agency, ours: str, found: _Found) -> None:
    """Whether a column that is there still has its declared form, and the line that says its new one."""
    declared = _forms(agency, ours)
    column = seen.column(found.places[ours])
    if declared and column is not None and (mixed := seen.mixed.get(column.name)):
        found.words.append(f"{quoted(column.name)} ({ours}): {mixed}")
    if not declared or column is None or column.typed or not column.given:
        return
    fits = _fit(column, declared)
    if 2 * fits >= column.given and not _better(column.dates, fits):
        return
    theirs = _listed(wanted(agency)[ours])
    words = f"{quoted(column.name)} ({ours}): {fits} of {column.given} values have the declared form"
    found.words.append(f"{words}; {column.dates.evidence or column.dates.doubt or 'no other form fits them either'}")
    if column.dates.is_dates:
        found.columns.append(_column_line(agency, ours, theirs, column, ""))


def _better(dates: Dated, fits: int) -> bool:
    return bool(dates.form) and dates.fit > fits and dates.fit == dates.given


def _fit(column: Profile, forms: Sequence[str]) -> int:
    """Values that one of the declared forms reads."""
    read = [Form(form) for form in forms]
    return sum(
        number for value, number in column.counts.items() if any(form.read_one(value)[1] == GOOD for form in read)
    )


def _forms(agency: Agency, ours: str) -> list[str]:
    """The declared forms of a column of dates; none of another."""
    form = getattr(getattr(agency.columns, ours, None), "format", None)
    return [form] if isinstance(form, str) else list(form or ())


def _likeliest(
    table: Table, agency: Agency, ours: str, names: Sequence[str], among: Sequence[Profile]
) -> list[Profile]:
    """The columns that could stand in the place of one that is gone, best first; several where they are as likely."""
    weighed = []
    for column in among:
        alike = max(_alike(name, column.name) for name in names)
        holds = _holds(table, agency, ours, column)
        if holds > NEVER and alike + holds >= (LEAST_MATCH if alike >= ALIKE else 1.0):
            weighed.append((alike + holds, column))
    weighed.sort(key=lambda pair: -pair[0])
    return [column for score, column in weighed if score >= weighed[0][0] - 0.2]


def _holds(table: Table, agency: Agency, ours: str, column: Profile) -> float:
    """What a column's contents say of it being ours: -1 to 1."""
    forms = _forms(agency, ours)
    if forms and column.given and not column.typed and _fit(column, forms) > 0.9 * column.given:
        return max(0.6, judge_of(ours)(table, column).score)
    if ours in ("outcome", "status"):
        known = {code.strip() for code in (*agency.outcomes, *agency.statuses)}
        return 1.0 if column.share(known.__contains__) > 0.5 else judge_of(ours)(table, column).score
    return judge_of(ours)(table, column).score


def _alike(one: str, other: str) -> float:
    left, right = (re.sub(r"[\W_]", "", name.casefold()) for name in (one, other))
    return difflib.SequenceMatcher(None, left, right).ratio()


def _listed(names: Iterable[str]) -> str:
    told = [quoted(name) for name in dict.fromkeys(names)]
    return told[0] if len(told) == 1 else "[" + ", ".join(told) + "]"


def _column_line(agency: Agency, ours: str, theirs: str, column: Profile, rivals: str) -> str:
    timed = getattr(agency.columns, ours, None)
    beside = f"    # {rivals}?" if rivals else ""
    if forms := _forms(agency, ours):
        dates = column.dates
        value = quoted(forms[0]) if len(forms) == 1 else "[" + ", ".join(map(quoted, forms)) + "]"
        if not column.typed and column.given and 2 * _fit(column, forms) < column.given:
            value = as_declared(dates) if dates.form else DECIDE
            said = dates.evidence if dates.form else " or ".join(map(quoted, dates.rivals)) or dates.doubt
            beside += f"    # {said}"
        elif not column.typed and _better(dates, _fit(column, forms)):
            value, beside = as_declared(dates), f"{beside}    # {dates.evidence}"
        return f"      {ours}: {{column: {theirs}, format: {value}}}{beside}"
    if yes := getattr(timed, "yes", None):
        return f"      {ours}: {{column: {theirs}, yes: [{', '.join(quoted(word) for word in yes)}]}}{beside}"
    return f"      {ours}: {theirs}{beside}"


def _gone_line(agency: Agency, ours: str, new: Sequence[str]) -> str:
    """The line of a column that is gone and that nothing is like: a person says which it is now, or that there is none.

    `new`: names that the YAML does not use, as they are quoted.
    """
    forms = _forms(agency, ours)
    value = f"{{column: {DECIDE}, format: {_listed(forms)}}}" if forms else DECIDE
    there = f"new here: {', '.join(new)}" if new else "nothing is new here"
    return f"      {ours}: {value}    # gone; {there}; null: there is none any more"


def _beside(seen: Glimpse, agency: Agency, before: Glimpse | None, found: _Found) -> tuple[tuple[str, str, str], ...]:
    """The earlier header (of the last delivery, or as the YAML has it) beside today's."""
    today = [name for name in seen.header if name]
    named = {tidy(name): ours for ours, names in wanted(agency).items() for name in names}
    if before is not None and before.header:
        earlier = [name for name in before.header if name]
    else:
        present = {tidy(name) for name in today}
        earlier = [
            next((name for name in names if tidy(name) in present), names[0]) for names in wanted(agency).values()
        ]
    stands_for = {tidy(was): now for now, was in found.instead.items()}
    lines = []
    for name in earlier:
        ours = named.get(tidy(name), "")
        if tidy(name) in {tidy(each) for each in today}:
            lines.append((name, name, ours))
        elif now := next((now for was, now in stands_for.items() if named.get(was) == ours and ours), None):
            lines.append((name, now, f"{ours}: likely the same"))
        else:
            lines.append((name, "", f"{ours + ': ' if ours else ''}gone"))
    shown = {now for _, now, _ in lines}
    return (*lines, *(("", name, "new") for name in today if name not in shown))


# ---------------------------------------------------------------- its codes


def _new_code(new: NewCode, agency: Agency, found: _Found) -> None:
    touched = f"{new.rows} rows, {new.children} children"
    if not new.code:
        found.words.append(f"other new codes, not shown since they could be of a person: {touched}")
        return
    found.words.append(f"{quoted(new.code)} is a new code: {touched}")
    if agency.holds == "statuses":
        status = STATUSES.get(new.code.casefold())
        value, why = (status.value, "social care's usual word") if status else (DECIDE, "ask the agency")
    else:
        known = likeliest_set({*agency.outcomes, new.code})
        value, why = outcome_of(new.code, known, surely=known == NHS)
    found.outcomes.append(f"      {quoted(new.code)}: {value}    # {touched}; {why}")


def _pasted(since: str, found: _Found, agency: Agency) -> str:
    lines = [f"  - from: {since}"]
    if found.extract:
        lines += ["    extract:", *(f"      {key}: {value}" for key, value in found.extract.items())]
    if found.columns:
        lines += ["    columns:", *found.columns]
    if found.outcomes:
        lines += [f"    {'statuses' if agency.holds == 'statuses' else 'outcomes'}:", *found.outcomes]
    return "\n".join(["versions:", *lines]) + "\n" if len(lines) > 1 else ""
