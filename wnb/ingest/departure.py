"""How an extract departs from its agency's YAML: what is gone, what is new, and the version to paste.

No value that could be a child's is ever printed: names of columns, codes and counts only.
"""

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wnb.config import Agency
from wnb.ingest.code_sets import likeliest_set
from wnb.ingest.container import tidy, wanted
from wnb.ingest.glimpse import Glimpse, glimpse
from wnb.ingest.suggest import outcome_line, quoted

MOST_CODES = 60


@dataclass(frozen=True)
class Departure:
    """How a file departs from its YAML: in words, and as a version to paste under `versions`; both empty where it
    does not.
    """

    words: tuple[str, ...]
    yaml: str


def departure(content: Path, name: str, agency: Agency, since: str) -> Departure:
    """Compare a file with its agency's YAML. `since`: the first extract date of the new layout, for the version to
    paste.

    Raises:
        ValueError: the file is of a kind that no extract is; said in words.
    """
    seen = glimpse(content, name)
    words: list[str] = []
    columns: list[str] = []
    if seen.format != agency.extract.format:
        words.append(f"the file is {seen.format}, and its YAML says {agency.extract.format}")
    if seen.format == "csv" and seen.delimiter != agency.extract.delimiter:
        words.append(f"fields are cut by {seen.delimiter!r}, and its YAML says {agency.extract.delimiter!r}")
    header = [tidy(cell) for cell in seen.header]
    declared = wanted(agency)
    known = {tidy(theirs) for names in declared.values() for theirs in names}
    fresh = [cell for cell in header if cell and cell not in known]
    for ours, names in declared.items():
        if not {tidy(theirs) for theirs in names} & set(header):
            likeliest = _likeliest(names[0], fresh)
            words.append(f'"{names[0]}" ({ours}) is gone' + (f'; most like it is "{likeliest}"' if likeliest else ""))
            if likeliest:
                columns.append(_column_line(agency, ours, [likeliest, *names]))
    codes = [] if agency.holds == "statuses" else _new_codes(seen, agency, words)
    lines = [f"  - from: {since}"]
    if columns:
        lines += ["    columns:", *columns]
    if codes:
        lines += ["    outcomes:", *codes]
    return Departure(tuple(words), "\n".join(["versions:", *lines]) + "\n" if columns or codes else "")


def _likeliest(name: str, among: list[str]) -> str:
    folded = {re.sub(r"[^a-z0-9]", "", cell.lower()): cell for cell in among}
    close = difflib.get_close_matches(re.sub(r"[^a-z0-9]", "", name.lower()), list(folded), 1, 0.5)
    return folded[close[0]] if close else ""


def _column_line(agency: Agency, ours: str, names: list[str]) -> str:
    listed = "[" + ", ".join(quoted(name) for name in names) + "]"
    timed = getattr(agency.columns, ours, None)
    if form := getattr(timed, "format", None):
        return f"      {ours}: {{column: {listed}, format: {quoted(form)}}}"
    if yes := getattr(timed, "yes", None):
        return f"      {ours}: {{column: {listed}, yes: [{', '.join(quoted(word) for word in yes)}]}}"
    return f"      {ours}: {listed}"


def _new_codes(seen: Glimpse, agency: Agency, words: list[str]) -> list[str]:
    """Codes that the YAML does not know: how often, of how many children, and the line to paste."""
    places = {cell: at for at, cell in enumerate(tidy(cell) for cell in seen.header)}
    names = agency.columns.declared()
    at = next((places[tidy(name)] for name in names.get("outcome", ()) if tidy(name) in places), None)
    if at is None:
        return []
    who = next(
        (
            places[tidy(name)]
            for ours in ("nhs_number", "child_local_id")
            for name in names.get(ours, ())
            if tidy(name) in places
        ),
        None,
    )
    known = {code.strip() for code in agency.outcomes}
    rows: Counter[str] = Counter()
    children: dict[str, set[str]] = {}
    for row in seen.rows:
        code = row[at].strip()
        if code and code not in known:
            rows[code] += 1
            children.setdefault(code, set()).add(row[who] if who is not None else "")
    lines = []
    for code, number in rows.most_common(MOST_CODES):
        words.append(f'"{code}" is a new code: {number} rows, {len(children[code])} children')
        lines.append("    " + outcome_line(code, number, likeliest_set(known | {code})))
    return lines
