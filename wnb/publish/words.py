"""The words that every published form shares: one sentence, whichever file a person opens.

Months and weekdays are our own table: `strftime` speaks the machine's language, and a list must be the same bytes
on every machine.
"""

from collections.abc import Sequence
from datetime import date, datetime

from wnb.publish.rows import ListedChild, Reason, SilentAgency
from wnb.terms import ExtractOutcome, Known, Outcome, Step, Unmet

STANDING_WORDS = (
    "each service keeps its own duty to follow up every missed appointment; not being on this list means nothing; "
    "if you think a child is at risk of harm, act now"
)
HIGH_VOLUME = "review, high volume"
ORDER_WORDS = "The order of rows is not a score of risk."
PATTERN_WORDS = "A pattern of missed appointments can be a sign that a family needs help. It proves nothing by itself."
NAME_NOT_KNOWN = "Name not known"

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STEP_WORDS: dict[Step, str] = {
    Step.ESCALATE: "Decide today",
    Step.REVIEW: "Review with partners",
    Step.ENGAGE: "Engage with the family",
}
"""The guidance's three steps as headings, the most pressing first."""

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.ATTENDED: "Seen",
    Outcome.NOT_ATTENDED: "Did not attend; the age on the day is not known",
    Outcome.WAS_NOT_BROUGHT: "Was not brought",
    Outcome.YOUNG_PERSON_DID_NOT_ATTEND: "Young person did not attend",
    Outcome.DID_NOT_ATTEND: "Did not attend (an adult)",
    Outcome.NO_ACCESS: "Planned visit, no access",
    Outcome.NO_ANSWER: "Agreed call, no answer",
    Outcome.CHILD_NOT_SEEN: "Somebody came, the child was not seen",
    Outcome.ARRIVED_TOO_LATE: "Brought, too late to be seen",
    Outcome.LEFT_BEFORE_SEEN: "Brought, left before being seen",
    Outcome.CANCELLED_BY_FAMILY: "Cancelled by the family",
    Outcome.RESCHEDULED_BY_FAMILY: "Moved by the family",
    Outcome.CANCELLED_BY_PROVIDER: "Cancelled by the service",
    Outcome.SERVICE_FAULT: "The service's doing",
    Outcome.TOLD_OF_MISSED_ELSEWHERE: "A note of a miss at another service",
    Outcome.BOOKED: "Booked",
    Outcome.NOT_RECORDED: "No outcome recorded",
    Outcome.ENTERED_IN_ERROR: "Entered in error",
    Outcome.DECEASED: "A death was reported",
}

STATUS_WORDS: dict[Known, str] = {
    Known.CHILD_PROTECTION_PLAN: "Child protection plan",
    Known.SECTION_47: "Section 47 enquiry",
    Known.LOOKED_AFTER: "Looked-after child",
    Known.CHILD_IN_NEED: "Child in need",
    Known.UNBORN_PLAN: "Plan from before birth",
    Known.EARLY_HELP: "Early Help",
    Known.DISABILITY: "Disability",
    Known.DOMESTIC_ABUSE: "Domestic abuse recorded",
    Known.UNDER_ONE: "Under one year old",
    Known.CRITICAL_APPOINTMENT: "Critical appointment",
    Known.POST_DISCHARGE: "After discharge from hospital",
    Known.HARM_RECORDED_BY_A_PERSON: "Risk of harm recorded by a person",
    Known.EARLY_HELP_CONSENT_WITHDRAWN: "Consent to Early Help withdrawn",
    Known.EHC_PLAN: "Education, health and care plan",
    Known.SAFE_CONTACT: "How to make contact safely",
    Known.ACCESSIBLE_INFORMATION: "How to give information",
    Known.LEAD_PROFESSIONAL: "Lead professional",
    Known.GP_PRACTICE: "General practice",
    Known.SCHOOL: "School",
    Known.HOME_LOCAL_AUTHORITY: "Home local authority",
    Known.ADDRESS_SEALED: "Address sealed",
    Known.DECEASED: "Reported to have died",
    Known.ENDED: "Ended",
}

UNMET_WORDS: dict[Unmet, str] = {
    Unmet.CORRECTED: "Not met tonight: a record was corrected or counts no more. Still listed until a person decides.",
    Unmet.WITHDRAWN: "Not met tonight: an agency withdrew an appointment. Still listed until a person decides.",
    Unmet.RULE_CHANGED: "Not met tonight: the rule changed. Still listed until a person decides.",
    Unmet.TIME_PASSED: "Not met tonight: time has passed. Still listed until a person decides.",
}

EXTRACT_WORDS: dict[ExtractOutcome, str] = {
    ExtractOutcome.ACCEPTED: "Taken in",
    ExtractOutcome.ACCEPTED_WITH_WARNINGS: "Taken in, with something to look at",
    ExtractOutcome.ROWS_QUARANTINED: "Taken in, some rows set aside",
    ExtractOutcome.REJECTED: "Refused whole",
    ExtractOutcome.DEFERRED: "Not delivered whole yet",
    ExtractOutcome.ALREADY_LOADED: "Received before",
}

GOVERNANCE_WORDS: dict[str, str] = {
    "controllers": "who the data controllers are",
    "purpose": "the purpose",
    "lawful_basis": "the lawful basis",
    "dpia": "the data protection impact assessment",
    "review_by": "the date of review",
    "clinical_safety_officer": "the clinical safety officer",
}

AFTER_A_DEATH_REPORTED = (
    "A death has been reported for this child. Confirm today, with the service that recorded it, whether it is right.",
    "Write what you found, and who confirmed it, in this child's case.",
)
"""All that a list asks once a death was reported: nothing that leads anybody to the family."""


def day(when: date) -> str:
    """`21 November 2026`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def weekday(when: date) -> str:
    """`Saturday 21 November 2026`."""
    return f"{WEEKDAYS[when.weekday()]} {day(when)}"


def short_day(when: date) -> str:
    """`21 Nov 2026`, for tables."""
    return f"{when.day} {MONTHS[when.month - 1][:3]} {when.year}"


def moment(at: datetime) -> str:
    """`21 Nov 2026, 09:30`; the day alone where the agency gave no time of day (midnight)."""
    return short_day(at.date()) if (at.hour, at.minute) == (0, 0) else f"{short_day(at.date())}, {at:%H:%M}"


def many(number: int, one: str, more: str = "") -> str:
    """`1 child`, `3 children`, `1,200 rows`: a number with its noun. `more` left out: `one` with an s."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def children(number: int) -> str:
    """`1 child`, `3 children`."""
    return many(number, "child", "children")


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def stopped(sentence: str) -> str:
    """The sentence with a full stop, unless it has its own end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def age_on(born: date, on: date) -> str:
    """Age in words: weeks, from three months months, from two years years. Born 29 February: older on 1 March."""
    if on < born:
        return "not yet born"
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < 3:
        return many((on - born).days // 7, "week")
    return many(months, "month") if months < 24 else many(months // 12, "year")


def age_of(child: ListedChild, night: date) -> str:
    """Age on the night, in words."""
    return age_on(child.date_of_birth, night) if child.date_of_birth else "not known"


def nhs_grouped(number: str) -> str:
    """Ten digits as the NHS writes them, 3-3-4; anything else as it is."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if len(number) == 10 and number.isdigit() else number


def name_of(child: ListedChild) -> str:
    """Given and family name, exactly as an agency gave them."""
    return " ".join(filter(None, (child.given_name, child.family_name))) or NAME_NOT_KNOWN


def asides(reason: Reason) -> tuple[str, ...]:
    """What must be said beside a reason: that it came to light late, or why it stays though not met tonight."""
    late = ("It came to light late.",) if reason.late else ()
    return (*late, UNMET_WORDS[reason.unmet]) if reason.unmet else late


def unrepeated(child: ListedChild) -> tuple[Reason, ...]:
    """The child's reasons, each said once: two rules may find the same, and only the rules behind it differ."""
    said = {why(reason): reason for reason in reversed(child.reasons)}
    return tuple(reason for reason in child.reasons if said[why(reason)] is reason)


def why(reason: Reason) -> str:
    """One reason as sentences: what was found, and what must be said beside it."""
    return " ".join((stopped(reason.sentence), *asides(reason)))


def what_next(child: ListedChild) -> tuple[str, ...]:
    """What to do next. A reported death takes away every word about contact, whatever was planned."""
    return AFTER_A_DEATH_REPORTED if child.death_reported else child.do


def whom(child: ListedChild) -> tuple[str, ...]:
    """Who to contact; nobody after a reported death."""
    return () if child.death_reported else child.contact


def marks(child: ListedChild) -> tuple[str, ...]:
    """What sets this row apart tonight, in words."""
    found = {
        "death reported": child.death_reported,
        "new tonight": child.new_tonight,
        "overdue": child.overdue,
        "came to light late": any(reason.late for reason in child.reasons),
        HIGH_VOLUME: child.high_volume and not child.death_reported,
        "no rule met tonight": bool(child.reasons) and all(reason.unmet for reason in child.reasons),
    }
    return tuple(words for words, so in found.items() if so)


def brought(child: ListedChild) -> str:
    """The count with its denominator: `4 of 11`."""
    return f"{child.not_brought_12_months} of {child.offered_12_months}"


def silent_words(silent: SilentAgency) -> str:
    """`CAMHS (nothing since 12 November 2026, 9 days)`: unknown, never "fine"."""
    if silent.last_extract_date is None:
        return f"{silent.name} (nothing has ever been received)"
    days = f", {many(silent.days, 'day')}" if silent.days is not None else ""
    return f"{silent.name} (nothing since {day(silent.last_extract_date)}{days})"
