"""YAML to frozen models: every fault at once, each with file:line:column, reason, remedy and an example.

Longer than most because it is one table: what may stand in each file of `config/`, in the order of the interface.
"""

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from wnb.date_forms import fault_of, of_two_meanings
from wnb.errors import ConfigurationFaults, Fault
from wnb.linkage import Model as Linkage
from wnb.patterns import AnyRule
from wnb.patterns.family import LARGEST_HOUSEHOLD
from wnb.placing import read_model, said
from wnb.terms import (
    DATE_EXTRAS,
    DETAILED,
    NOT_TOLD,
    PERSON_DATES,
    PERSON_TEXTS,
    TELLABLE,
    TEXT_EXTRAS,
    ExitReason,
    Known,
    Outcome,
    Status,
    Step,
)

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Words = Annotated[str, Field(min_length=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Whole = Annotated[int, Field(ge=0, strict=True)]
Sharing = Literal["partnership", "fact-only", "own-agency-only"]
SHARING: tuple[Sharing, ...] = get_args(Sharing)  # the wider first


class Model(BaseModel):
    """Unknown keys are errors; nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Names = Annotated[
    tuple[Words, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]


def _whole_form(form: str) -> str:
    if fault := fault_of(form):
        raise ValueError(fault)
    return form


def _of_one_meaning(forms: tuple[str, ...]) -> tuple[str, ...]:
    if clash := of_two_meanings(forms):
        raise ValueError(
            f"one text could be in both of the forms {clash[0]!r} and {clash[1]!r}, and mean two moments; declare the "
            "one that the agency uses, and the other under versions with the date from which it holds"
        )
    return forms


Form = Annotated[str, AfterValidator(_whole_form)]
Forms = Annotated[
    tuple[Form, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
    Field(min_length=1),
    AfterValidator(_of_one_meaning),
]


class Timed(Model):
    """A column that holds a date or time, and its exact form, or forms that no text could take for one another."""

    column: Names
    format: Forms

    @model_validator(mode="before")
    @classmethod
    def _says_its_form(cls, given: object) -> object:
        if not isinstance(given, Mapping) or "format" not in given:
            raise ValueError("a column of dates is given with its format")
        return given


class YesColumn(Model):
    """A column that says yes in declared words; anything else is no."""

    column: Names
    yes: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _says_what_means_yes(cls, given: object) -> object:
        if not isinstance(given, Mapping) or "yes" not in given:
            raise ValueError("it must be said which words mean yes")
        return given


class SealColumn(YesColumn):
    """A column that says that an address may be told to nobody: only what clearly says no, says no."""

    no: tuple[str, ...] = ()
    """Words that say no, beside nothing, `N`, `No`, `0`, `False` and the like."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if both := {word.strip().casefold() for word in self.yes} & {word.strip().casefold() for word in self.no}:
            raise ValueError(f"{', '.join(sorted(both))}: cannot say yes and no")
        return self


# ---------------------------------------------------------------- config/wnb.yaml


class Paths(Model):
    """Where things are, relative to the folder that holds `config/`."""

    inbox: Words = "fixtures/inbox"
    data: Words = "var/data"
    lists: Words = "var/lists"


class Start(Model):
    """How the first nights enter the list; see "the first night" in the interface."""

    backlog_a_week: Annotated[int, Field(ge=1, strict=True)] | None = None


class Capacity(Model):
    """What the partnership can do in a week; demand is shown beside it and hides nothing."""

    reviews_a_week: Whole = 12


class Linking(Model):
    """What may make one child of records beside NHS numbers, an agency's own numbers and people's decisions."""

    upn_legal_basis: str = ""
    """The legal basis on which UPNs link across agencies; while it is empty they link nothing."""
    join_from_probability: Annotated[float, Field(ge=0.99, lt=1)] | None = None
    """From which probability on likeness alone joins two children; left out: never. Every list says it."""


class Governance(Model):
    """Who answers for the use of this. Until filled, every list is headed "not for live use"."""

    controllers: tuple[Words, ...] = ()
    purpose: str = ""
    lawful_basis: str = ""
    dpia: str = ""
    review_by: date | None = None
    clinical_safety_officer: str = ""

    @property
    def missing(self) -> list[str]:
        """The names of the entries that are still empty."""
        return [name for name in type(self).model_fields if not getattr(self, name)]


def _clear_of_clock_changes(time: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
        raise ValueError('a time of day in four digits, in quotes: "03:15"')
    if time.startswith("01:"):
        raise ValueError("01:00 to 01:59 does not exist once a year and happens twice once a year; choose another time")
    return time


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{zone!r} is not a time zone; for England and Wales it is Europe/London") from None
    return zone


class LeftOut(Model):
    """An address that is no home: nobody is joined by it."""

    what: Literal["refuge", "hospital", "childrens-home", "hostel", "hotel", "school", "other"]
    uprn: str = ""
    address: str = ""
    postcode: str = ""
    """Alone: every address of this postcode."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if not (self.uprn or self.postcode):
            raise ValueError("left_out: say uprn, or postcode with or without address")
        return self


class Households(Model):
    """By what children are taken to be one household, beside what an agency says of itself."""

    by_address: bool = True
    most_children: Annotated[int, Field(ge=2, le=LARGEST_HOUSEHOLD, strict=True)] = 8
    """More children at one address are no household."""
    left_out: tuple[LeftOut, ...] = ()


class Partnership(Model):
    """`config/wnb.yaml`."""

    partnership: Words
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"
    paths: Paths = Paths()
    casebook: Words = "sqlite:///var/casebook.db"
    casebook_secret: str | None = None
    """A file with at least 32 bytes that nobody else has; child ids are made with it. Left out: a practice key."""
    engine: Literal["local", "spark"] = "local"
    nightly_at: Annotated[str, AfterValidator(_clear_of_clock_changes)] = "03:15"
    settle_seconds: Whole = 60
    start: Start = Start()
    capacity: Capacity = Capacity()
    households: Households = Households()
    linking: Linking = Linking()
    governance: Governance = Governance()


# ---------------------------------------------------------------- config/agencies/<agency>.yaml


class DaysBack(Model):
    """A rolling snapshot: it covers the days from `days_back` before its extract date."""

    days_back: Annotated[int, Field(ge=0, strict=True)]


class CoversColumn(Model):
    """A snapshot of whole groups: it covers the values that it holds in this column."""

    column: Words


def _of_text(encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, UnicodeError):
        raise ValueError(f"{encoding!r} is no encoding that Python knows; like utf-8, cp1252 or utf-16") from None
    if codec.name.replace("_", "-") in NO_PLAIN_TEXT or not getattr(codec, "_is_text_encoding", True):
        raise ValueError(f"{encoding!r} is no encoding of an extract's text; like utf-8, cp1252 or utf-16")
    return encoding


NO_PLAIN_TEXT = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)
"""Codecs that make other characters of plain ones: a name with a backslash or a plus in it would come out bent."""


class ExtractForm(Model):
    """How the agency's file is written, declared and never guessed."""

    files: Words = "*.csv"
    format: Literal["csv", "excel", "parquet", "fhir-ndjson"] = "csv"
    encoding: Annotated[Words, AfterValidator(_of_text)] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    fields_hold_newlines: bool = False
    complete_when: Literal["settled", "done_file", "manifest"] = "settled"
    extract_date: Form | None = None
    delivers: Literal["changes", "snapshot"] = "changes"
    snapshot_covers: Literal["everything"] | DaysBack | CoversColumn | None = None
    withdrawn_limit_percent: Percent = 5
    largest_drop_percent: Percent = 50
    gone_means: Literal["withdrawn", "ended"] = "withdrawn"
    """What a row of statuses says that a snapshot no longer holds: that it had never been, or that it is over."""
    header_after: Literal["auto"] | Whole = 0
    sheet: str | None = None
    other_sheets: tuple[Words, ...] = ()
    trailer: str | None = None
    expected_every_days: Annotated[int, Field(ge=1, strict=True)] = 1
    quarantine_limit_percent: Percent = 2

    @model_validator(mode="after")
    def _says_what_a_snapshot_covers(self) -> Self:
        wrong = []
        if self.delivers == "snapshot" and self.snapshot_covers is None:
            wrong.append("snapshot_covers: must be said with a snapshot; only what it covers can be withdrawn")
        if self.delivers == "changes" and self.snapshot_covers is not None:
            wrong.append("snapshot_covers: only a snapshot covers anything; this extract delivers changes")
        if self.trailer is not None:
            try:
                if "rows" not in re.compile(self.trailer).groupindex:
                    wrong.append("trailer: the regular expression needs a group called rows, like (?P<rows>\\d+)")
            except re.error as fault:
                wrong.append(f"trailer: not a regular expression: {fault}")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self


class Columns(Model):
    """Ours: theirs. A list gives other names that the agency has used."""

    appointment_id: Names | None = None
    appointment_at: Timed | None = None
    outcome: Names | None = None
    child_local_id: Names | None = None
    nhs_number: Names | None = None
    given_name: Names | None = None
    family_name: Names | None = None
    date_of_birth: Timed | None = None
    age_at_appointment: Names | None = None
    postcode: Names | None = None
    service: Names | None = None
    manages_own_appointments: YesColumn | None = None
    recorded_at: Timed | None = None
    status_id: Names | None = None
    status: Names | None = None
    status_from: Timed | None = None
    status_to: Timed | None = None
    status_detail: Names | None = None
    booked_on: Timed | None = None
    cancelled_on: Timed | None = None
    letter_sent_on: Timed | None = None
    mode: Names | None = None
    attendee: Names | None = None
    child_seen: Names | None = None
    appointment_type: Names | None = None
    referral_id: Names | None = None
    first_or_follow_up: Names | None = None
    series_id: Names | None = None
    sex: Names | None = None
    ethnicity: Names | None = None
    language: Names | None = None
    interpreter_needed: Names | None = None
    deprivation: Names | None = None
    household_id: Names | None = None
    school_upn: Names | None = None
    gp_practice: Names | None = None
    referrer: Names | None = None
    lead_professional: Names | None = None
    deceased: Names | None = None
    person_id: Names | None = None
    mother: Names | None = None
    father: Names | None = None
    father_asked_on: Timed | None = None
    school: Names | None = None
    home_local_authority: Names | None = None
    safe_contact: Names | None = None
    accessible_information: Names | None = None
    deceased_on: Timed | None = None
    uprn: Names | None = None
    address: Names | None = None
    address_2: Names | None = None
    address_3: Names | None = None
    address_sealed: SealColumn | None = None
    sibling_local_ids: Names | None = None
    mother_nhs_number: Names | None = None
    mother_local_id: Names | None = None

    def declared(self) -> dict[str, tuple[str, ...]]:
        """Our name of each declared column -> the agency's names for it, best first."""
        found = {}
        for ours in type(self).model_fields:
            value = getattr(self, ours)
            if value is not None:
                found[ours] = value if isinstance(value, tuple) else value.column
        return found


def _text_code(code: object) -> object:
    if not isinstance(code, str):
        raise ValueError(f'the code {code} must be in quotes, like "{code}": unquoted, 03 would become 3')
    return code


Code = Annotated[str, BeforeValidator(_text_code)]


def _tellable(word: object) -> object:
    offered = sorted(outcome.word for outcome in TELLABLE)
    if _one_word(word) not in offered:
        raise ValueError(f"{word!r} is not an outcome; one of: {', '.join(offered)}")
    return Outcome[str(word).upper()]


def _knowable(word: object) -> object:
    if word is None:
        raise ValueError(f"a code that says that there is no status any more is written {Known.ENDED.value}")
    if _one_word(word) in NOT_TOLD:
        raise ValueError(
            f"{word!r} is not told as a status: {Known.UNDER_ONE.value} comes from the date of birth, the others from "
            "appointment_types of the agency that offers the appointment"
        )
    if word not in set(Known):
        raise ValueError(f"{word!r} is not a status; one of: {', '.join(k for k in Known if k not in NOT_TOLD)}")
    return Known(str(word))


def _one_word(word: object) -> str:
    if isinstance(word, list | dict):
        raise ValueError("one code, one word: a code cannot say two things of a child")
    return str(word)


def _of_appointments(codes: object) -> object:
    """Words of statuses under `outcomes:` are one mistake, however many there are."""
    if isinstance(codes, Mapping):
        outcomes = {outcome.word for outcome in Outcome}
        if {str(word) for word in codes.values()} & set(Known) - outcomes:
            raise ValueError("these are words of statuses; write statuses: and holds: statuses")
    return codes


Told = Annotated[Outcome, BeforeValidator(_tellable)]
KnownWord = Annotated[Known, BeforeValidator(_knowable)]


class Version(Model):
    """A layout or code list that came later: read by the extract's date. `null` takes a column or a code away."""

    since: date = Field(alias="from")
    columns: dict[str, Any] = {}
    outcomes: dict[Code, Any] = {}
    statuses: dict[Code, Any] = {}
    extract: dict[str, Any] = {}

    @model_validator(mode="after")
    def _changes_only_how_a_file_is_read(self) -> Self:
        if fixed := sorted(set(self.extract) & NOT_BY_VERSION):
            raise ValueError(f"extract: {', '.join(fixed)} cannot change by version; it is not about a file's form")
        return self


NOT_BY_VERSION = frozenset({"expected_every_days", "quarantine_limit_percent", "gone_means"})
"""Keys of an agency now, not of a file then."""
AgencyKind = Literal[
    "hospital", "community", "mental-health", "gp", "health-visiting", "school-nursing", "dental", "early-help",
    "school", "social-care", "other",
]  # fmt: skip
REQUIRED = {
    "appointments": ("appointment_id", "appointment_at", "outcome"),
    "statuses": ("status", "status_from"),
    "people": (),
}
WHO_IS_GONE = {
    "appointments": "an appointment that is gone was withdrawn",
    "statuses": "where rows add to earlier ones, none is ever gone",
    "people": "who is gone from a list of people is still who it was",
}
WHO = {"child_local_id", "nhs_number", "given_name", "family_name", "date_of_birth", "recorded_at"}
OF_THE_MOTHER = ("given_name", "family_name", "date_of_birth", "age_at_appointment", "manages_own_appointments")
MAY_HAVE = {
    "appointments": {
        "appointment_id",
        "appointment_at",
        "outcome",
        "manages_own_appointments",
        "age_at_appointment",
        "service",
        "postcode",
        *TEXT_EXTRAS,
        *DATE_EXTRAS,
    },
    "statuses": {"status_id", "status", "status_from", "status_to", "status_detail", "postcode"},
    "people": {"person_id", "address_sealed", *PERSON_TEXTS, *PERSON_DATES},
}
"""The columns that an extract may have beside those that say who it is."""


class Agency(Model):
    """`config/agencies/<agency>.yaml`: a new agency is this one file, and no Python."""

    agency: Name
    name: Words
    organisation: Name | None = None
    kind: AgencyKind
    sharing: Sharing
    sharing_by_service: dict[str, Sharing] = {}
    sharing_by_status: dict[KnownWord, Sharing] = {}
    """Of an agency that holds statuses: a status that it keeps more to itself than the others."""
    holds: Literal["appointments", "statuses", "people"] = "appointments"
    about: Literal["child", "unborn"] = "child"
    """Of whom its appointments are: `unborn` for antenatal ones, which belong to the child who is to be born."""
    local_authority: str | None = None
    contact: str = ""
    extract: ExtractForm = ExtractForm()
    columns: Columns = Columns()
    outcomes: Annotated[dict[Code, Told], BeforeValidator(_of_appointments)] = {}
    statuses: dict[Code, KnownWord] = {}
    appointment_types: dict[Literal[Status.CRITICAL_APPOINTMENT, Status.POST_DISCHARGE], tuple[Code, ...]] = {}
    versions: tuple[Version, ...] = ()

    @property
    def organisation_id(self) -> str:
        """Two extracts of one organisation are one when organisations are counted."""
        return self.organisation or self.agency

    @model_validator(mode="after")
    def _a_service_may_only_be_stricter(self) -> Self:
        for service, sharing in self.sharing_by_service.items():
            if SHARING.index(sharing) < SHARING.index(self.sharing):
                raise ValueError(
                    f"sharing_by_service: {service} is {sharing}, wider than the agency's {self.sharing}; "
                    "a service may be stricter than its agency, never wider"
                )
        return self

    @model_validator(mode="after")
    def _a_status_may_only_be_stricter(self) -> Self:
        wrong = [
            f"sharing_by_status: {status.value} is {sharing}, wider than the agency's {self.sharing}; "
            "a status may be kept closer than its agency's others, never told wider"
            for status, sharing in self.sharing_by_status.items()
            if SHARING.index(sharing) < SHARING.index(self.sharing)
        ]
        if self.sharing_by_status and self.holds != "statuses":
            wrong.append(f"sharing_by_status: belongs to an extract of statuses; this holds {self.holds}")
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def sharing_of_status(self, status: Known) -> Sharing:
        """How far one of its statuses may be told; a death and a sealed address are heeded whatever this says."""
        return self.sharing_by_status.get(status, self.sharing)

    @model_validator(mode="after")
    def _is_enough(self) -> Self:
        wrong = [*self._wants()] if self.extract.format != "fhir-ndjson" else []
        agency: Agency = self
        for later in sorted(self.versions, key=lambda version: version.since):
            try:
                agency = agency._with(later)
            except ValidationError as faults:
                wrong += [
                    f"versions: from {later.since}: {'.'.join(map(str, fault['loc']))}: {said(fault)}".replace(
                        ": :", ":"
                    )
                    for fault in faults.errors(include_url=False)
                ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _wants(self) -> Iterator[str]:
        """What is wrong with it as a whole, each beginning with the key that it is about."""
        declared = self.columns.declared()
        if missing := [name for name in REQUIRED[self.holds] if name not in declared]:
            yield f"columns: {', '.join(missing)} must be given for an extract of {self.holds}"
        if strange := sorted(set(declared) - WHO - MAY_HAVE[self.holds]):
            whose = next(other for other in MAY_HAVE if strange[0] in MAY_HAVE[other])
            yield f"columns: {', '.join(strange)} belongs to an extract of {whose}; this holds {self.holds}"
        if not {"nhs_number", "child_local_id"} & set(declared):
            yield "columns: give nhs_number or child_local_id, or no row can be known to be any child's"
        if self.about == "unborn":
            if self.holds != "appointments" or "child_local_id" not in declared:
                yield "about: unborn is for appointments, and child_local_id must be the agency's own for the pregnancy"
            if of_mother := sorted({*OF_THE_MOTHER} & set(declared)):
                yield f"columns: {', '.join(of_mother)} would be the mother's on antenatal rows; take it out"
        if self.holds == "appointments" and not self.outcomes:
            yield "outcomes: map at least one code"
        if self.holds == "statuses" and not self.statuses:
            yield "statuses: map at least one code; outcomes are of appointments"
        for codes, whose in (
            ("outcomes", "appointments"),
            ("statuses", "statuses"),
            ("appointment_types", "appointments"),
        ):
            if getattr(self, codes) and self.holds != whose:
                yield f"{codes}: belongs to an extract of {whose}; this holds {self.holds}"
        if isinstance(self.extract.snapshot_covers, DaysBack) and self.holds != "appointments":
            whole = "a status extract" if self.holds == "statuses" else "an extract of people"
            yield f"extract: snapshot_covers days_back is for appointments; {whole} covers everything"
        if self.extract.gone_means == "ended" and (self.holds != "statuses" or self.extract.delivers != "snapshot"):
            yield f"extract: gone_means ended is for a snapshot of statuses; {WHO_IS_GONE[self.holds]}"
        ending = sorted(code for code, word in self.statuses.items() if word is Known.ENDED)
        if ending and "status_id" not in declared:
            yield (
                f"statuses: {', '.join(ending)} says that a status is over, and only the agency's own status_id says "
                "which; declare that column, or take the line out"
            )
        if "status_detail" not in declared and (lack := sorted(DETAILED & set(self.statuses.values()))):
            yield f"statuses: {', '.join(lack)} says nothing without its value; declare the column status_detail"

    def as_of(self, extract_date: date) -> "Agency":
        """The contract that a delivery of this extract date is read by."""
        agency = self
        for later in sorted(self.versions, key=lambda version: version.since):
            if later.since <= extract_date:
                agency = agency._with(later)
        return agency

    def _with(self, later: Version) -> "Agency":
        raw = self.model_dump(by_alias=True, exclude_unset=True)
        raw["outcomes"] = {code: Outcome(o).word for code, o in self.outcomes.items()}
        raw.pop("versions", None)
        for part in ("columns", "outcomes", "statuses", "extract"):
            laid_over = {**raw.get(part, {}), **getattr(later, part)}
            raw[part] = {key: value for key, value in laid_over.items() if value is not None}
        return Agency.model_validate(raw)


# ---------------------------------------------------------------- config/rules.yaml


class HighVolume(Model):
    """Many appointments and a low share: shown as "review, high volume" by a guard."""

    of_at_least: Annotated[int, Field(ge=1, strict=True)] = 10
    share_below_percent: Percent = 20


class ClinicSpike(Model):
    """When the misses of a clinic are so far above its own weekdays that new findings are held for two working days.

    The numbers are a proposal for the safeguarding lead; nobody has published any.
    """

    at_least: Annotated[int, Field(ge=1, strict=True)] = 10
    times_usual: Annotated[float, Field(ge=1)] = 3


class Rules(Model):
    """`config/rules.yaml`."""

    version: Words
    approved_by: str = ""
    recall_days: Annotated[int, Field(ge=1, le=3_660, strict=True)] = 28
    high_volume: HighVolume = HighVolume()
    clinic_spike: ClinicSpike = ClinicSpike()
    short_notice_days: Annotated[int, Field(ge=0, le=60, strict=True)] = 0
    rules: tuple[AnyRule, ...]

    @model_validator(mode="after")
    def _ids_are_used_once(self) -> Self:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"rules: the id {rule.id!r} is used twice; an id is never reused")
            seen.add(rule.id)
        return self


# ---------------------------------------------------------------- config/casework.yaml


class StepWork(Model):
    """What a step asks of people. `days`: working days of England and Wales from the list's first publication."""

    days: Whole
    do: tuple[Words, ...] = Field(min_length=1)


class Recipient(Model):
    """Who is told at which steps, by role."""

    role: Words
    steps: tuple[Step, ...]
    contact: str = ""


def _plainly(name: str) -> str:
    return " ".join(name.casefold().split())


class FrontDoor(Model):
    """Where a concern goes, by the child's home local authority, with the number for nights and weekends."""

    local_authority: Words
    also_called: tuple[Words, ...] = ()
    """Other names and codes by which agencies write this authority: E09000012."""
    name: Words
    phone: Words
    email: str = ""
    out_of_hours: Words

    def answers_for(self, authorities: Iterable[str]) -> bool:
        """Whether any of these names of a home local authority is this one's; capitals and spaces make no other."""
        own = {_plainly(name) for name in (self.local_authority, *self.also_called)}
        return any(_plainly(name) in own for name in authorities)


class ClosingReason(Model):
    """Why a person may close a case, and which exit it is in `night.json`."""

    id: Name
    words: Words
    exit: Literal[ExitReason.CLOSED, ExitReason.DECEASED, ExitReason.HANDED_OVER_AT_18] = ExitReason.CLOSED


STEP_WORK: dict[Step, StepWork] = {
    Step.ENGAGE: StepWork(
        days=1,
        do=(
            "Speak with a parent or carer today; try at least two ways, and check first which way is safe.",
            "Ask what made it hard to come, offer help with it, and agree the next appointment.",
        ),
    ),
    Step.REVIEW: StepWork(
        days=1,
        do=(
            "Read the chronology, then ask the other services what they know of this child.",
            "Decide with the partnership what the family needs, and write down why.",
        ),
    ),
    Step.ESCALATE: StepWork(
        days=0,
        do=(
            "Decide today whether there is an identified risk of harm; if there is, call Children's Social Care now.",
            "If you decide not to refer, write down why and who agreed.",
        ),
    ),
}
CLOSING_REASONS = (
    ClosingReason(id="needs-met", words="The child has been seen and the reasons are understood"),
    ClosingReason(id="support-in-place", words="Another service is working with the family and knows"),
    ClosingReason(id="not-a-concern", words="Looked at and not a concern, for the reason written down"),
    ClosingReason(id="died", words="The child has died; confirmed by a person", exit=ExitReason.DECEASED),
    ClosingReason(
        id="handed-over-at-18", words="Now an adult; handed over to adult services", exit=ExitReason.HANDED_OVER_AT_18
    ),
)


class NotCountedReason(Model):
    """Why a person may set a missed appointment aside."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    words: Words


NOT_COUNTED_REASONS = (
    NotCountedReason(id="letter-late", words="The letter came too late, or never"),
    NotCountedReason(id="wrong-address", words="It went to a wrong address or number"),
    NotCountedReason(id="no-interpreter", words="No interpreter, or nothing that the family could read"),
    NotCountedReason(id="told-in-time", words="The family had told the service in time"),
    NotCountedReason(id="recorded-wrongly", words="It was recorded wrongly"),
    NotCountedReason(id="other", words="For another reason, which is written down"),
)


class Casework(Model):
    """`config/casework.yaml`."""

    steps: dict[Step, StepWork] = STEP_WORK
    recipients: tuple[Recipient, ...] = ()
    front_doors: tuple[FrontDoor, ...] = ()
    barriers: tuple[Words, ...] = ()
    help: tuple[Words, ...] = ()
    closing_reasons: tuple[ClosingReason, ...] = CLOSING_REASONS
    not_counted_reasons: tuple[NotCountedReason, ...] = NOT_COUNTED_REASONS

    @model_validator(mode="after")
    def _every_step_is_said(self) -> Self:
        if missing := [step for step in Step if step not in self.steps]:
            raise ValueError(f"steps: {', '.join(missing)} must be given, with days and what to do")
        return self


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class Configuration:
    """The whole configuration, checked, with its text and hash."""

    folder: Path
    partnership: Partnership
    agencies: Mapping[str, Agency]  # by id, in order
    rules: Rules
    casework: Casework
    linkage: str  # the model by which children are suggested to be one, as JSON
    texts: Mapping[str, str]  # file relative to the folder -> its text

    @property
    def root(self) -> Path:
        """The folder that holds `config/`; every path in the configuration starts here."""
        return self.folder.resolve().parent

    @property
    def sha256(self) -> str:
        """The hash by which a night stores the configuration it used."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """The texts of all files as one JSON document, in the order of their names."""
        return json.dumps(dict(sorted(self.texts.items())), ensure_ascii=False)

    def path(self, what: Literal["inbox", "data", "lists"]) -> Path:
        """One of the declared folders, absolute."""
        folder: str = getattr(self.partnership.paths, what)
        return self.root / folder


LINKAGE = "linkage.json"
FILES: dict[str, type[Model]] = {"wnb.yaml": Partnership, "rules.yaml": Rules, "casework.yaml": Casework}


def load(folder: Path) -> Configuration:
    """Read `folder` whole.

    Raises:
        ConfigurationFaults: with every fault of every file, in the order of the files.
    """
    if not folder.is_dir():
        raise ConfigurationFaults(
            [
                Fault(
                    str(folder),
                    "there is no such folder",
                    "Name the folder that holds wnb.yaml.",
                    "wnb run --config config",
                )
            ]
        )
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    models: dict[str, Any] = {}
    wanted = [*FILES, *(f"agencies/{p.name}" for p in sorted((folder / "agencies").glob("*.yaml")))]
    for name in wanted:
        path = folder / name
        if not path.is_file():
            if name == "casework.yaml":
                models[name] = Casework()
            else:
                faults.append(
                    Fault(f"{path}", "this file is missing", "Copy it from the project's own config/ and adapt it.")
                )
            continue
        models[name] = read_model(path, name, FILES.get(name, Agency), texts, faults)
    linkage = _linkage(folder, texts, faults)
    agencies = {name: model for name, model in models.items() if isinstance(model, Agency)}
    faults += _across_files(folder, agencies)
    if not any(name.startswith("agencies/") for name in wanted):
        faults.append(
            Fault(
                f"{folder / 'agencies'}",
                "no agency is configured",
                "Add one YAML file for each agency.",
                "agencies/homerton.yaml",
            )
        )
    if faults:
        raise ConfigurationFaults(faults)
    by_id = {agency.agency: agency for agency in sorted(agencies.values(), key=lambda a: a.agency)}
    return Configuration(
        folder, models["wnb.yaml"], by_id, models["rules.yaml"], models["casework.yaml"], linkage, texts
    )


def _linkage(folder: Path, texts: dict[str, str], faults: list[Fault]) -> str:
    """The text of `linkage.json`; the program's own model where the folder has none.

    Either is kept with the configuration: a night is made again by the model that it had.
    """
    path = folder / LINKAGE
    if not path.is_file():
        package = Path(__file__).parent  # in a wheel the example's configuration lies inside the package
        path = next(
            own for own in (package / "demo" / "config" / LINKAGE, package.parent / "config" / LINKAGE) if own.is_file()
        )
    text = path.read_text("utf-8")
    try:
        Linkage.read(text)
    except ValueError as wrong:
        remedy = "Remove it, and the program's own model is used, or copy that one here."
        faults.append(Fault(f"{path}", f"this model cannot be asked: {wrong}", remedy))
    texts[LINKAGE] = text
    return text


def _across_files(folder: Path, agencies: Mapping[str, Agency]) -> Iterable[Fault]:
    for name, agency in agencies.items():
        if Path(name).stem != agency.agency:
            yield Fault(
                f"{folder / name}:1:1",
                f"the file is called {Path(name).name}, and its agency is {agency.agency}",
                "Give the file the agency's id as its name.",
                f"{agency.agency}.yaml",
            )
    for path in sorted((folder / "agencies").glob("*")):
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            yield Fault(
                f"{path}:1:1",
                f"a file that ends in {path.suffix} is not read, and its agency would be forgotten",
                "Let its name end in .yaml.",
                f"{path.stem}.yaml",
            )


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each file of `config/`, by the name it is published under in `config/schema/`."""
    named: dict[str, type[Model]] = {
        "wnb.schema.json": Partnership,
        "rules.schema.json": Rules,
        "casework.schema.json": Casework,
        "agency.schema.json": Agency,
    }
    return {name: model.model_json_schema(by_alias=True) for name, model in named.items()}


def kinds_of_agency() -> tuple[str, ...]:
    """Every `kind` an agency may be of."""
    return get_args(AgencyKind)
