"""What the codes of well-known systems are likely to mean: proposals for a person to confirm, never applied by
themselves.

Sources: NHS Data Dictionary, ATTENDED OR DID NOT ATTEND CODE; SystmOne appointment statuses as published in
opensafely-core/ehrql (tables/tpp.py); Read v2, CTV3 and EMIS codes from UoM-Data-Science-Platforms/gm-sde
(did-not-attend/1) and SAIL; FHIR R4 value set appointmentstatus; the rest are words that agencies use.
"""

from collections.abc import Mapping

from wnb.terms import Outcome

NHS = "NHS Data Dictionary"
SYSTMONE = "SystmOne"
EMIS = "EMIS and Read"
FHIR = "FHIR"
WORDS = "common words"

CODE_SETS: Mapping[str, Mapping[str, Outcome]] = {
    NHS: {
        "5": Outcome.ATTENDED,
        "6": Outcome.ATTENDED,
        "7": Outcome.ARRIVED_TOO_LATE,
        "2": Outcome.CANCELLED_BY_FAMILY,
        "3": Outcome.NOT_ATTENDED,
        "4": Outcome.CANCELLED_BY_PROVIDER,
        "0": Outcome.BOOKED,
    },
    SYSTMONE: {
        "Booked": Outcome.BOOKED,
        "Requested": Outcome.BOOKED,
        "Arrived": Outcome.NOT_RECORDED,
        "In Progress": Outcome.NOT_RECORDED,
        "Waiting": Outcome.NOT_RECORDED,
        "Finished": Outcome.ATTENDED,
        "Visit": Outcome.ATTENDED,
        "Did Not Attend": Outcome.NOT_ATTENDED,
        "Cancelled by Patient": Outcome.CANCELLED_BY_FAMILY,
        "Cancelled by Unit": Outcome.CANCELLED_BY_PROVIDER,
        "Cancelled by Other Service": Outcome.CANCELLED_BY_PROVIDER,
        "No Access Visit": Outcome.NO_ACCESS,
        "Cancelled Due To Death": Outcome.DECEASED,
        "Patient Walked Out": Outcome.LEFT_BEFORE_SEEN,
    },
    EMIS: {
        "9Nz1.": Outcome.WAS_NOT_BROUGHT,
        "EMISNQCH221": Outcome.WAS_NOT_BROUGHT,
        "9Ni..": Outcome.NOT_ATTENDED,
        "Xa1kG": Outcome.NOT_ATTENDED,
        "9N41.": Outcome.NOT_ATTENDED,
        "9N42.": Outcome.NOT_ATTENDED,
        "9Nin.": Outcome.NOT_ATTENDED,
        "9Nim.": Outcome.NOT_ATTENDED,
        "9N43.": Outcome.ARRIVED_TOO_LATE,
        "9N44.": Outcome.SERVICE_FAULT,
        "9N45.": Outcome.LEFT_BEFORE_SEEN,
        "9N450": Outcome.LEFT_BEFORE_SEEN,
        "9N47.": Outcome.CANCELLED_BY_FAMILY,
        "9N4H.": Outcome.TOLD_OF_MISSED_ELSEWHERE,
        "9N4N0": Outcome.TOLD_OF_MISSED_ELSEWHERE,
        "9NFC.": Outcome.NO_ACCESS,
        "9N4k.": Outcome.NO_ACCESS,
    },
    FHIR: {
        "noshow": Outcome.NOT_ATTENDED,
        "fulfilled": Outcome.ATTENDED,
        "booked": Outcome.BOOKED,
        "entered-in-error": Outcome.ENTERED_IN_ERROR,
        "cancelled": Outcome.CANCELLED_BY_PROVIDER,
    },
    WORDS: {
        "attended": Outcome.ATTENDED,
        "att": Outcome.ATTENDED,
        "seen": Outcome.ATTENDED,
        "dna": Outcome.NOT_ATTENDED,
        "did not attend": Outcome.NOT_ATTENDED,
        "not attended": Outcome.NOT_ATTENDED,
        "fta": Outcome.NOT_ATTENDED,
        "wnb": Outcome.WAS_NOT_BROUGHT,
        "was not brought": Outcome.WAS_NOT_BROUGHT,
        "not brought": Outcome.WAS_NOT_BROUGHT,
        "no access": Outcome.NO_ACCESS,
        "no answer": Outcome.NO_ANSWER,
        "late": Outcome.ARRIVED_TOO_LATE,
        "left before seen": Outcome.LEFT_BEFORE_SEEN,
        "walked out": Outcome.LEFT_BEFORE_SEEN,
        "canp": Outcome.CANCELLED_BY_FAMILY,
        "cancelled by patient": Outcome.CANCELLED_BY_FAMILY,
        "cancelled by family": Outcome.CANCELLED_BY_FAMILY,
        "cancelled by parent": Outcome.CANCELLED_BY_FAMILY,
        "canh": Outcome.CANCELLED_BY_PROVIDER,
        "cancelled by hospital": Outcome.CANCELLED_BY_PROVIDER,
        "cancelled by provider": Outcome.CANCELLED_BY_PROVIDER,
        "cancelled by service": Outcome.CANCELLED_BY_PROVIDER,
        "rescheduled": Outcome.RESCHEDULED_BY_FAMILY,
        "booked": Outcome.BOOKED,
        "planned": Outcome.BOOKED,
        "future": Outcome.BOOKED,
        "error": Outcome.ENTERED_IN_ERROR,
        "entered in error": Outcome.ENTERED_IN_ERROR,
        "deceased": Outcome.DECEASED,
    },
}


def likeliest_set(codes: set[str]) -> str:
    """The set that knows the most of these codes; empty where none knows any."""
    known = {name: sum(meaning_in(name, code) is not None for code in codes) for name in CODE_SETS}
    best = max(known, key=lambda name: known[name])
    return best if known[best] else ""


def meaning_in(name: str, code: str) -> Outcome | None:
    """What a set says of a code; letters in either case."""
    folded = {each.casefold(): outcome for each, outcome in CODE_SETS[name].items()}
    return folded.get(code.strip().casefold())


def meaning_of(code: str, first: str) -> tuple[Outcome, str] | None:
    """What the code is likely to mean, and by which set: the named one first, then whichever knows it."""
    for name in (*([first] if first else []), *CODE_SETS):
        if (found := meaning_in(name, code)) is not None and (name != NHS or first == NHS):
            return found, name
    return None
