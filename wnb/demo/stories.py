"""The children of the fixtures who have a story: who they are, what happened, and what each agency said of it, when.

A page longer than most because it is one table. Times are local; a word without a night is told by the agency's first
file after the day. `fixtures/README.md` says what the lists must show of each, and `tests/journeys/test_stories.py`
holds them to it.
"""

from dataclasses import dataclass

OUTPATIENTS, THERAPIES, CAMHS, GP = "lea-bridge-outpatients", "regents-therapies", "marsh-camhs", "city-gp-practices"
VISITING, SCHOOL, CARE = "regents-health-visiting", "school-nursing", "social-care"
CONFIDENTIAL = "Young people's clinic"  # kept by the hospital to itself, says its YAML


@dataclass(frozen=True)
class Said:
    """One word of an agency on one appointment.

    `night` is the night of the file that says it; empty: the first after the day. `gone`: the night from which a
    snapshot no longer holds it. `same` gives two rows of a child one appointment id. `instead` says what stands in the
    file in place of our value.
    """

    agency: str
    at: str
    word: str
    service: str = ""
    night: str = ""
    gone: str = ""
    same: str = ""
    kind: str = ""  # the agency's type of appointment
    letter: str = ""
    code: str = ""  # the code, where it is not the usual one for the word
    manages: bool = False
    instead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Known:
    """A status as social care holds it. `night`: from which file on; empty: as soon as it began."""

    status: str
    since: str
    until: str = ""
    night: str = ""


@dataclass(frozen=True)
class Story:
    """A child of the fixtures. Two with one `home` live together."""

    id: str
    given: str
    family: str
    born: str
    said: tuple[Said, ...]
    known: tuple[Known, ...] = ()
    home: str = ""


def _each(agency: str, word: str, service: str, *times: str) -> tuple[Said, ...]:
    return tuple(Said(agency, at, word, service) for at in times)


FORTY_DAYS = (
    "2025-11-05", "2025-11-12", "2025-11-26", "2025-12-03", "2025-12-10", "2025-12-17", "2026-01-07", "2026-01-14",
    "2026-01-21", "2026-01-28", "2026-02-04", "2026-02-18", "2026-02-25", "2026-03-04", "2026-03-18", "2026-03-25",
    "2026-04-01", "2026-04-15", "2026-04-22", "2026-05-06", "2026-05-13", "2026-05-20", "2026-06-03", "2026-06-10",
    "2026-06-17", "2026-07-01", "2026-07-15", "2026-07-22", "2026-08-05", "2026-08-12", "2026-08-26", "2026-09-09",
    "2026-09-16", "2026-09-23", "2026-10-07", "2026-10-14", "2026-10-21", "2026-10-28", "2026-11-04", "2026-11-11",
)  # fmt: skip
MISSED_OF_FORTY = ("2026-01-14", "2026-06-10", "2026-10-28")
FORTY = tuple(
    Said(OUTPATIENTS, f"{day} 10:00", "not_attended" if day in MISSED_OF_FORTY else "attended", "Kidney clinic")
    for day in FORTY_DAYS
)
OLD_ADDRESS = (("postcode", "E81 4QZ"),)
ELSEWHERE = (("postcode", "SE98 6TD"),)
NO_NUMBER = (("nhs_number", ""),)
NO_BIRTH = (("date_of_birth", ""),)
HER_BROTHERS_NUMBER = (("nhs_number", "9992253908"),)
AT_THE_REFUGE = (("postcode", "E89 5WU"),)
AT_THE_CARERS = (("postcode", "E84 2RJ"),)
BEFORE_THE_WEDDING = (("family_name", "DUNMORE"),)
AFTER_THE_WEDDING = (("family_name", "Kowalczyk"), *NO_NUMBER)

TOLD_FIRST = 29
"""So many stories stand before the children without one. Those told later stand behind, and move nobody's draws."""

STORIES: tuple[Story, ...] = (
    Story(
        "camhs-young-person", "Kwame", "Archer", "2012-02-17",
        (
            Said(GP, "2026-05-12 09:20", "attended", "Doctor"),
            Said(CAMHS, "2026-10-14 16:00", "not_attended", "Family team"),
            Said(SCHOOL, "2026-10-22 11:00", "not_attended", "Drop-in"),
            Said(OUTPATIENTS, "2026-10-27 14:30", "not_attended", "Orthodontics"),
        ),
        (Known("early-help", "2026-06-01"),),
    ),
    Story(
        "eviction-old-address", "Inês", "Carvalho", "2020-03-09",
        (
            Said(VISITING, "2026-02-03 10:00", "attended", "Development review"),
            Said(THERAPIES, "2026-10-06 09:30", "not_attended", "Speech and language"),
            Said(
                OUTPATIENTS, "2026-10-20 11:15", "not_attended", "Allergy clinic",
                letter="2026-10-08", instead=OLD_ADDRESS,
            ),
            Said(GP, "2026-11-03 15:40", "was_not_brought", "Nurse"),
        ),
        (Known("domestic-abuse", "2026-08-03"), Known("child-in-need", "2026-09-14")),
    ),
    Story(
        "reminder-calls", "Stanley", "Hartnell", "2022-08-21",
        (
            *_each(GP, "was_not_brought", "Nurse", "2026-09-04 10:00", "2026-09-18 10:00"),
            *_each(GP, "was_not_brought", "Nurse", "2026-10-02 10:00", "2026-10-16 10:00"),
            *_each(GP, "attended", "Nurse", "2026-10-26 10:00", "2026-11-02 10:00", "2026-11-09 10:00"),
        ),
    ),
    Story(
        "twin-not-brought", "Ayşe", "Koçak", "2019-06-30",
        (
            *_each(THERAPIES, "not_attended", "Speech and language", "2026-10-08 13:00", "2026-10-22 13:00"),
            Said(OUTPATIENTS, "2026-11-05 09:00", "not_attended", "Eyes"),
        ),
        home="twins",
    ),
    Story(
        "twin-brought", "Ayla", "Koçak", "2019-06-30",
        (
            *_each(THERAPIES, "attended", "Speech and language", "2026-10-08 13:30", "2026-10-22 13:30"),
            Said(OUTPATIENTS, "2026-11-05 09:15", "attended", "Eyes", instead=NO_NUMBER),
        ),
        home="twins",
    ),
    Story(
        "moved-out-of-borough", "Sagal", "Warsame", "2017-01-11",
        (
            Said(OUTPATIENTS, "2026-10-13 10:45", "not_attended", "Dermatology"),
            Said(THERAPIES, "2026-10-23 14:00", "not_attended", "Dietetics"),
            Said(OUTPATIENTS, "2026-11-10 10:45", "not_attended", "Dermatology", instead=ELSEWHERE),
        ),
    ),
    Story(
        "eighteen-in-the-month", "Segun", "Balogun", "2008-11-04",
        (
            Said(CAMHS, "2026-10-20 15:00", "not_attended", "Neurodevelopmental"),
            Said(OUTPATIENTS, "2026-10-27 09:45", "not_attended", "Eyes"),
            Said(GP, "2026-11-03 16:10", "not_attended", "Doctor"),
            Said(GP, "2026-11-05 16:10", "not_attended", "Doctor"),
        ),
    ),
    Story(
        "manages-own-appointments", "Zofia", "Wójcik", "2009-05-26",
        tuple(
            Said(CAMHS, f"2026-10-{day} 16:30", "not_attended", "Getting help", manages=True)
            for day in ("09", "16", "30")
        ),
    ),
    Story(
        "marked-at-fifteen", "Liban", "Hersi", "2011-03-03",
        (Said(CAMHS, "2026-10-28 15:15", "not_attended", "Getting help", manages=True),),
    ),
    Story("forty-appointments", "Esther", "Perlstein", "2015-09-14", FORTY),
    Story(
        "provider-cancellations", "Tobi", "Afolabi", "2018-12-02",
        (
            *_each(THERAPIES, "cancelled_by_provider", "Physiotherapy", "2026-10-01 11:00", "2026-10-08 11:00"),
            Said(THERAPIES, "2026-10-15 11:00", "cancelled_by_provider", "Physiotherapy"),
            Said(OUTPATIENTS, "2026-10-22 15:00", "cancelled_by_provider", "Ear, nose and throat"),
            Said(
                THERAPIES, "2026-10-29 11:00", "cancelled_by_provider", "Physiotherapy",
                code="Cancelled by Other Service",
            ),
            Said(OUTPATIENTS, "2026-11-03 15:00", "service_fault", "Ear, nose and throat"),
            Said(THERAPIES, "2026-11-05 11:00", "not_attended", "Physiotherapy"),
        ),
    ),
    Story(
        "attends-once-between", "Oscar", "Pettifer", "2016-04-18",
        (
            *_each(THERAPIES, "cancelled_by_family", "Occupational therapy", "2026-09-03 09:00", "2026-09-17 09:00"),
            Said(THERAPIES, "2026-09-24 09:00", "not_attended", "Occupational therapy"),
            Said(THERAPIES, "2026-10-08 09:00", "cancelled_by_family", "Occupational therapy"),
            Said(THERAPIES, "2026-10-20 09:00", "attended", "Occupational therapy"),
            Said(THERAPIES, "2026-10-29 09:00", "cancelled_by_family", "Occupational therapy"),
            Said(THERAPIES, "2026-11-10 09:00", "not_attended", "Occupational therapy"),
        ),
    ),
    Story(
        "death-reported-wrongly", "Minh", "Trần", "2014-07-07",
        (
            Said(OUTPATIENTS, "2026-10-06 13:30", "not_attended", "Paediatric clinic"),
            Said(THERAPIES, "2026-10-12 10:00", "not_attended", "Physiotherapy"),
            Said(OUTPATIENTS, "2026-10-19 13:30", "not_attended", "Paediatric clinic"),
            Said(THERAPIES, "2026-10-26 10:00", "deceased", "Physiotherapy", same="the report"),
            Said(OUTPATIENTS, "2026-11-03 13:30", "attended", "Paediatric clinic"),
            Said(
                THERAPIES, "2026-10-26 10:00", "cancelled_by_provider", "Physiotherapy",
                night="2026-11-06", same="the report",
            ),
        ),
    ),
    Story(
        "looked-after", "Marlon", "St. Clair", "2013-10-25",
        (Said(OUTPATIENTS, "2026-10-21 09:30", "not_attended", "Paediatric clinic"),),
        (Known("looked-after", "2026-03-02"),),
    ),
    Story(
        "phone-call-as-attended", "Maya", "Goldwasser", "2014-01-19",
        (
            Said(OUTPATIENTS, "2026-10-12 09:15", "not_attended", "Allergy clinic"),
            Said(CAMHS, "2026-10-20 10:00", "attended", "Family team", same="the call"),
            Said(GP, "2026-10-27 08:50", "was_not_brought", "Doctor"),
            Said(CAMHS, "2026-10-20 10:00", "not_attended", "Family team", night="2026-11-02", same="the call"),
        ),
    ),
    Story(
        "on-a-plan-one-miss", "Rayhan", "Talukdar", "2023-04-12",
        (Said(VISITING, "2026-10-27 10:30", "was_not_brought", "Child health clinic"),),
        (Known("child-protection-plan", "2026-07-14"),),
    ),
    Story(
        "section-47", "Adaeze", "Eze", "2017-09-05",
        (Said(OUTPATIENTS, "2026-11-10 11:30", "not_attended", "Eyes"),),
        (Known("section-47", "2026-11-06"),),
    ),
    Story(
        "critical-on-a-plan", "Keisha", "Morrison", "2016-11-28",
        (
            Said(OUTPATIENTS, "2026-08-04 09:00", "attended", "Diabetes clinic", kind="DIAB"),
            Said(OUTPATIENTS, "2026-11-03 09:00", "not_attended", "Diabetes clinic", kind="DIAB"),
        ),
        (Known("child-protection-plan", "2026-05-11"),),
    ),
    Story(
        "under-one", "Beatriz", "Ferreira", "2026-03-30",
        (
            Said(OUTPATIENTS, "2026-10-12 12:00", "not_attended", "Eyes"),
            Said(OUTPATIENTS, "2026-11-02 14:45", "not_attended", "Paediatric clinic"),
        ),
    ),
    Story(
        "no-access", "Cillian", "O'Rourke", "2026-08-17",
        (
            Said(VISITING, "2026-10-05 10:00", "no_access", "Home visit"),
            Said(VISITING, "2026-10-21 10:00", "no_access", "Home visit"),
            Said(VISITING, "2026-11-04 10:00", "child_not_seen", "Home visit"),
            Said(VISITING, "2026-11-12 10:00", "no_access", "Home visit"),
        ),
    ),
    Story(
        "told-twice", "Nehir", "Demirci", "2018-02-02",
        (
            *_each(OUTPATIENTS, "not_attended", "Ear, nose and throat", "2026-10-14 16:00", "2026-10-28 16:00"),
            Said(GP, "2026-10-20 12:00", "told_of_missed_elsewhere", "Letters", night="2026-10-21"),
            Said(GP, "2026-11-03 12:00", "told_of_missed_elsewhere", "Letters"),
        ),
    ),
    Story(
        "row-withdrawn", "Yaw", "Appiah", "2012-12-09",
        (
            Said(THERAPIES, "2026-10-15 09:30", "not_attended", "Dietetics", gone="2026-11-06"),
            Said(OUTPATIENTS, "2026-10-22 10:15", "not_attended", "Dermatology"),
            Said(GP, "2026-10-29 17:00", "was_not_brought", "Doctor"),
        ),
    ),
    Story(
        "rebooked-under-old-id", "Ivy", "Garland", "2019-11-23",
        (
            Said(OUTPATIENTS, "2026-10-20 15:30", "not_attended", "Eyes", same="the slot"),
            Said(OUTPATIENTS, "2026-11-03 15:30", "booked", "Eyes", night="2026-10-23", same="the slot"),
            Said(GP, "2026-10-27 11:10", "was_not_brought", "Doctor"),
            Said(OUTPATIENTS, "2026-11-03 15:30", "not_attended", "Eyes", night="2026-11-04", same="the slot"),
        ),
    ),
    Story(
        "number-came-later", "Abdi", "Jama", "2016-06-16",
        (
            Said(SCHOOL, "2026-10-14 13:45", "not_attended", "Drop-in", instead=NO_NUMBER),
            Said(OUTPATIENTS, "2026-10-20 10:30", "not_attended", "Paediatric clinic"),
            Said(SCHOOL, "2026-10-22 13:45", "not_attended", "Drop-in", same="the form", instead=NO_NUMBER),
            Said(SCHOOL, "2026-10-22 13:45", "not_attended", "Drop-in", night="2026-11-02", same="the form"),
        ),
    ),
    Story(
        "file-came-late", "Martha", "Thackray", "2013-08-30",
        (
            Said(OUTPATIENTS, "2026-10-01 09:30", "not_attended", "Dermatology"),
            Said(THERAPIES, "2026-10-07 15:00", "not_attended", "Physiotherapy"),
            Said(GP, "2026-10-13 09:00", "was_not_brought", "Nurse", night="2026-10-20"),
        ),
    ),
    Story(
        "birth-date-unknown", "Toby", "Bellwood", "2015-05-05",
        tuple(
            Said(OUTPATIENTS, f"{day} 11:45", "not_attended", "Eyes", instead=NO_BIRTH)
            for day in ("2026-09-15", "2026-09-29", "2026-10-13", "2026-10-27")
        ),
    ),
    Story(
        "code-nobody-knew", "Chaya", "Friedlander", "2020-10-10",
        (
            Said(OUTPATIENTS, "2026-10-22 11:00", "attended", "Eyes", code="9", same="the row"),
            Said(OUTPATIENTS, "2026-10-22 11:00", "attended", "Eyes", night="2026-10-24", same="the row"),
        ),
    ),
    Story(
        "number-mistyped", "Anika", "Chowdhury", "2018-08-18",
        (
            Said(OUTPATIENTS, "2026-09-08 09:45", "attended", "Eyes"),
            Said(OUTPATIENTS, "2026-10-14 09:45", "attended", "Eyes", instead=(("nhs_number", "999 000 0019"),)),
            Said(OUTPATIENTS, "2026-10-15 09:45", "attended", "Dermatology", instead=(("nhs_number", "999 999 9999"),)),
        ),
    ),
    Story(
        "comma-in-the-name", "Luana", "de Souza, Neta", "2014-04-04",
        (  # delivered twice in one file, exactly alike
            Said(OUTPATIENTS, "2026-10-30 10:00", "attended", "Allergy clinic", same="twice"),
            Said(OUTPATIENTS, "2026-10-30 10:00", "attended", "Allergy clinic", same="twice"),
        ),
    ),
    Story(
        "sister-elder", "Folake", "Ogunleye", "2014-02-11",
        (
            Said(OUTPATIENTS, "2026-10-13 10:00", "not_attended", "Eyes"),
            Said(SCHOOL, "2026-10-15 11:30", "not_attended", "Drop-in", instead=NO_NUMBER),
            Said(THERAPIES, "2026-10-21 13:15", "not_attended", "Dietetics"),
        ),
        home="sisters",
    ),
    Story(
        "sister-younger", "Temi", "Ogunleye", "2017-08-03",
        (
            Said(THERAPIES, "2026-10-21 13:45", "attended", "Dietetics"),
            Said(OUTPATIENTS, "2026-10-27 10:00", "not_attended", "Eyes"),
        ),
        home="sisters",
    ),
    Story(
        "changed-surname", "Poppy", "Fairbrother", "2015-07-19",
        (
            Said(OUTPATIENTS, "2026-10-14 12:15", "not_attended", "Eyes", instead=BEFORE_THE_WEDDING),
            Said(OUTPATIENTS, "2026-10-28 12:15", "not_attended", "Dermatology", instead=BEFORE_THE_WEDDING),
            Said(GP, "2026-11-04 09:10", "was_not_brought", "Nurse"),
        ),
    ),
    Story(
        "changed-surname-no-number", "Maja", "Nowak", "2016-12-05",
        (
            Said(OUTPATIENTS, "2026-10-15 12:30", "not_attended", "Eyes"),
            Said(THERAPIES, "2026-10-22 10:30", "not_attended", "Physiotherapy", instead=AFTER_THE_WEDDING),
            Said(OUTPATIENTS, "2026-10-29 12:30", "not_attended", "Dermatology"),
        ),
    ),
    Story(
        "number-lent", "Kerem", "Aslan", "2015-03-21",
        (
            Said(OUTPATIENTS, "2026-10-14 14:15", "not_attended", "Eyes"),
            Said(OUTPATIENTS, "2026-10-28 14:15", "not_attended", "Dermatology"),
        ),
        home="brother and sister",
    ),
    Story(
        "number-of-her-brother", "Defne", "Aslan", "2018-01-09",
        (
            Said(GP, "2026-10-20 16:20", "was_not_brought", "Nurse", instead=HER_BROTHERS_NUMBER),
            Said(THERAPIES, "2026-10-22 11:30", "attended", "Speech and language"),
        ),
        home="brother and sister",
    ),
    Story(
        "school-without-numbers", "Bảo", "Phạm", "2017-05-22",
        (
            *_each(OUTPATIENTS, "not_attended", "Allergy clinic", "2026-10-15 15:15"),
            *_each(OUTPATIENTS, "not_attended", "Eyes", "2026-10-29 15:15"),
            Said(SCHOOL, "2026-10-14 10:15", "not_attended", "Drop-in", instead=NO_NUMBER),
            Said(SCHOOL, "2026-10-22 10:15", "not_attended", "Drop-in", instead=NO_NUMBER),
        ),
    ),
    Story(
        "confidential-clinic", "Aaliyah", "Bailey", "2011-04-29",
        (
            *_each(OUTPATIENTS, "not_attended", CONFIDENTIAL, "2026-10-16 16:45", "2026-10-30 16:45"),
            Said(GP, "2026-10-21 17:10", "not_attended", "Doctor"),
            Said(THERAPIES, "2026-10-27 15:30", "not_attended", "Physiotherapy"),
            Said(GP, "2026-11-03 17:10", "not_attended", "Nurse"),
        ),
    ),
    Story(
        "looked-after-two-addresses", "Renée", "Francis", "2012-09-08",
        (
            Said(OUTPATIENTS, "2026-10-22 09:15", "not_attended", "Paediatric clinic", instead=AT_THE_CARERS),
            Said(THERAPIES, "2026-11-05 16:00", "not_attended", "Physiotherapy"),
        ),
        (Known("looked-after", "2026-08-10"),),
    ),
    Story(
        "refuge", "Nusrat", "Begum", "2018-11-14",
        (
            Said(OUTPATIENTS, "2026-10-07 11:45", "not_attended", "Allergy clinic"),
            Said(THERAPIES, "2026-10-20 12:45", "not_attended", "Speech and language", instead=AT_THE_REFUGE),
            Said(GP, "2026-10-28 10:40", "was_not_brought", "Nurse"),
        ),
        (Known("domestic-abuse", "2026-09-28"), Known("address-sealed", "2026-10-05")),
    ),
)  # fmt: skip
