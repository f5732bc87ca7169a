"""Proposes an agency's YAML for an extract never seen.

What is found by name, by content or by a known code set is written down with its evidence; every doubt is a comment,
and what only a person can decide is marked DECIDE. No value that could be a child's is ever printed: counts and codes
only.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wnb import identity
from wnb.ingest.code_sets import likeliest_set, meaning_of
from wnb.ingest.glimpse import Glimpse, glimpse
from wnb.ingest.moments import GOOD, Form

NAMES: Mapping[str, tuple[str, ...]] = {
    "appointment_id": (
        "appointment id",
        "appt id",
        "appointment number",
        "slot guid",
        "contact id",
        "attendance id",
        "event id",
        "ref",
    ),
    "appointment_at": (
        "appointment date time",
        "appt start",
        "appointment start",
        "slot start",
        "start",
        "appointment date",
        "appt date",
        "contact date",
        "date of contact",
        "appointmentday",
    ),
    "outcome": (
        "attendance status",
        "outcome",
        "status",
        "attended or did not attend",
        "attended",
        "dna",
        "attend code",
        "no show",
    ),
    "nhs_number": ("nhs number", "nhs no", "nhs"),
    "child_local_id": (
        "mrn",
        "local id",
        "patient id",
        "hospital number",
        "emis no",
        "case no",
        "pas id",
        "child id",
        "upn",
        "person id",
        "patientid",
    ),
    "given_name": ("given name", "given names", "first name", "forename", "forenames"),
    "family_name": ("family name", "surname", "last name"),
    "date_of_birth": ("date of birth", "dob", "birth date", "born"),
    "age_at_appointment": ("age at appointment", "age"),
    "postcode": ("postcode", "post code", "postal code"),
    "service": ("service", "clinic", "specialty", "treatment function", "team", "session", "department"),
    "recorded_at": ("recorded at", "last changed", "last updated", "entered", "modified"),
    "manages_own_appointments": ("self managed", "manages own appointments", "arranges own appointments"),
    "booked_on": ("booked on", "date booked"),
    "appointment_type": ("appointment type", "appt type"),
    "school_upn": ("upn", "unique pupil number"),
    "gp_practice": ("gp practice", "practice", "practice code"),
    "sex": ("sex", "gender"),
    "referral_id": ("referral id",),
}
"""Names that agencies use, best first, without case, spaces or marks."""

DAYS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S%z", " %I:%M %p", "%H%M")
TIMED = ("appointment_at", "date_of_birth", "recorded_at", "booked_on")
MOST_CODES = 60


@dataclass(frozen=True)
class Suggestion:
    """A YAML to start from, and what a person must look at before it is used."""

    yaml: str
    doubts: tuple[str, ...]


def suggest(content: Path, name: str) -> Suggestion:
    """Propose the YAML of the agency that sent a file.

    Raises:
        ValueError: the file is of a kind that no extract is; said in words.
    """
    seen = glimpse(content, name)
    doubts = list(seen.doubts)
    lines = [
        "agency: new-agency            # DECIDE: its id, also the name of this file",
        "name: New agency              # DECIDE",
        "kind: other                   # DECIDE: hospital, community, mental-health, gp, health-visiting …",
        "sharing: own-agency-only      # DECIDE with the agency: partnership, fact-only, own-agency-only",
        "extract:",
        f"  files: {quoted('*' + ''.join(Path(name).suffixes[-2:] if name.endswith('.gz') else [Path(name).suffix]))}",
        f"  format: {seen.format}",
    ]
    if seen.format == "csv":
        lines += [f"  encoding: {seen.encoding}", f"  delimiter: {quoted(seen.delimiter)}"]
    if seen.header_after:
        lines.append(f"  header_after: {seen.header_after}")
    if form := _form_in_name(name):
        lines.append(f"  extract_date: {quoted(form)}")
    lines.append("  delivers: changes           # DECIDE: changes, or snapshot where a row that is gone was withdrawn")
    if seen.format == "fhir-ndjson":
        return Suggestion("\n".join(lines) + "\n", (*doubts, "columns and outcomes are FHIR's own"))
    columns = columns_of(seen)
    lines.append("columns:")
    for ours, at in columns.items():
        theirs = quoted(seen.header[at])
        if ours in TIMED:
            form, evidence = form_of(seen.column(at), at in seen.typed)
            lines.append(f"  {ours}: {{column: {theirs}, format: {quoted(form)}}}{evidence}")
        elif ours == "manages_own_appointments":
            lines.append(f'  {ours}: {{column: {theirs}, yes: ["Y", "Yes", "1"]}}    # DECIDE which words mean yes')
        else:
            lines.append(f"  {ours}: {theirs}")
    for ours in ("appointment_id", "appointment_at", "outcome"):
        if ours not in columns:
            lines.append(f"  # {ours}:                   # DECIDE: must be given, and no column looks like it")
            doubts.append(f"no column looks like {ours}")
    if unused := [cell for at, cell in enumerate(seen.header) if at not in columns.values() and cell]:
        lines.append(f"  # not used: {', '.join(unused)}")
    lines += ["outcomes:", *_outcomes(seen, columns, doubts)]
    return Suggestion("\n".join(lines) + "\n", tuple(doubts))


def _outcomes(seen: Glimpse, columns: Mapping[str, int], doubts: list[str]) -> Iterable[str]:
    if "outcome" not in columns:
        return
    codes = Counter(seen.column(columns["outcome"]))
    if len(codes) > MOST_CODES:
        doubts.append(f"{len(codes)} different outcomes: this is hardly the column of outcomes")
        return
    known = likeliest_set(set(codes))
    for code, number in codes.most_common():
        yield outcome_line(code, number, known)
    doubts.append("every outcome is a proposal: confirm each with the agency")


def outcome_line(code: str, number: int, known: str) -> str:
    """One line of `outcomes`, a comment where nobody knows the code."""
    meaning = meaning_of(code, known)
    if meaning is None:
        return f"  # {quoted(code)}:             # DECIDE: {number} rows; until it is mapped they are set aside"
    return f"  {quoted(code)}: {meaning[0].word}    # {number} rows; as {meaning[1]} have it"


def columns_of(seen: Glimpse) -> dict[str, int]:
    """Our name -> the position of the column that looks most like it: by its name, then by what it holds."""
    plain = [re.sub(r"[^a-z0-9]+", " ", cell.lower()).strip() for cell in seen.header]
    squeezed = [cell.replace(" ", "") for cell in plain]
    found: dict[str, int] = {}
    for ours, names in NAMES.items():
        for name in (*names, ours.replace("_", " ")):
            at = next(
                (at for at, cell in enumerate(squeezed) if cell == name.replace(" ", "") and at not in found.values()),
                None,
            )
            if at is not None:
                found[ours] = at
                break
    if "nhs_number" not in found:
        for at in range(len(seen.header)):
            values = seen.column(at)[:500]
            if (
                at not in found.values()
                and values
                and sum(identity.number_in(v)[1] == identity.VERIFIED for v in values) > 0.8 * len(values)
            ):
                found["nhs_number"] = at
                break
    return {ours: found[ours] for ours in NAMES if ours in found}


def form_of(values: list[str], typed: bool) -> tuple[str, str]:
    """The date form that most of the values have, and the evidence as a comment."""
    if typed:
        return "%Y-%m-%d %H:%M:%S", "    # typed by the file itself; the form is not used"
    values = values[:2_000]
    fits = {}
    for day in DAYS:
        for clock in CLOCKS:
            form = Form(day + clock)
            fits[form.text] = sum(form.read_one(value)[1] == GOOD for value in values)
    best = max(fits, key=lambda text: fits[text], default="%Y-%m-%d")
    if not values or not fits[best]:
        return "%Y-%m-%d", "    # DECIDE: no known form fits"
    rivals = [text for text in fits if text != best and fits[text] == fits[best]]
    evidence = f"    # {fits[best]} of {len(values)} fit"
    if rivals:
        evidence += f"; DECIDE: {', '.join(rivals)} fits as many"
    return best, evidence


def _form_in_name(name: str) -> str:
    for shape, form in (
        (r"\d{4}-\d\d-\d\d", "%Y-%m-%d"),
        (r"(?<!\d)20\d{6}(?!\d)", "%Y%m%d"),
        (r"\d\d-\d\d-20\d\d", "%d-%m-%Y"),
    ):
        if re.search(shape, name):
            return form
    return ""


def quoted(text: str) -> str:
    """A text as YAML has it in double quotes."""
    return json.dumps(text, ensure_ascii=False)
