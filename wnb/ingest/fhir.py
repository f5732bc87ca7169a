"""FHIR R4: Appointments and the Patients they refer to, as NDJSON (of resources, or of Bundles) or as one Bundle.

Lines end at the byte LF and nowhere else. JSON as RFC 8259 has it: a key said twice, NaN, half a surrogate pair set
the appointment aside. The last line cut short, a Bundle that cannot be read, a page of a search that has a next one:
each condemns the file, for nobody can count what is missing. A Patient is not a record; one that cannot be read leaves
its appointments without a patient, and they wait. The file is read twice, Patients first, so that only they are held.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from wnb.agency import Agency
from wnb.ingest.clocks import Clocks
from wnb.ingest.container import kind_of, not_what_it_says
from wnb.ingest.fhir_lines import Entry, Lines
from wnb.ingest.fhir_patients import Patients, Told
from wnb.ingest.fhir_resources import CODES, PATHS, of_appointment
from wnb.ingest.fhir_shape import APPOINTMENT, PATIENT, SecondOpinion, changed_meaning, misshapen
from wnb.ingest.moments import FURTHEST, Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Moments, Rows, SetAside, Text
from wnb.ingest.source import Source

BLOCK = 20_000
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass
class FhirFile:
    """An opened FHIR file. See `container.Container`."""

    content: Path
    name: str
    agency: Agency
    zone: ZoneInfo
    names: dict[str, str] = field(default_factory=lambda: dict(PATHS))
    warnings: Counter[str] = field(default_factory=Counter)
    forms: Mapping[str, Form] = field(default_factory=lambda: {"date_of_birth": Form("%Y-%m-%d")})

    def __post_init__(self) -> None:
        source = Source(self.content, self.name, "utf-8")
        head = source.head()
        if not head.strip():
            raise refused("empty_file", self.name)
        if words := kind_of(head):
            raise not_what_it_says(words, self.name)
        self.codes: Mapping[str, int] = {
            **{code: int(o) for code, o in CODES.items()},
            **{c: int(o) for c, o in self.agency.outcomes.items()},
        }
        self._clocks = Clocks(self.zone)
        self._lines = Lines(source)

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """See `container.Container`."""
        second = SecondOpinion()
        patients = self._patients(second)
        resolved: list[tuple[int, Entry, Told]] = []
        aside: list[SetAside] = []
        records = 0
        for place, entry in self._records():
            records += 1
            patient = None if entry.fault else patients.of(entry.resource)
            if entry.fault:
                aside.append(SetAside(entry.line, entry.where, entry.fault, entry.raw, entry.ident))
            elif patient is None:
                column = "Appointment.participant"
                aside.append(SetAside(entry.line, column, "unresolved_reference", entry.raw, entry.ident))
            else:
                if second.doubts(entry.resource, APPOINTMENT):
                    self.warnings["json"] += 1
                resolved.append((place, entry, patient))
            if len(resolved) + len(aside) == BLOCK:
                yield self._rows(resolved), aside
                resolved, aside = [], []
        yield self._rows(resolved), aside
        self.warnings.update(self._lines.warnings)
        if not records:
            self.warnings["zero_rows"] += 1

    def _patients(self, second: SecondOpinion) -> Patients:
        """Every Patient of the file; one who cannot be read is a word here, and their appointments wait."""
        patients = Patients()
        for entry in self._lines.entries(may_hold=b"Patient"):
            if entry.kind == "Patient":
                if entry.fault or misshapen(entry.resource, PATIENT) or second.doubts(entry.resource, PATIENT):
                    self.warnings[entry.fault or "json"] += 1
                if not entry.fault and changed_meaning(entry.resource):
                    self.warnings["json"] += 1  # who they are may be the opposite of what it says
                elif not entry.fault:
                    patients.add(entry.resource, entry.url)
        return patients

    def _records(self) -> Iterator[tuple[int, Entry]]:
        """Every Appointment, and whatever may have been one, with its number in the file."""
        place = 0
        for entry in self._lines.entries():
            if entry.kind in ("Patient", "another"):
                if entry.fault and entry.kind == "another":
                    self.warnings[entry.fault] += 1
                continue
            wrong = "" if entry.fault else misshapen(entry.resource, APPOINTMENT) or changed_meaning(entry.resource)
            if wrong:
                entry.fault, entry.where = "json", f"Appointment.{wrong}"
            yield place, entry
            place += 1

    def _rows(self, resolved: list[tuple[int, Entry, Told]]) -> Rows:
        columns: dict[str, list[str]] = {ours: [] for ours in PATHS}
        for _, entry, patient in resolved:
            for ours, value in {**of_appointment(entry.resource), **patient}.items():
                columns[ours].append(value)
        typed = {}
        for ours in ("appointment_at", "recorded_at"):
            moments, rest = self._instants(columns[ours])
            typed[ours] = moments
            columns[ours] = rest
        lines = np.array([entry.line for _, entry, _ in resolved], np.int32)
        places = np.array([place for place, _, _ in resolved], np.int64)
        text = {ours: Text.of(values) for ours, values in columns.items() if ours not in typed}
        return Rows(lines, places, text, lambda rows: [resolved[row][1].raw for row in rows], typed)

    def _instants(self, texts: list[str]) -> tuple[Moments, list[str]]:
        seconds, given = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
        rest = list(texts)
        for row, text in enumerate(texts):
            if INSTANT.fullmatch(text):
                try:
                    told = datetime.fromisoformat(text)
                    if abs(told.utcoffset() or timedelta()) > timedelta(seconds=FURTHEST):
                        continue
                    seconds[row] = int(told.astimezone(UTC).timestamp() // 1)
                    given[row], rest[row] = True, ""
                except (ValueError, OverflowError):
                    continue
        return Moments(np.where(given, self._clocks.local(seconds), 0), given), rest

    def raws(self, places: Sequence[int]) -> list[str]:
        """See `container.Container`."""
        asked = set(places)
        return [entry.raw for place, entry in self._records() if place in asked]
