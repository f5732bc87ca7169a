"""What a list says of a child and of a night, as values: every published form is drawn from these and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime

from wnb.terms import Extract, Known, Outcome, Step, Unmet


@dataclass(frozen=True)
class Event:
    """One appointment as a list may show it. `service` and `original_code` are empty where they may not be shared."""

    at: datetime  # local
    agency: str  # id
    agency_name: str
    reference: str  # agency/appointment_id
    outcome: Outcome
    service: str = ""
    original_code: str = ""
    in_evidence: bool = False
    file: str = ""
    line: int = 0
    not_counted: str = ""  # "not counted: …": it stands as it was told, and no rule counts it


@dataclass(frozen=True)
class Reason:
    """One rule of a case. `unmet` says why it is still here when it is not met tonight."""

    rule_id: str
    rule_version: str
    title: str
    step: Step
    sentence: str
    source: str
    first_met_on: date
    last_met_on: date
    count: int
    evidence: tuple[str, ...]
    late: bool = False
    unmet: Unmet | None = None


@dataclass(frozen=True)
class KnownStatus:
    """What is known of the child, by whom, and from when to when."""

    status: Known
    agency_name: str
    since: date
    until: date | None
    detail: str = ""  # empty: none was told, or it may not be shared
    as_at: date | None = None  # set where its agency's last extract is not the night's: the date of that
    silent: bool = False  # whether more was expected since
    unnamed_on: date | None = None  # an extract no longer names it, and a person has not yet said whether that is right


@dataclass(frozen=True)
class ListedChild:
    """One row of a list: a child, why, what to do next and by when."""

    child_id: str
    case: int
    case_version: int
    step: Step
    since: date  # first night on this list
    due: date | None  # None: before we began, without a clock
    new_tonight: bool
    overdue: bool
    reasons: tuple[Reason, ...]
    agencies: tuple[str, ...]  # names, in order
    nhs_number: str  # ten digits or empty
    local_ids: tuple[str, ...]  # agency/local-id
    given_name: str
    family_name: str
    date_of_birth: date | None
    not_brought_12_months: int  # appointments
    offered_12_months: int
    last_not_brought_on: date | None
    last_seen_on: date | None
    data_notes: tuple[str, ...]
    events: tuple[Event, ...]  # the last twelve months, oldest first
    statuses: tuple[KnownStatus, ...]
    links: tuple[str, ...]  # why these records are one child, in words
    do: tuple[str, ...]  # what to do next
    contact: tuple[str, ...]  # who to contact
    death_reported: bool = False
    postcode: str = ""
    number_before_we_began: int | None = None  # place in the queue of the first night's backlog
    high_volume: bool = False  # many appointments, few of them missed: a question for the clinics first
    held_until: date | None = None  # held by a guard, and on the list on this night at the latest


@dataclass(frozen=True)
class SilentAgency:
    """An agency that was expected and not heard: unknown, never "fine"."""

    agency: str
    name: str
    last_extract_date: date | None
    days: int | None


@dataclass(frozen=True)
class Exited:
    """A child who left the list tonight, and by which of the exits."""

    child_id: str
    exit: str
    words: str


@dataclass(frozen=True)
class ListPage:
    """A whole list on a night: the partnership's, or one agency's own (`agency_name` set)."""

    partnership: str
    night: date
    agency_name: str  # empty: the partnership's list
    children: tuple[ListedChild, ...]  # most pressing first
    before_we_began: tuple[ListedChild, ...]
    held: tuple[ListedChild, ...]  # by a guard, for two working days at most
    held_because: tuple[str, ...]  # what the guard saw, once each
    exited: tuple[Exited, ...]
    silent: tuple[SilentAgency, ...]
    extracts: tuple[Extract, ...]  # tonight's
    agency_names: tuple[tuple[str, str], ...]  # id -> name
    rows_set_aside: int  # tonight or earlier, and still waiting until they can be read
    unoutcomed: int  # past appointments still without an outcome five working days on
    unverified: int
    unknown_age: int
    appointments: int
    children_held: int
    capacity_a_week: int
    new_this_week: int
    rules_version: str
    approved_by: str  # empty: thresholds not approved
    governance_missing: tuple[str, ...]  # not empty: not for live use
    front_doors: tuple[tuple[str, str, str], ...]  # local authority, number by day, number out of hours
    barriers: tuple[str, ...]
    closing_reasons: tuple[tuple[str, str], ...]  # id, words
    alarms: tuple[str, ...]
    empty_because: str  # why there is nobody, when there is nobody
    joined_from_probability: float | None = None  # from which probability on likeness alone joins records; None: never

    def at_step(self, step: Step) -> tuple[ListedChild, ...]:
        """The children at one of the guidance's three steps."""
        return tuple(child for child in self.children if child.step is step)
