"""The words of the field as types: one page, imported by every module and importing none of ours.

Longer than most because it is that one page.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum

import pyarrow as pa


class Outcome(IntEnum):
    """What became of an appointment. The numbers are stored; they are never reused."""

    ATTENDED = 1
    NOT_ATTENDED = 2
    WAS_NOT_BROUGHT = 3
    YOUNG_PERSON_DID_NOT_ATTEND = 4
    DID_NOT_ATTEND = 5
    NO_ACCESS = 6
    NO_ANSWER = 7
    CHILD_NOT_SEEN = 8
    ARRIVED_TOO_LATE = 9
    LEFT_BEFORE_SEEN = 10
    CANCELLED_BY_FAMILY = 11
    RESCHEDULED_BY_FAMILY = 12
    CANCELLED_BY_PROVIDER = 13
    SERVICE_FAULT = 14
    TOLD_OF_MISSED_ELSEWHERE = 15
    BOOKED = 16
    NOT_RECORDED = 17
    ENTERED_IN_ERROR = 18
    DECEASED = 19

    @property
    def word(self) -> str:
        """The word as configuration and published files write it: `was_not_brought`."""
        return self.name.lower()


class Meaning(Enum):
    """What an outcome is in a history (interface, section 2, the table of outcomes)."""

    SEEN = "seen"
    NOT_BROUGHT = "not_brought"
    UNSEEN = "unseen"
    FAMILY_CANCELLED = "family_cancelled"
    NOTHING = "nothing"
    DEATH = "death"


MEANING: dict[Outcome, Meaning] = {
    Outcome.ATTENDED: Meaning.SEEN,
    Outcome.NOT_ATTENDED: Meaning.NOTHING,  # of unknown age, or an adult's before the recode: counts nothing
    Outcome.WAS_NOT_BROUGHT: Meaning.NOT_BROUGHT,
    Outcome.YOUNG_PERSON_DID_NOT_ATTEND: Meaning.NOT_BROUGHT,
    Outcome.DID_NOT_ATTEND: Meaning.NOTHING,
    Outcome.NO_ACCESS: Meaning.NOT_BROUGHT,
    Outcome.NO_ANSWER: Meaning.NOT_BROUGHT,
    Outcome.CHILD_NOT_SEEN: Meaning.NOT_BROUGHT,
    Outcome.ARRIVED_TOO_LATE: Meaning.UNSEEN,
    Outcome.LEFT_BEFORE_SEEN: Meaning.UNSEEN,
    Outcome.CANCELLED_BY_FAMILY: Meaning.FAMILY_CANCELLED,
    Outcome.RESCHEDULED_BY_FAMILY: Meaning.FAMILY_CANCELLED,
    Outcome.CANCELLED_BY_PROVIDER: Meaning.NOTHING,
    Outcome.SERVICE_FAULT: Meaning.NOTHING,
    Outcome.TOLD_OF_MISSED_ELSEWHERE: Meaning.NOTHING,
    Outcome.BOOKED: Meaning.NOTHING,
    Outcome.NOT_RECORDED: Meaning.NOTHING,
    Outcome.ENTERED_IN_ERROR: Meaning.NOTHING,
    Outcome.DECEASED: Meaning.DEATH,
}

NO_OUTCOME_YET = frozenset({Outcome.BOOKED, Outcome.NOT_RECORDED})
TELLABLE = frozenset(Outcome) - {Outcome.DID_NOT_ATTEND}  # what an agency's code may be mapped to


class Step(StrEnum):
    """The guidance's three steps: engage parents; contact the partnership; Children's Social Care."""

    ENGAGE = "engage"
    REVIEW = "review"
    ESCALATE = "escalate"

    @property
    def rank(self) -> int:
        """0 for the least pressing step, 2 for the most."""
        return list(Step).index(self)


class Desk(StrEnum):
    """Whose list a rule writes on: the partnership's, or only that of the agency whose appointments made it."""

    PARTNERSHIP = "partnership"
    OWN_AGENCY = "own-agency"


class Status(StrEnum):
    """What is known of a child on a day. A closed list; `bit` is what a history stores."""

    CHILD_PROTECTION_PLAN = "child-protection-plan"
    SECTION_47 = "section-47"
    LOOKED_AFTER = "looked-after"
    CHILD_IN_NEED = "child-in-need"
    UNBORN_PLAN = "unborn-plan"
    EARLY_HELP = "early-help"
    DISABILITY = "disability"
    DOMESTIC_ABUSE = "domestic-abuse"
    UNDER_ONE = "under-one"
    CRITICAL_APPOINTMENT = "critical-appointment"
    POST_DISCHARGE = "post-discharge"
    HARM_RECORDED_BY_A_PERSON = "harm-recorded-by-a-person"
    EARLY_HELP_CONSENT_WITHDRAWN = "early-help-consent-withdrawn"

    @property
    def bit(self) -> int:
        """One bit of a 16-bit set; the order of this class is stored and only ever grows at its end."""
        return 1 << list(Status).index(self)


class Known(StrEnum):
    """What an agency that holds statuses may tell of a child (`statuses` in its YAML): every Status, and more.

    `detail` is beside the word what it says: whose name, which school.
    """

    CHILD_PROTECTION_PLAN = "child-protection-plan"
    SECTION_47 = "section-47"
    LOOKED_AFTER = "looked-after"
    CHILD_IN_NEED = "child-in-need"
    UNBORN_PLAN = "unborn-plan"
    EARLY_HELP = "early-help"
    DISABILITY = "disability"
    DOMESTIC_ABUSE = "domestic-abuse"
    UNDER_ONE = "under-one"
    CRITICAL_APPOINTMENT = "critical-appointment"
    POST_DISCHARGE = "post-discharge"
    HARM_RECORDED_BY_A_PERSON = "harm-recorded-by-a-person"
    EARLY_HELP_CONSENT_WITHDRAWN = "early-help-consent-withdrawn"
    EHC_PLAN = "ehc-plan"
    SAFE_CONTACT = "safe-contact"
    ACCESSIBLE_INFORMATION = "accessible-information"
    LEAD_PROFESSIONAL = "lead-professional"
    GP_PRACTICE = "gp-practice"
    SCHOOL = "school"
    HOME_LOCAL_AUTHORITY = "home-local-authority"
    ADDRESS_SEALED = "address-sealed"
    DECEASED = "deceased"
    ENDED = "ended"  # no status any more: what the same status_id began is over

    @property
    def status(self) -> Status | None:
        """What a rule sees of it; None where none asks. An education, health and care plan is a disability."""
        return Status.DISABILITY if self is Known.EHC_PLAN else _STATUSES.get(self.value)


_STATUSES = {status.value: status for status in Status}
NOT_TOLD = frozenset({Known.UNDER_ONE, Known.CRITICAL_APPOINTMENT, Known.POST_DISCHARGE})
"""What follows from a child's age, or belongs to an appointment: no extract of statuses tells it."""
DETAILED = frozenset({Known.LEAD_PROFESSIONAL, Known.GP_PRACTICE, Known.SCHOOL, Known.HOME_LOCAL_AUTHORITY})
"""Words that say nothing without their detail: whose name, which school."""
INSTRUCTIONS = frozenset({Known.SAFE_CONTACT, Known.ACCESSIBLE_INFORMATION})
"""Words that say by themselves that there is something to ask about first."""


class ExtractOutcome(StrEnum):
    """What became of a delivered file (interface, section 4)."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    ROWS_QUARANTINED = "rows_quarantined"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    ALREADY_LOADED = "already_loaded"


class ExitReason(StrEnum):
    """The only ways off a list."""

    CLOSED = "closed"
    DECEASED = "deceased"
    MERGED = "merged"
    SPLIT = "split"
    HANDED_OVER_AT_18 = "handed-over-at-18"
    ERASED = "erased"


class Unmet(StrEnum):
    """Why a child is still listed although no rule is met tonight."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    RULE_CHANGED = "rule changed"
    TIME_PASSED = "time passed"


TEXT_EXTRAS = (
    "mode", "attendee", "child_seen", "appointment_type", "referral_id", "first_or_follow_up", "series_id", "sex",
    "ethnicity", "language", "interpreter_needed", "deprivation", "household_id", "school_upn", "gp_practice",
    "referrer", "lead_professional", "deceased",
)  # fmt: skip
DATE_EXTRAS = ("booked_on", "cancelled_on", "letter_sent_on")

APPOINTMENT = pa.schema(
    [
        pa.field("line", pa.int32(), nullable=False),  # first line of the record in its file (row of its sheet)
        pa.field("appointment_id", pa.string(), nullable=False),
        pa.field("appointment_at", pa.timestamp("s"), nullable=False),  # the partnership's local time
        pa.field("original_code", pa.string(), nullable=False),
        pa.field("told", pa.uint8(), nullable=False),  # Outcome as the agency says it, before the recode
        pa.field("child_local_id", pa.string()),
        pa.field("nhs_number", pa.int64()),  # only a number that verifies; written with ten digits
        pa.field("nhs_number_as_given", pa.string()),
        pa.field("given_name", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("date_of_birth", pa.date32()),  # only a date that verifies
        pa.field("age_at_appointment", pa.int16()),  # only an age that verifies (0 to 120)
        pa.field("postcode", pa.string()),
        pa.field("service", pa.string()),
        pa.field("manages_own_appointments", pa.bool_(), nullable=False),
        pa.field("unverified", pa.bool_(), nullable=False),
        pa.field("recorded_at", pa.timestamp("s")),
        *(pa.field(name, pa.string()) for name in TEXT_EXTRAS),
        *(pa.field(name, pa.date32()) for name in DATE_EXTRAS),
    ]
)
"""One accepted row of an appointments extract: text proven into types, nothing yet decided about the child."""

STATUS_ROW = pa.schema(
    [
        pa.field("line", pa.int32(), nullable=False),
        pa.field("status_id", pa.string(), nullable=False),  # the agency's own, or made of child, status and first day
        pa.field("status", pa.string(), nullable=False),  # a Known
        pa.field("ends", pa.bool_()),  # it says that what its id began is over; held beside it
        pa.field("status_from", pa.date32(), nullable=False),
        pa.field("status_to", pa.date32()),  # empty: still so
        pa.field("detail", pa.string()),
        pa.field("child_local_id", pa.string()),
        pa.field("nhs_number", pa.int64()),
        pa.field("nhs_number_as_given", pa.string()),
        pa.field("given_name", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("date_of_birth", pa.date32()),
        pa.field("unverified", pa.bool_(), nullable=False),
        pa.field("recorded_at", pa.timestamp("s")),
    ]
)
"""One accepted row of a statuses extract (`holds: statuses`)."""

PERSON_TEXTS = (
    "postcode", "school_upn", "sex", "ethnicity", "language", "interpreter_needed", "deprivation", "household_id",
    "uprn", "address", "address_2", "address_3", "sibling_local_ids", "mother_nhs_number", "mother_local_id",
    "mother", "father", "gp_practice", "school", "home_local_authority", "lead_professional", "safe_contact",
    "accessible_information",
)  # fmt: skip
PERSON_DATES = ("father_asked_on", "deceased_on")

PERSON_ROW = pa.schema(
    [
        pa.field("line", pa.int32(), nullable=False),
        pa.field("person_id", pa.string(), nullable=False),  # the agency's own, else its number for the child
        pa.field("child_local_id", pa.string()),
        pa.field("nhs_number", pa.int64()),
        pa.field("nhs_number_as_given", pa.string()),
        pa.field("given_name", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("date_of_birth", pa.date32()),
        pa.field("unverified", pa.bool_(), nullable=False),
        pa.field("recorded_at", pa.timestamp("s")),
        *(pa.field(name, pa.string()) for name in PERSON_TEXTS),
        *(pa.field(name, pa.date32()) for name in PERSON_DATES),
        pa.field("address_sealed", pa.bool_()),  # it may be told to nobody
    ]
)
"""One accepted row of an extract of people (`holds: people`): who a child is and where it belongs, no appointment."""

ROWS = {"appointments": APPOINTMENT, "statuses": STATUS_ROW, "people": PERSON_ROW}
KEY = {"appointments": "appointment_id", "statuses": "status_id", "people": "person_id"}
SLOT: dict[str, str | None] = {"appointments": "appointment_at", "statuses": "ends", "people": None}
"""What, beside its id, makes a record another: the time of an appointment, and of a status that it is over."""

QUARANTINE = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("remedy", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("cell", pa.string(), nullable=False),
    ]
)
"""One row set aside, whole: the raw text as it was delivered. `cell`: of a workbook the offending one, like `D17`."""

FINDING = pa.schema(
    [
        pa.field("child_id", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("rule_version", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        pa.field("list", pa.string(), nullable=False),
        pa.field("first_met_on", pa.date32(), nullable=False),
        pa.field("last_met_on", pa.date32(), nullable=False),
        pa.field("count", pa.int32(), nullable=False),
        pa.field("evidence", pa.list_(pa.string()), nullable=False),  # agency/appointment_id, in order
        pa.field("late", pa.bool_(), nullable=False),
        pa.field("as_of", pa.date32(), nullable=False),
    ]
)
"""One row of `findings.parquet`: a child and a rule on a night."""


@dataclass(frozen=True)
class Extract:
    """What became of one delivered file on a night: a row of `extracts` in `night.json`.

    `accepted + superseded + quarantined == records` for every file that was taken.
    """

    agency: str
    file: str
    sha256: str
    outcome: ExtractOutcome
    records: int = 0
    accepted: int = 0
    superseded: int = 0
    quarantined: int = 0
    replaced: int = 0
    withdrawn: int = 0
    unverified: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    alarm: bool = False
    note: str = ""

    @property
    def taken(self) -> bool:
        """Whether any of it entered the lake."""
        return self.outcome in (
            ExtractOutcome.ACCEPTED,
            ExtractOutcome.ACCEPTED_WITH_WARNINGS,
            ExtractOutcome.ROWS_QUARANTINED,
        )

    def balances(self) -> bool:
        """Whether every record is accounted for."""
        return self.accepted + self.superseded + self.quarantined == self.records
