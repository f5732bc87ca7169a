"""An invented night to draw lists from: one believable list, and builders for small ones. Nobody here exists.

NHS numbers are of the 999 range, which is never issued.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from wnb.publish.rows import Event, Exited, KnownStatus, ListedChild, ListPage, Reason, SilentAgency
from wnb.terms import MEANING, Extract, ExtractOutcome, Meaning, Outcome, Status, Step, Unmet

NIGHT = date(2026, 11, 21)
AGENCIES = {
    "camhs": "City and Hackney CAMHS",
    "community": "Community children's services",
    "gp": "Lower Clapton practice",
    "health-visiting": "Health visiting",
    "homerton": "Homerton outpatients",
    "school-nursing": "School nursing",
}
FRONT_DOORS = (
    ("Hackney", "020 7946 0001", "020 7946 0002"),
    ("City of London", "020 7946 0003", "020 7946 0004"),
)
BARRIERS = (
    "The letter or message did not arrive", "Work or school at that time", "Cost of travel", "No safe way to travel",
    "Language or interpreter", "Caring for others", "Housing or a move", "Illness in the family",
    "Worry about the visit", "The service could not meet a need", "Safety at home", "Not known yet",
)  # fmt: skip
DO = {
    Step.ENGAGE: (
        "Speak with a parent or carer today; try at least two ways, and check first which way is safe.",
        "Ask what made it hard to come, offer help with it, and agree the next appointment.",
    ),
    Step.REVIEW: (
        "Read the chronology, then ask the other services what they know of this child.",
        "Decide with the partnership what the family needs, and write down why.",
    ),
    Step.ESCALATE: (
        "Decide today whether there is an identified risk of harm; if there is, call Children's Social Care now.",
        "If you decide not to refer, write down why and who agreed.",
    ),
}
CONTACT = {
    Step.ENGAGE: ("The clinic that offered the appointment", "Parent or carer, in the way that is safe"),
    Step.REVIEW: ("Lower Clapton practice (GP): 020 7946 0011", "Health visitor or school nurse: 020 7946 0012"),
    Step.ESCALATE: ("Hackney front door: 020 7946 0001", "Allocated social worker", "Named nurse: 020 7946 0013"),
}
RUN_BY_A_SPREADSHEET = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "−1+1",
    '"=1+1"',
    "%0A=1+1",
    "%0d%0a=1+1",
    "%20=1+1",
    "% =1+1",
    "|calc",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.invalid","Amina")',
    "\x00=1+1",
]
"""Cells that a spreadsheet would run as a formula, or that become one when a program on the way drops a character."""
SOURCE = "A proposal for the safeguarding lead; see City & Hackney's 2018/19 audits: 'when a pattern is identified'"


def nhs_number(place: int) -> str:
    """The `place`th valid number of the test range."""
    found = -1
    body = 999_000_000
    while True:
        body += 1
        check = 11 - sum(int(digit) * weight for digit, weight in zip(str(body), range(10, 1, -1), strict=True)) % 11
        if check != 10:
            found += 1
            if found == place:
                return f"{body}{check % 11}"


def event(days_ago: int, agency: str = "homerton", outcome: Outcome = Outcome.WAS_NOT_BROUGHT, **more: object) -> Event:
    """One appointment, so many days before the night, at half past nine."""
    at = datetime(2026, 11, 21, 9, 30) - timedelta(days=days_ago)
    reference = f"{agency}/{at:%y%m%d}{outcome.value:02}"
    told = Event(at, agency, AGENCIES[agency], reference, outcome, "Clinic A", "3", file=f"{agency}_{at:%Y-%m-%d}.csv")
    return replace(told, line=days_ago + 2, **more)


def reason(step: Step = Step.REVIEW, **more: object) -> Reason:
    """One rule of a case."""
    met = Reason(
        "three-days-two-organisations", "2026-11-01", "Not brought at two organisations", step,
        "Not brought on 3 days in 59, 5 September to 2 November 2026, at 2 organisations", SOURCE,
        date(2026, 11, 2), date(2026, 11, 2), 3, (),
    )  # fmt: skip
    return replace(met, **more)


def child(place: int = 0, step: Step = Step.REVIEW, **more: object) -> ListedChild:
    """One listed child whose counts and dates follow from its events, as a night's would."""
    events = more.pop("events", None) or (
        event(320, outcome=Outcome.ATTENDED),
        event(77, in_evidence=True),
        event(40, "gp", in_evidence=True),
        event(19, in_evidence=True),
    )
    assert isinstance(events, tuple)
    meant = [(e, MEANING[e.outcome]) for e in events]
    missed = [e for e, meaning in meant if meaning is Meaning.NOT_BROUGHT]
    seen = [e for e, meaning in meant if meaning is Meaning.SEEN]
    offered = [e for e, meaning in meant if meaning in (Meaning.NOT_BROUGHT, Meaning.SEEN, Meaning.UNSEEN)]
    evidence = tuple(e.reference for e in events if e.in_evidence)
    listed = ListedChild(
        child_id=f"c{place:04}-4f1d9a", case=100 + place, case_version=1 + place % 3, step=step,
        since=NIGHT, due=NIGHT + timedelta(days=3), new_tonight=False, overdue=False,
        reasons=(reason(step, evidence=evidence),), agencies=tuple(dict.fromkeys(e.agency_name for e in events)),
        nhs_number=nhs_number(place), local_ids=tuple(dict.fromkeys(f"{e.agency}/{4400 + place}" for e in events)),
        given_name="Amina", family_name="Example", date_of_birth=date(2019, 3, 4),
        not_brought_12_months=len(missed), offered_12_months=len(offered),
        last_not_brought_on=missed[-1].at.date() if missed else None,
        last_seen_on=seen[-1].at.date() if seen else None,
        data_notes=(), events=events, statuses=(), links=("The same valid NHS number wherever this child is known",),
        do=DO[step], contact=CONTACT[step],
    )  # fmt: skip
    return replace(listed, **more)


def page(children: tuple[ListedChild, ...] = (), **more: object) -> ListPage:
    """The partnership's list of a night, approved and in live use unless said otherwise."""
    made = ListPage(
        partnership="City and Hackney", night=NIGHT, agency_name="", children=children, before_we_began=(), held=(),
        held_because=(), exited=(), silent=(), extracts=(), agency_names=tuple(AGENCIES.items()), rows_set_aside=0,
        unoutcomed=0, unverified=0, unknown_age=0, appointments=2_410, children_held=386, capacity_a_week=12,
        new_this_week=3, rules_version="2026-11-01", approved_by="A. Lead, designated nurse", governance_missing=(),
        front_doors=FRONT_DOORS, barriers=BARRIERS, closing_reasons=(("needs-met", "The child has been seen"),),
        alarms=(), empty_because="",
    )  # fmt: skip
    return replace(made, **more)


def morning() -> ListPage:
    """A whole morning's list, with something of everything a list can say."""
    o = Outcome
    decide = child(
        1, Step.ESCALATE, given_name="Tobias", family_name="Fenwick-Osei", date_of_birth=date(2024, 12, 30),
        new_tonight=True, due=NIGHT,
        reasons=(
            reason(
                Step.ESCALATE, rule_id="missed-with-section-47", title="Not brought during a section 47 enquiry",
                sentence="Not brought on 18 November 2026, during a section 47 enquiry",
                evidence=("community/26111803",), count=1, first_met_on=date(2026, 11, 18),
                last_met_on=date(2026, 11, 18),
            ),
            reason(evidence=("community/26111803", "homerton/26092203", "health-visiting/26082406")),
        ),
        events=(
            event(340, "health-visiting", o.ATTENDED), event(250, "health-visiting", o.ATTENDED),
            event(171, "homerton", o.CANCELLED_BY_FAMILY), event(120, "homerton", o.ATTENDED),
            event(89, "health-visiting", o.NO_ACCESS, in_evidence=True), event(60, "homerton", in_evidence=True),
            event(31, "community", o.CANCELLED_BY_PROVIDER), event(3, "community", in_evidence=True),
        ),
        statuses=(
            KnownStatus(Status.SECTION_47, "Children's social care", date(2026, 11, 9), None),
            KnownStatus(Status.CHILD_IN_NEED, "Children's social care", date(2026, 2, 2), date(2026, 11, 9)),
        ),
        data_notes=("Two postcodes are recorded: E5 at Homerton, N16 at health visiting",),
        links=("One valid NHS number at Homerton, health visiting and community services",
               "The same name and date of birth in all three"),
    )  # fmt: skip
    dead = child(
        2, Step.ENGAGE, given_name="Noor", family_name="Halloran", date_of_birth=date(2013, 7, 19), death_reported=True,
        due=NIGHT, data_notes=("Lower Clapton practice recorded a death on 19 November 2026",),
    )  # fmt: skip
    long_term = child(
        3, given_name="Euan", family_name="Abara", date_of_birth=date(2015, 2, 28), overdue=True,
        since=date(2026, 11, 12), due=date(2026, 11, 16),
        events=tuple(
            sorted(
                [event(d, "homerton", o.ATTENDED) for d in range(8, 360, 13)]
                + [event(d, "homerton", in_evidence=True) for d in (21, 47, 60)]
                + [event(d, "camhs", o.ARRIVED_TOO_LATE) for d in (33, 95)]
                + [event(d, "school-nursing", o.CHILD_NOT_SEEN, in_evidence=True) for d in (44,)]
                + [event(d, "gp", o.TOLD_OF_MISSED_ELSEWHERE) for d in (20, 46)],
                key=lambda e: e.at,
            )
        ),
    )  # fmt: skip
    late = child(
        4, given_name="Marguerite-Anastasia", family_name="Van der Westhuizen-Oyelaran", date_of_birth=None,
        nhs_number="", new_tonight=True, last_seen_on=None,
        reasons=(reason(late=True), reason(rule_id="four-in-a-row", title="Four missed days in a row",
                 sentence="Not brought on 4 days in a row, 2 August to 30 October 2026", unmet=Unmet.TIME_PASSED)),
        events=(event(111, "camhs", in_evidence=True), event(80, "camhs", in_evidence=True),
                event(22, "gp", in_evidence=True)),
        data_notes=("No date of birth that verifies; the age is the agency's own", "No NHS number that verifies",
                    f"{AGENCIES['camhs']} has sent nothing since 12 November 2026: what happened there is not known."),
        links=("The agency's own number, at CAMHS and at the practice; joined by a person on 3 November 2026",),
    )  # fmt: skip
    null = child(5, Step.ENGAGE, given_name="None", family_name="Null", date_of_birth=date(2026, 9, 30),
                 reasons=(reason(Step.ENGAGE, rule_id="two-in-a-row-one-service", title="Two missed days in a row",
                                 sentence="Not brought on 2 days in a row, 2 and 16 November 2026"),),
                 events=(event(19, "health-visiting", in_evidence=True),
                         event(5, "health-visiting", in_evidence=True)),
                 last_seen_on=None)  # fmt: skip
    young = child(6, Step.ENGAGE, given_name="Jo", family_name="Marsh & <Sons>", date_of_birth=date(2009, 5, 1),
                  new_tonight=True,
                  events=(event(200, "camhs", o.ATTENDED), event(30, "camhs", o.YOUNG_PERSON_DID_NOT_ATTEND),
                          event(9, "camhs", o.YOUNG_PERSON_DID_NOT_ATTEND, in_evidence=True)))  # fmt: skip
    waiting = tuple(
        child(20 + n, given_name=name, due=None, number_before_we_began=n + 1)
        for n, name in enumerate(("Ada", "Kwame", "Li Na"))
    )
    return page(
        (decide, long_term, late, dead, null, young),
        before_we_began=waiting,
        held=(child(30, given_name="Ines", family_name="Castellano", due=None, held_until=date(2026, 11, 24)),),
        held_because=("Lea Bridge outpatients, Eyes: 64 missed on Thursday 19 November 2026, usually 6 on a Thursday. "
                      "1 child is held for it, until 24 November 2026 at the latest.",),
        exited=(Exited("c0090-77aa01", "closed", "Closed by R. Osei on 20 November: the child has been seen"),),
        silent=(SilentAgency("camhs", AGENCIES["camhs"], date(2026, 11, 12), 9),
                SilentAgency("school-nursing", AGENCIES["school-nursing"], None, None)),
        extracts=(
            Extract("homerton", "opd_2026-11-21.csv", "a" * 64, ExtractOutcome.ROWS_QUARANTINED, 212, 209, 0, 3,
                    reasons=(("nhs_check_digit", 2), ("invalid_date", 3))),
            Extract("gp", "EMIS 2026-11-21.csv", "b" * 64, ExtractOutcome.ACCEPTED, 88, 88),
            Extract("community", "s1.csv", "c" * 64, ExtractOutcome.REJECTED, alarm=True,
                    note="s1.csv: the header lacks the column Appt ID; ask the sender for the file of before."),
        ),
        rows_set_aside=3, unoutcomed=14, unverified=5, unknown_age=2, new_this_week=15, approved_by="",
        governance_missing=("dpia", "clinical_safety_officer"),
        alarms=("Community children's services: s1.csv was refused whole",),
    )  # fmt: skip


def many_children(number: int, events: int = 11) -> ListPage:
    """A list of so many children, each with so many appointments: for size and speed."""
    steps = tuple(Step)
    outcomes = (Outcome.ATTENDED, Outcome.WAS_NOT_BROUGHT, Outcome.CANCELLED_BY_FAMILY, Outcome.NO_ACCESS)
    places = tuple(AGENCIES)
    of_all = tuple(
        event(360 - i * 350 // events, places[i % 3], outcomes[i % 4], in_evidence=i % 4 == 1) for i in range(events)
    )
    template = child(0, events=of_all)
    listed = tuple(
        replace(
            template, child_id=f"c{n:05}", case=n, given_name=f"Child {n}", step=steps[n * 3 // number],
            new_tonight=n % 5 == 0, overdue=n % 7 == 0,
        )
        for n in range(number)
    )  # fmt: skip
    return page(listed)
