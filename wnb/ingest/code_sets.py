"""What the codes of well-known systems mean: proposals for a person to confirm, never applied by themselves.

A code that has more than one reading (`UNSURE`), above all one that could be a miss, is never proposed as one of them.

Sources: NHS Data Dictionary, ATTENDED OR DID NOT ATTEND CODE; SystmOne appointment statuses as published in
opensafely-core/ehrql (tables/tpp.py); Read v2, CTV3 and EMIS codes from UoM-Data-Science-Platforms/gm-sde
(did-not-attend/1) and SAIL; FHIR R4 value set appointmentstatus; the rest are words that agencies use.
"""

from collections.abc import Iterable, Mapping

from wnb.terms import Known, Outcome

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
        "booked": Outcome.BOOKED,
        "planned": Outcome.BOOKED,
        "future": Outcome.BOOKED,
        "entered in error": Outcome.ENTERED_IN_ERROR,
        "deceased": Outcome.DECEASED,
    },
}


UNSURE: Mapping[str, tuple[Outcome, ...]] = {
    "arrived": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "checked-in": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "in progress": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "left": (Outcome.ATTENDED, Outcome.LEFT_BEFORE_SEEN),
    "complete": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "completed": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "closed": (Outcome.ATTENDED, Outcome.NOT_RECORDED),
    "late": (Outcome.ARRIVED_TOO_LATE, Outcome.ATTENDED),
    "cancelled": (Outcome.CANCELLED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER),
    "canc": (Outcome.CANCELLED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER),
    "rescheduled": (Outcome.RESCHEDULED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER),
    "moved": (Outcome.RESCHEDULED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER),
    "error": (Outcome.ENTERED_IN_ERROR, Outcome.NOT_RECORDED),
    "missed": (Outcome.NOT_ATTENDED, Outcome.CANCELLED_BY_PROVIDER),
    "not seen": (Outcome.NOT_ATTENDED, Outcome.LEFT_BEFORE_SEEN, Outcome.CHILD_NOT_SEEN),
    "yes": (Outcome.ATTENDED, Outcome.NOT_ATTENDED),
    "no": (Outcome.NOT_ATTENDED, Outcome.NOT_RECORDED),
    "y": (Outcome.ATTENDED, Outcome.NOT_ATTENDED),
    "n": (Outcome.NOT_ATTENDED, Outcome.NOT_RECORDED),
    "a": (Outcome.ATTENDED,),
    "d": (Outcome.NOT_ATTENDED,),
    "unknown": (Outcome.NOT_RECORDED,),
}
"""Words that systems use in more than one sense: what a person chooses between, likeliest first."""

HINTS: tuple[tuple[str, tuple[Outcome, ...]], ...] = (
    ("not brought", (Outcome.WAS_NOT_BROUGHT,)),
    ("cancel", (Outcome.CANCELLED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER)),
    ("resched", (Outcome.RESCHEDULED_BY_FAMILY, Outcome.CANCELLED_BY_PROVIDER)),
    ("no access", (Outcome.NO_ACCESS,)),
    ("no answer", (Outcome.NO_ANSWER,)),
    ("no reply", (Outcome.NO_ANSWER, Outcome.NO_ACCESS)),
    ("child not seen", (Outcome.CHILD_NOT_SEEN,)),
    ("without child", (Outcome.CHILD_NOT_SEEN,)),
    ("did not attend", (Outcome.NOT_ATTENDED,)),
    ("not attend", (Outcome.NOT_ATTENDED,)),
    ("dna", (Outcome.NOT_ATTENDED,)),
    ("too late", (Outcome.ARRIVED_TOO_LATE,)),
    ("interpreter", (Outcome.SERVICE_FAULT, Outcome.CANCELLED_BY_PROVIDER)),
    ("wrong address", (Outcome.SERVICE_FAULT,)),
    ("seen", (Outcome.ATTENDED,)),
    ("attended", (Outcome.ATTENDED,)),
)
"""Words within longer ones, and what a person may choose first; never proposed as more than a question."""

STATUSES: Mapping[str, Known] = {
    "cpp": Known.CHILD_PROTECTION_PLAN,
    "cp": Known.CHILD_PROTECTION_PLAN,
    "child protection plan": Known.CHILD_PROTECTION_PLAN,
    "child protection": Known.CHILD_PROTECTION_PLAN,
    "s47": Known.SECTION_47,
    "section 47": Known.SECTION_47,
    "cla": Known.LOOKED_AFTER,
    "lac": Known.LOOKED_AFTER,
    "looked after": Known.LOOKED_AFTER,
    "child looked after": Known.LOOKED_AFTER,
    "cin": Known.CHILD_IN_NEED,
    "child in need": Known.CHILD_IN_NEED,
    "ubp": Known.UNBORN_PLAN,
    "eh": Known.EARLY_HELP,
    "early help": Known.EARLY_HELP,
    "early help consent withdrawn": Known.EARLY_HELP_CONSENT_WITHDRAWN,
    "ehcp": Known.EHC_PLAN,
    "ehc plan": Known.EHC_PLAN,
    "disabled": Known.DISABILITY,
    "disability": Known.DISABILITY,
    "disab": Known.DISABILITY,
    "dis": Known.DISABILITY,
    "da": Known.DOMESTIC_ABUSE,
    "dv": Known.DOMESTIC_ABUSE,
    "domestic violence": Known.DOMESTIC_ABUSE,
    "domestic abuse": Known.DOMESTIC_ABUSE,
    "safe contact": Known.SAFE_CONTACT,
    "accessible information": Known.ACCESSIBLE_INFORMATION,
    "lead professional": Known.LEAD_PROFESSIONAL,
    "home local authority": Known.HOME_LOCAL_AUTHORITY,
    "deceased": Known.DECEASED,
}
"""What social care's own words for the status of a child are likely to mean."""


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
    """What the code means, and by which set: the named one first, then whichever knows it.

    The digits of the NHS Data Dictionary mean what they mean only where that set was found to be the one.
    """
    for name in (*([first] if first else []), *CODE_SETS):
        if (found := meaning_in(name, code)) is not None and (name != NHS or first == NHS):
            return found, name
    return None


def readings_of(code: str) -> tuple[Outcome, ...]:
    """What a word of several senses may mean, likeliest first; nothing where nobody knows."""
    folded = code.strip().casefold()
    return UNSURE.get(folded) or next((readings for words, readings in HINTS if words in folded), ())


def is_known(code: str) -> bool:
    """Whether a code stands in any set, of outcomes or of statuses, or among the words of several senses."""
    folded = code.strip().casefold()
    return bool(folded in UNSURE or folded in STATUSES or meaning_of(code, NHS))


def is_data_dictionary(codes: Iterable[str]) -> bool:
    """Whether the digits among these codes can be those of the NHS Data Dictionary: every one, and "seen" among them.

    Any system may use digits; in another's, 2 may be attended and 1 missed.
    """
    digits = {code for code in codes if code.isdigit()}
    return bool(digits & {"5", "6"}) and digits <= set(CODE_SETS[NHS])
