"""The columns that an agency's extract may have, in the order of the interface: ours, and theirs for each."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from wnb.date_forms import of_two_meanings
from wnb.settings import Form, Model, Words
from wnb.terms import DATE_EXTRAS, PERSON_DATES, PERSON_TEXTS, TEXT_EXTRAS


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Names = Annotated[
    tuple[Words, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]


def _of_one_meaning(forms: tuple[str, ...]) -> tuple[str, ...]:
    if clash := of_two_meanings(forms):
        raise ValueError(
            f"one text could be in both of the forms {clash[0]!r} and {clash[1]!r}, and mean two moments; declare the "
            "one that the agency uses, and the other under versions with the date from which it holds"
        )
    return forms


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


REQUIRED = {
    "appointments": ("appointment_id", "appointment_at", "outcome"),
    "statuses": ("status", "status_from"),
    "people": (),
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
