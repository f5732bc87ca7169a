"""What agencies call their columns: a table of names for each of ours. For proposals to a person.

Compared in small letters, without marks, the usual short forms written out (`appt no` is `appointment number`).
"""

import re
from collections.abc import Mapping

SOMEBODY_ELSE = (
    "mother, mothers, mum, maternal, father, fathers, parent, parents, carer, carers, guardian, sibling, partner, "
    "staff, clinician, consultant, nurse, practitioner, doctor, gp, referrer, kin, contact, emergency, user, "
    "provider, school"
)
"""Words of a name that say whose it is, when it is not the child's."""
ANOTHER_TIME = "next, previous, prev, last, old, original, referral, referred, discharge, letter"
SYNONYMS: Mapping[str, str] = {
    "appt": "appointment", "appts": "appointment", "apt": "appointment", "app": "appointment", "apps": "appointment",
    "no": "number", "num": "number", "nr": "number", "nbr": "number", "dt": "date", "tm": "time", "ref": "reference",
    "pt": "patient", "pat": "patient", "sched": "scheduled", "fname": "forename", "lname": "surname",
    "identifier": "id", "ident": "id", "clients": "client", "childs": "child", "datetime": "date time",
    "attendance": "attended", "attend": "attended", "attnd": "attended", "pcode": "postcode", "hosp": "hospital",
    "birthdate": "date of birth", "dob": "date of birth", "kid": "child", "addr": "address", "sname": "surname",
    "adm": "admission", "pupils": "pupil",
}  # fmt: skip

NAMES: Mapping[str, str] = {
    "nhs_number": "nhs number, nhs no, nhs, patient nhs number, nhs id, new nhs number",
    "child_local_id": (
        "mrn, local id, local patient id, patient id, patient number, hospital number, emis number, case "
        "number, pas id, pas number, child id, person id, client id, client number, patient reference, child "
        "reference, client reference, rio id, systmone id, unit number, district number, upn, child number, "
        "patient, client, record number, crn, admission number, pupil, pupil id, pupil number, student id, "
        "student number"
    ),
    "given_name": "given name, given names, first name, forename, forenames, firstname, christian name, given, fore",
    "family_name": "family name, surname, last name, lastname, family, sur",
    "date_of_birth": "date of birth, dob, birth date, born, birthday",
    "age_at_appointment": "age at appointment, age, age in years, patient age",
    "postcode": "postcode, post code, postal code, home postcode, zip",
    "school_upn": "upn, unique pupil number",
    "recorded_at": (
        "recorded at, last changed, last updated, last modified, entered, entered on, modified, date entered, "
        "updated, updated at, record date, status changed, recorded on, timestamp"
    ),
    "appointment_id": (
        "appointment id, appointment number, appointment reference, slot guid, slot id, contact id, "
        "attendance id, event id, visit id, visit, appointment guid, booking id, booking reference, "
        "attendance number, contact number, activity id, unique appointment id, appointment uid, appointment "
        "key, slot"
    ),
    "appointment_at": (
        "appointment date time, appointment start, slot start, start, appointment date, contact date, contact "
        "date and time, date of contact, appointment day, appointment time, appointment at, scheduled start, "
        "scheduled date, planned for, visit date, attendance date, clinic date, session date, date of "
        "appointment, start date time, appointment start date, appointment start time, event date, activity "
        "date, appointment date and time, contact start, contact date time"
    ),
    "outcome": (
        "attendance status, outcome, status, attended or did not attend, attended or dna code, attended, dna, "
        "attended code, no show, appointment status, appointment outcome, attendance outcome, outcome code, "
        "attendance, contact outcome, slot status, visit outcome, attended or dna"
    ),
    "service": (
        "service, clinic, specialty, treatment function, team, session, department, clinic name, clinic code, "
        "service name, specialty name, contact type"
    ),
    "manages_own_appointments": "self managed, manages own appointments, arranges own appointments",
    "booked_on": (
        "booked on, date booked, booked, booking date, date made, created, appointment made, booked date, date created"
    ),
    "cancelled_on": "cancelled on, date cancelled, cancelled date, cancellation date",
    "letter_sent_on": "letter sent, letter sent on, letter date, date letter sent",
    "appointment_type": "appointment type, contact kind, visit type",
    "mode": "mode, contact mode, consultation medium, mode of contact, contact method",
    "attendee": "attendee, who came, who attended, seen with",
    "child_seen": "child seen, was child seen, seen child",
    "first_or_follow_up": "first or follow up, first follow up, first attendance",
    "household_id": "household, household id, family id, household number",
    "referral_id": "referral id, referral reference, referral number",
    "gp_practice": (
        "gp, surgery, gp surgery, gp practice, practice, practice code, gp practice code, registered practice"
    ),
    "interpreter_needed": "interpreter, interpreter needed, interpreter required",
    "sex": "sex, gender",
    "ethnicity": "ethnicity, ethnic category, ethnic code, ethnic group",
    "language": "language, first language, preferred language, main language",
    "referrer": "referrer, referred by, referral source",
    "lead_professional": "lead professional, key worker, care coordinator",
    "status": "status, category, legal status, plan, plan type, status type",
    "status_from": "start, start date, from, date from, status start, begin, started, date started, from date",
    "status_to": "end, end date, to, date to, status end, ended, ceased, date ended, until, until date, to date",
    "status_id": "episode, episode id, status id, plan id",
    "person_id": "row id, record id, address id",
    "address_sealed": "protected, address protected, address sealed, sealed, sensitive, sensitive address, "
    "address flag, confidential address, s flag, restricted address",
    "uprn": "uprn, unique property reference number, property reference",
    "address": "address, home address, address 1, address line 1, full address",
    "address_2": "address 2, address line 2",
    "address_3": "address 3, address line 3",
    "sibling_local_ids": "siblings, sibs, sibling ids, brothers and sisters, sibling id",
    "mother_nhs_number": "mother nhs number, mothers nhs number, maternal nhs number, mother nhs no, mothers nhs no",
    "mother_local_id": "mother id, mothers id, mother client id, mother patient id",
    "mother": "mother, mothers name, mother name, name of mother, mum",
    "father": "father, fathers name, father name, name of father, dad",
    "father_asked_on": "father asked on, father last asked, date father asked, father asked, dad asked",
    "school": "school, school name, school attended, current school",
    "home_local_authority": "home local authority, home authority, local authority, la, home la, resident authority",
    "safe_contact": "safe contact, contact instruction, contact instructions, safe contact instruction",
    "accessible_information": "accessible information, accessible information needs, communication needs",
    "deceased_on": "deceased on, date of death, died, died on, death date, dod",
    "status_detail": "status detail, detail, details, status value, instruction",
}
"""Ours -> names that say by themselves what the column is, best first."""

VAGUE: Mapping[str, str] = {
    "given_name": "first",
    "family_name": "last",
    "child_local_id": "id, number, reference",
    "appointment_id": "reference, id, number, key, guid, uid",
    "appointment_at": "when, date, appointment, day, date time, time, planned",
    "outcome": "code, result, status code",
    "status": "code, type, what",
    "status_from": "date",
    "status_id": "id, reference",
}
"""Ours -> names that many columns have."""

_OTHERS = SOMEBODY_ELSE.replace("contact, ", "")  # "contact" is also what some services call an appointment
_ANYBODY = ("school_upn", "service", "manages_own_appointments", "attendee", "child_seen", "first_or_follow_up",
            "gp_practice", "interpreter_needed", "referrer", "lead_professional", "status", "mother", "father",
            "father_asked_on", "school", "home_local_authority", "safe_contact", "deceased_on",
            "sibling_local_ids", "mother_nhs_number", "mother_local_id", "address_sealed")  # fmt: skip
_ANY_TIME = ("family_name", "recorded_at", "letter_sent_on", "referral_id", "status_from", "status_to", "status_id")
AGAINST: Mapping[str, str] = {
    **dict.fromkeys(_ANYBODY, ""),
    **dict.fromkeys(_ANY_TIME, SOMEBODY_ELSE),
    "child_local_id": (
        f"{SOMEBODY_ELSE}, {ANOTHER_TIME}, appointment, clinic, episode, family, household, location, nhs, practice, "
        "series, slot, team, visit"
    ),
    "appointment_id": (
        f"{_OTHERS}, child, client, clinic, household, location, mrn, nhs, patient, person, practice, referral, series"
    ),
    "appointment_at": (
        f"{_OTHERS}, {ANOTHER_TIME}, birth, booked, cancelled, changed, created, end, entered, finish, made, sent, "
        "updated"
    ),
    "outcome": "marital, referral, priority, type, mode, practice, ethnic, ethnicity, previous, legal",
    "mode": _OTHERS,
}
"""Ours -> words that say that a column is another's; left out: somebody else's, or another time's."""


def plain(name: str) -> list[str]:
    """A column's name as words, in small letters, its usual short forms written out."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    spaced = re.sub(r"\bd\.\s*o\.\s*b\b\.?", "dob", spaced, flags=re.IGNORECASE)
    words = re.findall(r"[^\W_]+", spaced.casefold())
    return " ".join(SYNONYMS.get(word, word) for word in words).split()


def _listed(words: str) -> list[str]:
    return [word for word in words.split(", ") if word]


def named(ours: str, column: str) -> float:
    """How much a column's name says that it is ours: 0 to 1; -1 where it says that it is another's."""
    words = plain(column)
    squeezed = {"".join(words), re.sub(r"[\W_]", "", column.casefold())}
    known = (1.0, [*_listed(NAMES[ours]), ours.replace("_", " ")]), (0.5, _listed(VAGUE.get(ours, "")))
    for weight, names in known:
        if any({"".join(plain(name)), name.replace(" ", "")} & squeezed for name in names):
            return weight
    if set(words) & set(_listed(AGAINST.get(ours, f"{SOMEBODY_ELSE}, {ANOTHER_TIME}"))):
        return -1.0
    best = 0.0
    for weight, names in known:
        for asked in map(plain, names):
            if set(asked) <= set(words):
                best = max(best, 0.8 * weight if len(asked) > 1 else 0.6 * weight)
    return best


def is_somebody_elses(column: str) -> bool:
    """Whether a column's name says that it is of somebody other than the child."""
    return bool(set(plain(column)) & set(_listed(SOMEBODY_ELSE)))
