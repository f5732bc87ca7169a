"""A FHIR file as its resources one by one: of NDJSON each line, of a Bundle each entry, wherever the Bundle stands.

A Bundle may be a line, or the whole file written over many lines. What cannot be read comes as an entry with its fault,
unless nobody can say how many records it held: then the file is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from wnb.ingest.fhir_resources import listed, worded
from wnb.ingest.reasons import refused
from wnb.ingest.source import Source
from wnb.ingest.strict_json import UnfitError, as_text, fault_in, parsed, unfinished

LONGEST_RESOURCE = 4 << 20  # bytes
KIND = re.compile(rb'"resourceType"\s*:\s*"([^"]*)"')
IS_APPOINTMENT = re.compile(r'"resourceType"\s*:\s*"Appointment"')
ANOTHER = re.compile(r"[A-Z][A-Za-z]+")  # how kinds of resources are written
LIKE_OURS = re.compile("appoint|bundle|patient", re.IGNORECASE)
Unit = tuple[int, bytes, bool]  # line, its bytes, whether a newline ended it


@dataclass
class Entry:
    """One resource. `kind`: Appointment, Patient, another, or empty: it cannot be said, and may be an appointment."""

    line: int
    kind: str
    resource: Mapping[str, Any]
    text: str | None = None  # of the line, where it is all of one; of a Bundle's entry it is written again
    url: str = ""  # where the Bundle says that it is kept
    fault: str = ""  # reason code
    where: str = ""  # the element at fault

    @property
    def raw(self) -> str:
        """The resource as it was delivered."""
        return as_text(self.resource) if self.text is None else self.text

    @property
    def ident(self) -> str:
        """Its id; empty where that may be read in two ways."""
        return worded(self.resource.get("id")) if not self.fault or self.where else ""


@dataclass
class Page:
    """A Bundle without its entries, and how many of them were what a search looked for."""

    envelope: Mapping[str, Any]
    matches: int = 0

    @property
    def has_next(self) -> bool:
        """Whether it says that another page follows."""
        links = [link for link in listed(self.envelope.get("link")) if isinstance(link, Mapping)]
        return any(link.get("relation") == "next" for link in links)


@dataclass
class Lines:
    """The resources of a file, which may be gone through again, with the same result."""

    source: Source
    warnings: Counter[str] = field(default_factory=Counter)
    _pages: list[Page] = field(default_factory=list)
    _whole: bool = False  # one Bundle over many lines

    def entries(self, may_hold: bytes = b"") -> Iterator[Entry]:
        """Every resource, or with `may_hold` those of lines that hold these bytes or are Bundles.

        Raises:
            Refused: the file ends too early, or nobody can say how many records a Bundle holds.
        """
        self.warnings.clear()
        self._pages = []
        for line, raw, ended in self._units():
            if raw.strip() and (not may_hold or may_hold in raw or b"Bundle" in raw or not ended):
                yield from self._of(line, raw, ended)
        self._refuse_a_part()

    def _of(self, line: int, raw: bytes, ended: bool) -> Iterator[Entry]:
        try:
            text = raw.decode("utf-8")
            resource, marked = parsed(text)
        except UnicodeDecodeError:
            yield self._broken(line, raw, "encoding")
            return
        except UnfitError as unfit:
            if not ended or (self._whole and unfinished(text)):
                raise refused("truncated", self._place(line), {"json": 1}) from None
            yield self._broken(line, raw, str(unfit))
            return
        if resource.get("resourceType") == "Bundle":
            found = list(self._bundled(resource, line, marked))
            yield from _on_their_lines(found, text) if self._whole else found
            return
        self._refuse_failure(resource, line)
        entry = _entry(resource, line, marked, text)
        if len(raw) > LONGEST_RESOURCE:
            entry.fault = "json"
        yield entry

    def _broken(self, line: int, raw: bytes, reason: str) -> Entry:
        kinds = set(KIND.findall(raw))
        if self._whole or b"Bundle" in kinds:
            raise refused(reason, f"{self._place(line)}: a Bundle that cannot be read")
        bystander = kinds and b"Appointment" not in raw
        kind = ("Patient" if kinds == {b"Patient"} else "another") if bystander else ""
        return Entry(line, kind, {}, raw.decode("utf-8", "backslashreplace"), fault=reason)

    def _bundled(self, bundle: dict[str, Any], line: int, marked: bool) -> Iterator[Entry]:
        envelope = type(bundle)((key, value) for key, value in bundle.items() if key != "entry")
        entries = bundle.get("entry", [])
        fault = fault_in(envelope) if marked else ""
        if fault or not isinstance(entries, list):
            raise refused(fault or "json", f"{self._place(line)}: a Bundle that cannot be read")
        page = Page(envelope)
        self._pages.append(page)
        for each in entries:
            inner = each.get("resource") if isinstance(each, dict) else None
            if not isinstance(inner, dict):  # no resource, or one that is to be taken away: a person must look
                yield Entry(line, "", {"entry": each}, fault="json")
                continue
            mode = each["search"].get("mode") if isinstance(each.get("search"), Mapping) else None
            page.matches += mode in (None, "match")
            self._refuse_failure(inner, line)
            if inner.get("resourceType") == "Bundle":
                yield from self._bundled(inner, line, marked)
                continue
            entry = _entry(inner, line, marked, None)
            entry.url = worded(each.get("fullUrl"))
            if isinstance(each.get("request"), Mapping) and each["request"].get("method") == "DELETE":
                entry.fault = "json"  # it is there no more, and its resource is what it was
            if marked and not entry.fault:
                entry.fault = fault_in(type(each)((key, value) for key, value in each.items() if key != "resource"))
            yield entry

    def _refuse_failure(self, resource: Mapping[str, Any], line: int) -> None:
        """A server that could not say everything says so in a resource beside the others."""
        if resource.get("resourceType") == "OperationOutcome":
            issues = [issue for issue in listed(resource.get("issue")) if isinstance(issue, Mapping)]
            if any(issue.get("severity") in ("fatal", "error") for issue in issues):
                place = f"{self._place(line)}: its server says that an error kept it from telling everything"
                raise refused("truncated", place)

    def _refuse_a_part(self) -> None:
        """A page of a search that has a next one, or fewer found than the server says there are, is not the whole.

        A page belongs to the search of the one before where that has a next. Where two of one search say different
        totals it may have grown meanwhile; else the first one's next is not there, and the second is of another search.
        """
        search: list[Page] = []
        for page in self._pages:
            search.append(page)
            if not page.has_next:
                self._refuse_too_few(search)
                search = []
        if search:
            raise refused("truncated", f"{self.source.name}: its last Bundle has a next page, which is not there")

    def _refuse_too_few(self, search: list[Page]) -> None:
        totals = [page.envelope["total"] for page in search if isinstance(page.envelope.get("total"), int)]
        matches = sum(page.matches for page in search)
        another = totals != sorted(totals) or (len(set(totals)) > 1 and max(totals) != matches)
        if totals and (max(totals) > matches or another):
            raise refused(
                "control_total", f"{self.source.name}: a search that found {max(totals)}, and {matches} are there"
            )

    def _units(self) -> Iterator[Unit]:
        """Its lines; the whole, where it is one object over many lines."""
        lines = self._split()
        ahead: list[Unit] = []
        told: list[str] = []
        self._whole = False
        for unit in lines:
            ahead.append(unit)
            if unit[1].strip():
                told.append(unit[1].decode("utf-8", "backslashreplace"))
                if len(told) == 2 or not unfinished(told[0]):
                    break
        if len(told) == 2 and unfinished(told[0]) and not _is_resource(told[1]):
            self._whole = True
            whole = b"\n".join(raw for _, raw, _ in chain(ahead, lines))
            self.warnings.clear()  # a whole object ends where it ends
            yield 1, whole, True
            return
        yield from chain(ahead, lines)

    def _split(self) -> Iterator[Unit]:
        held: list[bytes] = []
        number = 0
        for piece, _ in self.source.blocks():
            *ended, rest = piece.split(b"\n")
            for line in ended:
                number += 1
                yield number, b"".join([*held, line]), True
                held = []
            held.append(rest)
        last = b"".join(held)
        if last.strip():
            if number:
                self.warnings["no_final_newline"] += 1
            yield number + 1, last, False

    def _place(self, line: int) -> str:
        return self.source.name if self._whole else f"{self.source.name}, line {line}"


def _is_resource(text: str) -> bool:
    try:
        return "resourceType" in parsed(text)[0]
    except UnfitError:
        return False


def _entry(resource: Mapping[str, Any], line: int, marked: bool, text: str | None) -> Entry:
    kind = resource.get("resourceType")
    if kind not in ("Appointment", "Patient"):
        bystander = isinstance(kind, str) and ANOTHER.fullmatch(kind) and not LIKE_OURS.search(kind)
        kind = "another" if bystander or kind == "AppointmentResponse" else ""
        if _holds_appointment(resource):
            kind = ""  # nobody would look into it again
    fault = fault_in(resource) if marked else ""
    return Entry(line, kind, resource, text, fault=fault or ("" if kind else "json"))


def _holds_appointment(told: Any) -> bool:
    """Whether a resource of another kind has an Appointment within it."""
    if isinstance(told, Mapping):
        return told.get("resourceType") == "Appointment" or any(map(_holds_appointment, told.values()))
    return isinstance(told, list) and any(map(_holds_appointment, told))


def _on_their_lines(found: list[Entry], text: str) -> list[Entry]:
    """Appointments of one Bundle over many lines, each with the line on which it says that it is one."""
    mine = [entry for entry in found if entry.kind == "Appointment"]
    starts = [told.start() for told in IS_APPOINTMENT.finditer(text)]
    if len(mine) == len(starts):
        line = at = 0
        for entry, start in zip(mine, starts, strict=True):
            line += text.count("\n", at, start)
            at = start
            entry.line = line + 1
    return found
