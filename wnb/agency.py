"""An agency's contract: what may stand in `config/agencies/<agency>.yaml`, and what must be there for what it holds."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from wnb.extract_columns import MAY_HAVE, OF_THE_MOTHER, REQUIRED, WHO, Columns
from wnb.extract_form import DaysBack, ExtractForm
from wnb.placing import said
from wnb.settings import Model, Name, Words
from wnb.terms import DETAILED, NOT_TOLD, TELLABLE, Known, Outcome, Status

Sharing = Literal["partnership", "fact-only", "own-agency-only"]
SHARING: tuple[Sharing, ...] = get_args(Sharing)  # the wider first


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


WHO_IS_GONE = {
    "appointments": "an appointment that is gone was withdrawn",
    "statuses": "where rows add to earlier ones, none is ever gone",
    "people": "who is gone from a list of people is still who it was",
}


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


def kinds_of_agency() -> tuple[str, ...]:
    """Every `kind` an agency may be of."""
    return get_args(AgencyKind)
