"""What an Appointment and a Patient of FHIR R4 say in our words."""

from collections.abc import Mapping
from typing import Any

from wnb.terms import Outcome

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"

CODES: Mapping[str, Outcome] = {
    "noshow": Outcome.NOT_ATTENDED,
    "fulfilled": Outcome.ATTENDED,
    "arrived": Outcome.NOT_RECORDED,  # came, and whether seen was never said
    "checked-in": Outcome.NOT_RECORDED,
    "booked": Outcome.BOOKED,
    "pending": Outcome.BOOKED,
    "proposed": Outcome.BOOKED,
    "waitlist": Outcome.BOOKED,
    "entered-in-error": Outcome.ENTERED_IN_ERROR,
    "cancelled": Outcome.CANCELLED_BY_PROVIDER,  # by whom was not said: counts for nothing, and against nobody
    "cancelled: pat": Outcome.CANCELLED_BY_FAMILY,
    "cancelled: pat-dec": Outcome.DECEASED,  # "Patient: Deceased"
    "cancelled: prov": Outcome.CANCELLED_BY_PROVIDER,
    "cancelled: maint": Outcome.SERVICE_FAULT,
    "cancelled: meds-inc": Outcome.SERVICE_FAULT,
    "cancelled: other": Outcome.CANCELLED_BY_PROVIDER,
    "cancelled: oth": Outcome.CANCELLED_BY_PROVIDER,
}
"""`Appointment.status` (R4 value set appointmentstatus), with whose cancellation it was: the first part of the code in
http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason (pat-crs, prov-pers, other-weather, oth-cms …)."""

CANCELLATION = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
WHOLE = ("meds-inc", "pat-dec")  # codes whose first part does not say it

PATHS: Mapping[str, str] = {
    "appointment_id": "Appointment.id",
    "appointment_at": "Appointment.start",
    "outcome": "Appointment.status",
    "child_local_id": "Patient.id",
    "nhs_number": "Patient.identifier",
    "given_name": "Patient.name.given",
    "family_name": "Patient.name.family",
    "date_of_birth": "Patient.birthDate",
    "postcode": "Patient.address.postalCode",
    "sex": "Patient.gender",
    "deceased": "Patient.deceased",
    "service": "Appointment.serviceType",
    "appointment_type": "Appointment.appointmentType",
    "recorded_at": "Appointment.meta.lastUpdated",
}


def of_appointment(resource: Mapping[str, Any]) -> dict[str, str]:
    """Our columns of an Appointment; empty where it does not say."""
    status = worded(resource.get("status"))
    if status == "cancelled":
        reason = _coded(resource.get("cancelationReason") or {}, system=CANCELLATION)
        if reason:
            status = f"cancelled: {reason if reason in WHOLE else reason.partition('-')[0]}"
    meta = resource.get("meta")
    return {
        "appointment_id": worded(resource.get("id")),
        "appointment_at": worded(resource.get("start")),
        "outcome": status,
        "service": _coded(_first(resource.get("serviceType")), words=True)
        or _coded(_first(resource.get("specialty")), words=True),
        "appointment_type": _coded(resource.get("appointmentType")),
        "recorded_at": worded(meta.get("lastUpdated")) if isinstance(meta, Mapping) else "",
    }


def of_patient(patient: Mapping[str, Any]) -> dict[str, str]:
    """Our columns of a Patient; empty where it does not say."""
    told = [one for one in listed(patient.get("identifier")) if isinstance(one, Mapping)]
    ours = _current([one for one in told if one.get("system") == NHS_NUMBER])
    numbers = [worded(identifier.get("value")) for identifier in ours]
    name, address = _best(patient.get("name"), "official"), _best(patient.get("address"), "home")
    dead = str(patient.get("deceasedBoolean")).lower() == "true" or bool(patient.get("deceasedDateTime"))
    return {
        "child_local_id": worded(patient.get("id")),
        "nhs_number": numbers[0] if len(set(numbers)) == 1 else " / ".join(numbers),
        "family_name": worded(name.get("family")),
        "given_name": " ".join(filter(None, map(worded, listed(name.get("given"))))),
        "date_of_birth": worded(patient.get("birthDate")),
        "postcode": worded(address.get("postalCode")),
        "sex": worded(patient.get("gender")),
        "deceased": "true" if dead else "",
    }


def listed(value: Any) -> list[Any]:
    """A list, or nothing where it is none."""
    return value if isinstance(value, list) else []


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def worded(value: Any) -> str:
    """A text, or nothing where it is none."""
    return value if isinstance(value, str) else ""


def _best(values: Any, use: str) -> Mapping[str, Any]:
    """Of several names or addresses the one for this use, else the first that is not of the past."""
    current = _current(values)
    return next((value for value in current if value.get("use") == use), current[0] if current else {})


def _current(values: Any) -> list[Mapping[str, Any]]:
    """Names, addresses or identifiers that are not of the past; those whose time has an end only where all have one."""
    told = [value for value in listed(values) if isinstance(value, Mapping) and value.get("use") != "old"]
    return [value for value in told if not _ends(value)] or told


def _ends(value: Mapping[str, Any]) -> bool:
    period = value.get("period")
    return isinstance(period, Mapping) and bool(period.get("end"))


def _coded(concept: Any, words: bool = False, system: str = "") -> str:
    """The code of a CodeableConcept, of this system where it has one; with `words`, what it is called."""
    if not isinstance(concept, Mapping):
        return ""
    codings = [coding for coding in listed(concept.get("coding")) if isinstance(coding, Mapping)]
    coding = next((coding for coding in codings if coding.get("system") == system), codings[0] if codings else {})
    if words:
        return worded(concept.get("text")) or worded(coding.get("display")) or worded(coding.get("code"))
    return worded(coding.get("code"))
