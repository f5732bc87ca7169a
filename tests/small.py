"""A partnership small enough to hold in the head: two services that share, one that keeps to itself, a dozen children.

Every test says only the appointments it is about. Names, numbers and dates are nobody's: NHS numbers are of the 999
range, which is never issued.
"""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.partnership import Partnership

NIGHT = date(2026, 11, 12)  # a Thursday
WNB = """\
partnership: Lea and Marsh (invented)
paths: {inbox: inbox, data: data, lists: lists}
casebook: sqlite:///casebook.db
settle_seconds: 0
"""
AGENCY = """\
agency: {agency}
name: {name}
kind: community
sharing: {sharing}
extract: {{files: "*.csv", extract_date: "%Y-%m-%d", delivers: {delivers}, quarantine_limit_percent: 2{more}}}
columns:
  appointment_id: id
  appointment_at: {{column: at, format: "%Y-%m-%d %H:%M"}}
  outcome: code
  child_local_id: local
  nhs_number: nhs
  given_name: given
  family_name: family
  date_of_birth: {{column: born, format: "%Y-%m-%d"}}
  postcode: postcode
  service: service
  lead_professional: lead
outcomes: {{A: attended, N: not_attended, C: cancelled_by_family, B: booked, X: entered_in_error, D: deceased}}
"""
RULES = """\
version: "1"
recall_days: 28
rules:
  - {id: two-days, title: Not brought on two days, pattern: repeated, at_least: 2, within_days: 60, step: review,
     list: partnership, in_force_from: 2026-01-01, source: a proposal}
  - {id: own-two, title: Not brought twice here, pattern: repeated, at_least: 2, within_days: 60, step: engage,
     scope: agency, list: own-agency, in_force_from: 2026-01-01, source: a proposal}
"""
COLUMNS = ("id", "at", "code", "local", "nhs", "given", "family", "born", "postcode", "service", "lead")
NAMES = {"clinic": "Marsh clinic", "school": "School nursing", "refuge": "The quiet service"}
SHARING = {"refuge": "own-agency-only"}


def nhs_number(place: int) -> str:
    """A number of the 999 range whose check digit is right."""
    for nine in range(999_000_100 + 7 * place, 999_999_999):
        total = 11 - sum(int(digit) * weight for digit, weight in zip(str(nine), range(10, 1, -1), strict=True)) % 11
        if total != 10:
            return f"{nine}{total % 11}"
    raise AssertionError("no number left")


@dataclass(frozen=True)
class Child:
    """Somebody invented, as every agency knows them."""

    place: int
    given: str
    family: str
    born: date = date(2016, 5, 17)
    nhs: str = ""
    postcode: str = "ZZ9 9ZZ"

    @property
    def number(self) -> str:
        return self.nhs or nhs_number(self.place)


AMARA = Child(1, "Amara", "Okoro")
BEN = Child(2, "Ben", "Carvalho")
CHIDI = Child(3, "Chidi", "Nwosu")
DARA = Child(4, "Dara", "Lindqvist")


@dataclass(frozen=True)
class Appointment:
    """One row of an extract; what is not said is as for anybody."""

    child: Child
    day: date
    code: str = "N"
    id: str = ""
    changed: Mapping[str, str] = field(default_factory=dict)

    def row(self, agency: str) -> dict[str, str]:
        child = self.child
        return {
            "id": self.id or f"{agency[0].upper()}{child.place}-{self.day:%m%d}",
            "at": f"{self.day} 09:30",
            "code": self.code,
            "local": f"L{child.place:03}",
            "nhs": child.number,
            "given": child.given,
            "family": child.family,
            "born": child.born.isoformat(),
            "postcode": child.postcode,
            "service": "Speech",
            "lead": "",
            **self.changed,
        }


def missed(child: Child, *days_before: int, night: date = NIGHT, **changed: str) -> list[Appointment]:
    """Appointments to which the child was not brought, so many days before a night."""
    return [Appointment(child, night - timedelta(days=n), changed=changed) for n in days_before]


def seen(child: Child, *days_before: int, night: date = NIGHT, **changed: str) -> list[Appointment]:
    """Appointments at which the child was seen."""
    return [Appointment(child, night - timedelta(days=n), "A", changed=changed) for n in days_before]


def extract(agency: str, appointments: Iterable[Appointment]) -> bytes:
    """A file of these appointments, as the agency sends it."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(appointment.row(agency) for appointment in appointments)
    return text.getvalue().encode()


def agency_yaml(agency: str, sharing: str = "", delivers: str = "changes", more: str = "") -> str:
    """The contract of one agency."""
    return AGENCY.format(
        agency=agency,
        name=NAMES.get(agency, agency.title()),
        sharing=sharing or SHARING.get(agency, "partnership"),
        delivers=delivers,
        more=more,
    )


@dataclass
class Small(Partnership):
    """The partnership in a folder of its own."""

    @classmethod
    def begin(
        cls, root: Path, agencies: Iterable[str] = ("clinic", "school"), rules: str = RULES, wnb: str = WNB
    ) -> "Small":
        """Its configuration, before anything was delivered."""
        small = cls(root)
        (root / "config" / "agencies").mkdir(parents=True, exist_ok=True)
        small.configure("wnb.yaml", wnb)
        small.configure("rules.yaml", rules)
        for agency in agencies:
            small.configure(f"agencies/{agency}.yaml", agency_yaml(agency))
            (root / "inbox" / agency).mkdir(parents=True, exist_ok=True)
        return small

    def configure(self, name: str, text: str) -> None:
        """Write one file of the configuration."""
        (self.root / "config" / name).write_text(text, "utf-8")

    def send(self, agency: str, dated: date, *appointments: Iterable[Appointment], name: str = "") -> Path:
        """Put an extract into the agency's inbox, still since long ago."""
        rows = [appointment for some in appointments for appointment in some]
        return self.send_bytes(agency, name or f"{agency}_{dated}.csv", extract(agency, rows))

    def send_bytes(self, agency: str, name: str, content: bytes) -> Path:
        """Put a file into the agency's inbox as it is."""
        path = self.root / "inbox" / agency / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (0, 0))
        return path

    def names(self, night: date, file: str = "escalation-list.csv") -> set[str]:
        """The given names on a list."""
        return {row["given_name"] for row in self.listed(night, file)}

    def row(self, child: Child, night: date, file: str = "escalation-list.csv") -> dict[str, str]:
        """The child's line on a list."""
        [row] = [row for row in self.listed(night, file) if row["given_name"] == child.given]
        return row

    def published(self, night: date) -> dict[str, bytes]:
        """Every file of a night by name, `night.json` without what a second run cannot say again."""
        folder = self.lists(night)
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        return {name: content for name, content in files.items() if name != "night.json"} | {
            "night.json": untimed(files["night.json"])
        }


def untimed(document: bytes) -> bytes:
    """`night.json` without `run_id` and `seconds`."""
    import json

    told = json.loads(document)
    return json.dumps({name: told[name] for name in told if name not in ("run_id", "seconds")}, indent=1).encode()


def one_night_done(root: Path) -> Small:
    """The small partnership after one plain night: one child twice not brought, one at two agencies, one seen."""
    small = Small.begin(root)
    small.send("clinic", NIGHT, missed(AMARA, 3, 9), missed(BEN, 2), seen(CHIDI, 4))
    small.send("school", NIGHT, missed(BEN, 20))
    small.night(NIGHT)
    return small
