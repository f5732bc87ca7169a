"""FHIR R4: Appointments and the Patients they refer to, as NDJSON or a Bundle.

Lines end at the byte LF and nowhere else. JSON as RFC 8259 has it: a key said twice, NaN, half a surrogate pair set the
line aside. The last line cut short condemns the file. A Patient is not a record; one that cannot be read leaves its
appointments without a patient, and they wait.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from wnb.config import Agency
from wnb.ingest.clocks import Clocks
from wnb.ingest.container import kind_of, not_what_it_says
from wnb.ingest.fhir_resources import CODES, PATHS, listed, of_appointment, of_patient, patient_of, worded
from wnb.ingest.moments import Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Moments, Rows, SetAside, Text
from wnb.ingest.source import Source

LONGEST_LINE = 4 << 20
BLOCK = 20_000
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
IS_PATIENT = re.compile(rb'"resourceType"\s*:\s*"(?!Appointment")')
HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")


class _UnfitError(ValueError):
    """JSON that may be read in two ways, with the reason code."""


@dataclass(frozen=True)
class _Told:
    """One appointment: its line, its resource and the line's text."""

    line: int
    resource: Mapping[str, Any]
    raw: str


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
        self._source = Source(self.content, self.name, "utf-8")
        head = self._source.head()
        if not head.strip():
            raise refused("empty_file", self.name)
        if words := kind_of(head):
            raise not_what_it_says(words, self.name)
        self.codes: Mapping[str, int] = {
            **{code: int(o) for code, o in CODES.items()},
            **{c: int(o) for c, o in self.agency.outcomes.items()},
        }
        self._clocks = Clocks(self.zone)
        self._raws: dict[int, str] = {}

    def blocks(self) -> Iterator[tuple[Rows, list[SetAside]]]:
        """See `container.Container`."""
        patients: dict[str, Mapping[str, Any]] = {}
        appointments: list[_Told] = []
        aside: list[SetAside] = []
        for line, raw, ended in self._lines():
            if not raw.strip():
                continue
            try:
                text = raw.decode("utf-8")
                resource = _parsed(text)
            except UnicodeDecodeError:
                self._broken(line, raw, "encoding", aside)
                continue
            except _UnfitError as unfit:
                if not ended and str(unfit) == "json":
                    raise refused("truncated", f"{self.name}, line {line}", {"json": 1}) from None
                self._broken(line, raw, str(unfit), aside)
                continue
            for found, url in _resources(resource):
                match found.get("resourceType"):
                    case "Patient":
                        for key in filter(None, (f"Patient/{found.get('id')}", url)):
                            if patients.setdefault(key, found) != found:
                                patients[key] = {}  # told twice and differently: nobody can say who it is
                    case "Appointment":
                        appointments.append(_Told(line, found, text))
        records = len(aside) + len(appointments)
        resolved: list[tuple[_Told, Mapping[str, Any]]] = []
        for told in appointments:
            patient = patient_of(told.resource, patients)
            if patient is None:
                ident = worded(told.resource.get("id"))
                column = "Appointment.participant"
                aside.append(SetAside(told.line, column, "unresolved_reference", told.raw, ident))
            else:
                resolved.append((told, patient))
        for at in range(0, max(1, len(resolved)), BLOCK):
            yield self._rows(resolved[at : at + BLOCK], at), (aside if at == 0 else [])
        if not records:
            self.warnings["zero_rows"] += 1

    def _lines(self) -> Iterator[tuple[int, bytes, bool]]:
        """(line, its bytes, whether a newline ended it). A Bundle written over many lines is one."""
        held, number, whole = b"", 0, True
        for piece, final in self._source.blocks():
            held += piece
            if whole and final and _is_bundle(held):
                yield 1, held, True
                return
            whole = False
            *lines, held = held.split(b"\n")
            for line in lines:
                number += 1
                yield number, line, True
            if len(held) > LONGEST_LINE and not final:
                raise refused("json", f"{self.name}, line {number + 1} does not end", {"field_too_long": 1})
        if held.strip():
            self.warnings["no_final_newline"] += 1
            yield number + 1, held, False

    def _broken(self, line: int, raw: bytes, reason: str, aside: list[SetAside]) -> None:
        if IS_PATIENT.search(raw[:4_096]):
            self.warnings[reason] += 1  # its appointments will say that they have no patient
        else:
            aside.append(SetAside(line, "", reason, raw.decode("utf-8", "backslashreplace")))

    def _rows(self, resolved: list[tuple[_Told, Mapping[str, Any]]], first: int) -> Rows:
        columns: dict[str, list[str]] = {ours: [] for ours in PATHS}
        for told, patient in resolved:
            for ours, value in {**of_appointment(told.resource), **of_patient(patient)}.items():
                columns[ours].append(value)
        typed = {}
        for ours in ("appointment_at", "recorded_at"):
            moments, rest = self._instants(columns[ours])
            typed[ours] = moments
            columns[ours] = rest
        lines = np.array([told.line for told, _ in resolved], np.int32)
        places = np.arange(first, first + len(resolved), dtype=np.int64)
        self._raws.update((first + index, told.raw) for index, (told, _) in enumerate(resolved))
        text = {ours: Text.of(values) for ours, values in columns.items() if ours not in typed}
        return Rows(lines, places, text, lambda rows: [resolved[row][0].raw for row in rows], typed)

    def _instants(self, texts: list[str]) -> tuple[Moments, list[str]]:
        seconds, given = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
        rest = list(texts)
        for row, text in enumerate(texts):
            if INSTANT.fullmatch(text):
                try:
                    seconds[row] = int(datetime.fromisoformat(text).astimezone(UTC).timestamp() // 1)
                    given[row], rest[row] = True, ""
                except (ValueError, OverflowError):
                    continue
        return Moments(np.where(given, self._clocks.local(seconds), 0), given), rest

    def raws(self, places: Sequence[int]) -> list[str]:
        """See `container.Container`."""
        return [self._raws[place] for place in places]


def _is_bundle(data: bytes) -> bool:
    return (
        data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"Bundle"' in data[:4_096] and data.count(b"\n") > 0
    )


def _parsed(text: str) -> Mapping[str, Any]:
    """One JSON object that can be read in one way only.

    Raises:
        _UnfitError: `json` or `json_duplicate_key`, or `encoding` for half a surrogate pair.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _UnfitError("json_duplicate_key")
        return found

    def no_number(word: str) -> Any:
        raise _UnfitError("json")

    if len(text) > LONGEST_LINE and "Bundle" not in text[:4_096]:
        raise _UnfitError("json")
    try:
        found = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=once, parse_constant=no_number)
    except _UnfitError:
        raise
    except (ValueError, RecursionError):
        raise _UnfitError("json") from None
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        raise _UnfitError("json")
    if "\\u" in text.lower() and HALF_A_PAIR.search(json.dumps(found, ensure_ascii=False)):
        raise _UnfitError("encoding")
    return found


def _resources(resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """A resource, or those of a Bundle with the URL by which others refer to them."""
    if resource.get("resourceType") != "Bundle":
        yield resource, ""
        return
    for entry in listed(resource.get("entry")):
        inner = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(inner, Mapping):
            yield inner, str(entry.get("fullUrl") or "")
