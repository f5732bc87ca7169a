"""How each of the shipped agencies writes: what its YAML cannot say, because it is habit and not contract.

Which codes, columns, date forms and encodings an agency uses is read from `config/agencies/`; a table here says the
rest.
"""

from dataclasses import dataclass, field
from datetime import date

DAILY = frozenset(range(7))
AFTER_WORKING_DAYS = frozenset({1, 2, 3, 4, 5})  # the mornings of Tuesday to Saturday
AND_SUNDAYS = AFTER_WORKING_DAYS | {6}  # after Saturday's clinics
MONDAYS = frozenset({0})


@dataclass(frozen=True)
class Habit:
    """One agency's way of writing. `weight` is its share of a child's appointments; ages are in whole years."""

    file: str  # strftime form of the file's name
    days: frozenset[int]  # the weekdays on which it delivers; the first night of all is always one
    appointment_id: str
    local_id: str  # "upn": the school's number
    weight: float
    ages: tuple[int, int]  # from and to, both counted
    services: tuple[str, ...]
    missed: dict[str, float]  # our words for a missed appointment, and how often it uses each
    booked_days_ahead: tuple[int, int]
    line_end: str = "\n"
    bom: bool = False
    quote_all: bool = False
    above: tuple[str, ...] = ()  # lines of title; {day} is the extract's date
    below: str = ""  # a last line; {rows} is the number of records
    dated_column: str = ""  # a last column, which nobody declared, with the day of the extract in every row
    numbers_with_spaces: bool = False
    surnames_in_capitals: bool = False
    curly_apostrophes: bool = False
    codes_padded_to: int = 0
    numbers_left_blank: bool = False  # it does not hold every child's NHS number
    saturdays: bool = False
    constant: dict[str, str] = field(default_factory=dict)  # our column: what it always says

    def name(self, extract_date: date) -> str:
        """The name of the file of this date."""
        return extract_date.strftime(self.file)

    def delivers(self, night: date, first: date) -> bool:
        """Whether a file is due on this night."""
        return night == first or night.weekday() in self.days


HABITS: dict[str, Habit] = {
    "lea-bridge-outpatients": Habit(
        file="OP_%Y-%m-%d.csv", days=AND_SUNDAYS, appointment_id="OP{:07d}", local_id="M{:07d}",
        weight=0.36, ages=(0, 17), booked_days_ahead=(8, 60), saturdays=True,
        services=("Paediatric clinic", "Eyes", "Ear, nose and throat", "Orthodontics", "Dermatology", "Allergy clinic"),
        missed={"not_attended": 1.0}, numbers_with_spaces=True, surnames_in_capitals=True,
        constant={"appointment_type": "FU"},
    ),
    "regents-therapies": Habit(
        file="children_%d-%m-%Y.csv", days=DAILY, appointment_id="{:d}", local_id="S1-{:06d}",
        weight=0.20, ages=(1, 17), booked_days_ahead=(5, 30),
        services=("Speech and language", "Physiotherapy", "Occupational therapy", "Dietetics"),
        missed={"not_attended": 0.9, "no_access": 0.1}, line_end="\r\n", bom=True,
        dated_column="ExtractDate",
        constant={"mode": "Clinic", "interpreter_needed": "N"},
    ),
    "marsh-camhs": Habit(
        file="camhs contacts %Y-%m-%d.xlsx", days=MONDAYS, appointment_id="C-{:06d}", local_id="{:06d}",
        weight=0.10, ages=(8, 17), booked_days_ahead=(7, 28),
        services=("Family team", "Getting help", "Neurodevelopmental", "Crisis follow-up"),
        missed={"not_attended": 0.8, "no_answer": 0.12, "child_not_seen": 0.08},
    ),
    "city-gp-practices": Habit(
        file="children_%Y%m%d.txt", days=AFTER_WORKING_DAYS, appointment_id="{:08X}", local_id="{:d}",
        weight=0.22, ages=(0, 17), booked_days_ahead=(1, 12), services=("Doctor", "Nurse", "Immunisations"),
        missed={"was_not_brought": 0.6, "not_attended": 0.4}, curly_apostrophes=True,
    ),
    "regents-health-visiting": Habit(
        file="HV %d %b %Y.csv", days=AFTER_WORKING_DAYS, appointment_id="V/{:06d}", local_id="HV{:06d}",
        weight=0.30, ages=(0, 4), booked_days_ahead=(4, 21),
        services=("Home visit", "Development review", "Child health clinic"),
        missed={"no_access": 0.6, "was_not_brought": 0.25, "child_not_seen": 0.1, "no_answer": 0.05},
        above=(
            "Regent's Community health visiting",
            "Contacts planned and made; run {day}",
            "For the safeguarding partnership only",
        ),
        below="Rows in this report: {rows}", codes_padded_to=30,
    ),
    "school-nursing": Habit(
        file="school-nursing-%Y-%m-%d.csv", days=MONDAYS, appointment_id="D{:05d}", local_id="upn",
        weight=0.12, ages=(5, 16), booked_days_ahead=(3, 14),
        services=("Drop-in", "Height and weight", "Immunisation session"),
        missed={"not_attended": 1.0}, quote_all=True, numbers_left_blank=True,
    ),
    "social-care": Habit(
        file="statuses_%Y-%m-%d.csv", days=DAILY, appointment_id="E{:05d}", local_id="{:07d}",
        weight=0.0, ages=(0, 17), booked_days_ahead=(0, 0), services=(), missed={}, dated_column="As at",
    ),
}  # fmt: skip
