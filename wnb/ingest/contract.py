"""The agency's contract over rows of text: every value proven into its type by its declared form, or named as what it
is.

Nothing is coerced. A value that says when or what an appointment was, and does not hold, sets its row aside; an
identity or an age that does not verify never does: the row is accepted, marked unverified, its number or date left
empty. Two-digit years, Excel's serials and swapped days and months condemn the file, since the values that still look
right may be wrong.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wnb import identity
from wnb.config import Agency, Timed
from wnb.ingest import characters, moments
from wnb.ingest.characters import look
from wnb.ingest.container import GROUP, Container
from wnb.ingest.moments import DAY, GOOD, Clocks, Form
from wnb.ingest.reasons import refused
from wnb.ingest.rows import Rows, SetAside, Text
from wnb.terms import APPOINTMENT, DATE_EXTRAS, STATUS_ROW, TEXT_EXTRAS, Outcome, Status

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

PLACE = pa.field("place", pa.int64())  # where the container finds the record again; dropped before anybody sees it
MOST_CHARACTERS, MOST_CHARACTERS_OF_EXTRAS = 255, 1_000
MAY_HOLD_LINES = frozenset({"service", *TEXT_EXTRAS})
NUMBERS = ("nhs_number", "age_at_appointment")  # a sign before one is a fault of the number, and said as such
WORDS = ("child_local_id", "given_name", "family_name", "postcode", "service", GROUP, *TEXT_EXTRAS)
TRIMMED = ("appointment_id", "status_id", "child_local_id", "outcome", "status", GROUP)
CONDEMNING = frozenset({"two_digit_year", "excel_serial", "date_format_drift"})
MOST_MISFITS_ROWS = 3
"""Where at least so many, and more than half of what is given, do not have the declared form, the form has drifted."""

OVER = frozenset(
    {
        Outcome.ATTENDED,
        Outcome.NOT_ATTENDED,
        Outcome.WAS_NOT_BROUGHT,
        Outcome.YOUNG_PERSON_DID_NOT_ATTEND,
        Outcome.NO_ACCESS,
        Outcome.NO_ANSWER,
        Outcome.CHILD_NOT_SEEN,
        Outcome.ARRIVED_TOO_LATE,
        Outcome.LEFT_BEFORE_SEEN,
        Outcome.TOLD_OF_MISSED_ELSEWHERE,
    }
)
"""What can only be told of an appointment whose day has come. A cancellation can be told ahead."""

STANDING: Mapping[int, str] = {
    identity.MISSING: "nhs_missing",
    identity.LENGTH: "nhs_length",
    identity.CHECK_DIGIT: "nhs_check_digit",
    identity.PLACEHOLDER: "nhs_placeholder",
    identity.SCIENTIFIC: "nhs_scientific",
}
WARNED: Mapping[int, str] = {
    characters.INVISIBLE: "invisible_character",
    characters.MOJIBAKE: "mojibake_suspected",
    characters.FORMULA: "formula_like",
    characters.MARKUP: "markup_like",
}


@dataclass(frozen=True)
class Words:
    """A column of text that will be one of the table."""

    text: Text

    def arrow(self, kind: pa.DataType, chosen: Numbers | None) -> pa.Array:
        """The chosen rows (None: all), null where empty."""
        return (self.text if chosen is None else self.text.only(chosen)).arrow()


@dataclass(frozen=True)
class Values:
    """A column of numbers, days or seconds that will be one of the table. `missing`: where there is none."""

    values: npt.NDArray[np.generic]
    missing: Mask | None = None

    def arrow(self, kind: pa.DataType, chosen: Numbers | None) -> pa.Array:
        """The chosen rows (None: all) as this type."""
        values = self.values if chosen is None else self.values[chosen]
        missing = self.missing if self.missing is None or chosen is None else self.missing[chosen]
        return pa.array(values, mask=missing).cast(kind)


Column = Words | Values


@dataclass(frozen=True)
class Judged:
    """Some rows after the contract: those accepted (with `PLACE`), and those set aside."""

    rows: pa.Table
    set_aside: list[SetAside]


@dataclass(frozen=True)
class Read:
    """A column of dates: seconds of the partnership's clocks where `good`; elsewhere why not, by row."""

    seconds: Numbers
    good: Mask
    faults: Mapping[int, str]  # row -> reason; an empty field has none
    misfits: int = 0


class Findings:
    """What is being found out about one block of rows."""

    def __init__(self, rows: Rows, names: Mapping[str, str]) -> None:
        self.rows, self.names = rows, names
        self.fault = np.zeros(len(rows), np.int16)  # 1 + index into `faults`; 0: sound
        self.faults: list[tuple[str, str]] = []
        self.unverified = np.zeros(len(rows), np.bool_)
        self.warned: dict[str, Mask] = {}

    def set_aside(self, mask: Mask, reason: str, ours: str) -> None:
        """Rows that cannot be accepted; the first reason stands."""
        if mask.any():
            self.faults.append((reason, self.names.get(ours, "")))
            self.fault[mask & (self.fault == 0)] = len(self.faults)

    def warn(self, mask: Mask, reason: str) -> None:
        """Rows of which something is worth a word."""
        if mask.any():
            self.warned[reason] = self.warned[reason] | mask if reason in self.warned else mask


@dataclass
class Contract:
    """How one agency's rows are read on one night. `judge` may be called once a block; `close` when all is read."""

    agency: Agency
    names: Mapping[str, str]  # ours -> the agency's own name of each column that is there
    zone: ZoneInfo
    night: date
    forms: Mapping[str, Form]
    codes: Mapping[str, int]  # the agency's code -> Outcome, or the place of a Status

    def __post_init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self._condemned: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._misfits: Counter[str] = Counter()
        self._clocks = Clocks(self.zone)

    @classmethod
    def of(cls, agency: Agency, container: Container, zone: ZoneInfo, night: date) -> "Contract":
        """The contract that the agency's YAML states, or the container's own where its standard states it."""
        names = dict(container.names)
        timed = {ours: getattr(agency.columns, ours, None) for ours in names}
        forms = {ours: Form(column.format) for ours, column in timed.items() if isinstance(column, Timed)}
        if agency.holds == "statuses":
            codes = {code.strip(): list(Status).index(status) for code, status in agency.statuses.items()}
        else:
            codes = {code.strip(): int(outcome) for code, outcome in agency.outcomes.items()}
        return cls(agency, names, zone, night, container.forms or forms, container.codes or codes)

    # ------------------------------------------------------------ rows

    def judge(self, rows: Rows) -> Judged:
        """Accept or set aside each row of a block."""
        found = Findings(rows, self.names)
        text = self._looked_at(found)
        columns = (self._status if self.agency.holds == "statuses" else self._appointment)(found, text)
        bad = found.fault > 0
        for reason, mask in found.warned.items():
            if number := int((mask & ~bad).sum()):
                self.reasons[reason] += number
        chosen = np.flatnonzero(~bad) if bad.any() else None
        fields = [field for field in self.schema if field.name in columns]
        arrays = [columns[field.name].arrow(field.type, chosen) for field in fields]
        aside = [] if chosen is None else self._aside(found, text, np.flatnonzero(bad))
        return Judged(pa.table(arrays, schema=pa.schema(fields)), aside)

    def complete(self, tables: list[pa.Table]) -> pa.Table:
        """All accepted rows in one table of `schema`, with the columns that the agency does not have."""
        if not tables:
            return self.schema.empty_table()
        table = pa.concat_tables(tables)
        nothing = {kind: pa.nulls(table.num_rows, kind) for kind in {field.type for field in self.schema}}
        columns = []
        for field in self.schema:
            if field.name in table.column_names:
                columns.append(table[field.name])
            elif pa.types.is_boolean(field.type):
                columns.append(pa.repeat(False, table.num_rows))
            else:
                columns.append(nothing[field.type])
        return pa.table(columns, schema=self.schema)

    @cached_property
    def schema(self) -> pa.Schema:
        """Of accepted rows: the schema of terms, the group of a snapshot of whole groups, and the place."""
        schema = STATUS_ROW if self.agency.holds == "statuses" else APPOINTMENT
        if GROUP in self.names and GROUP not in schema.names:
            schema = schema.append(pa.field(GROUP, pa.string()))
        return schema.append(PLACE)

    @property
    def key(self) -> str:
        """The column that names a row: of an appointment its id, of a status its own where it has one."""
        return "status_id" if self.agency.holds == "statuses" else "appointment_id"

    def _aside(self, found: Findings, text: Mapping[str, Text], at: Numbers) -> list[SetAside]:
        raws = found.rows.raw(at.tolist())
        keys = text.get(self.key)
        aside = []
        for row, raw in zip(at.tolist(), raws, strict=True):
            reason, column = found.faults[found.fault[row] - 1]
            self.reasons[reason] += 1
            aside.append(SetAside(int(found.rows.line[row]), column, reason, raw, keys[row] if keys else ""))
        return aside

    def _looked_at(self, found: Findings) -> dict[str, Text]:
        """The columns of text, with what their characters say; ids and codes without the spaces around them."""
        lines_allowed = self.agency.extract.fields_hold_newlines
        text = dict(found.rows.text)
        for ours, column in found.rows.text.items():
            if ours in self.forms:
                continue
            limit = MOST_CHARACTERS_OF_EXTRAS if ours in TEXT_EXTRAS else MOST_CHARACTERS
            marks, every = look(column.offsets, column.data, limit)
            if not every:
                continue
            control = characters.CONTROL
            if ours not in MAY_HOLD_LINES and (not lines_allowed or ours in TRIMMED):
                control |= characters.NEWLINE
            if every & control:
                found.set_aside((marks & control) != 0, "control_character", ours)
            if every & characters.LONG:
                found.set_aside((marks & characters.LONG) != 0, "field_too_long", ours)
            for bit, reason in WARNED.items():
                if every & bit and (ours not in NUMBERS or bit == characters.INVISIBLE):
                    found.warn((marks & bit) != 0, reason)
            if ours in TRIMMED and (every & ~characters.FORMULA):
                text[ours] = Text.from_arrow(pc.utf8_trim_whitespace(column.arrow()))
        return text

    def _appointment(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        rows = found.rows
        ids = text["appointment_id"]
        found.set_aside(~ids.given, "missing_column", "appointment_id")
        at = self._when(found, "appointment_at")
        self._set_aside_dates(found, at, "appointment_at")
        if self.forms.get("appointment_at", Form("%Y-%m-%d %H:%M")).has_time and not self._zoned("appointment_at"):
            never, twice = self._clocks.doubtful(at.seconds)
            found.warn(never & at.good, "nonexistent_local_time")
            found.warn(twice & at.good, "ambiguous_local_time")
        told = self._told(found, text["outcome"], "outcome")
        days = at.seconds // DAY
        number = self._numbers(found, text)
        ages = self._ages(found, text, days)
        ahead = at.good & (at.seconds >= moments.seconds_of(self.night) + DAY)
        if ahead.any():
            found.set_aside(ahead & np.isin(told, [int(o) for o in OVER]), "outcome_in_future", "appointment_at")
        columns = {
            "line": Values(rows.line),
            "appointment_id": Words(ids),
            "appointment_at": Values(at.seconds),
            "original_code": Words(text["outcome"]),
            "told": Values(told),
            "unverified": Values(found.unverified),
            PLACE.name: Values(rows.place),
            **number, **ages, **self._recorded(found), **self._yes(text),
            **self._words(text, *WORDS),
            **{name: self._day(found, name) for name in DATE_EXTRAS if name in self.names},
        }  # fmt: skip
        if "nhs_number" in text:
            columns["nhs_number_as_given"] = Words(text["nhs_number"])
        return columns

    def _status(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        rows = found.rows
        since = self._when(found, "status_from")
        self._set_aside_dates(found, since, "status_from")
        until = self._when(found, "status_to")
        if until.faults:  # a last day that cannot be read must not end a status early, nor let it run for ever unseen
            self._set_aside_dates(found, until, "status_to", also_empty=False)
        told = self._told(found, text["status"], "status")
        number = self._numbers(found, text)
        ages = self._ages(found, text, np.full(len(rows), np.iinfo(np.int64).max // DAY))
        days = np.where(since.good, since.seconds // DAY, 0)
        statuses = [list(Status)[index].value for index in told.tolist()]
        children = [
            text["child_local_id"][row] if "child_local_id" in text and text["child_local_id"].given[row]
            else text["nhs_number"][row] if "nhs_number" in text and text["nhs_number"].given[row] else f"row {line}"
            for row, line in enumerate(rows.line.tolist())
        ]  # fmt: skip
        firsts = [(date(1970, 1, 1) + timedelta(days=int(day))).isoformat() for day in days.tolist()]
        made = [
            text["status_id"][row] if "status_id" in text and text["status_id"].given[row] else "|".join(parts)
            for row, parts in enumerate(zip(children, statuses, firsts, strict=True))
        ]
        return {
            "line": Values(rows.line),
            "status_id": Words(Text.of(made)),
            "status": Words(Text.of(statuses)),
            "status_from": Values(days.astype(np.int32)),
            "status_to": Values((until.seconds // DAY).astype(np.int32), ~until.good),
            "unverified": Values(found.unverified),
            PLACE.name: Values(rows.place),
            **number, **ages, **self._recorded(found),
            **self._words(text, "child_local_id", "given_name", "family_name", GROUP),
        }  # fmt: skip

    # ------------------------------------------------------------ what was it

    def _told(self, found: Findings, codes: Text, ours: str) -> npt.NDArray[np.uint8]:
        encoded = codes.arrow().dictionary_encode(null_encoding="encode")
        meanings = np.array(
            [-1 if code is None else self.codes.get(code.strip(), -1) for code in encoded.dictionary.to_pylist()],
            np.int16,
        )
        told = meanings[encoded.indices.to_numpy()] if len(meanings) else np.zeros(0, np.int16)
        found.set_aside(told < 0, "unknown_status", ours)
        known: npt.NDArray[np.uint8] = np.maximum(told, 0).astype(np.uint8)
        return known

    # ------------------------------------------------------------ who was it

    def _numbers(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        """NHS numbers that verify. Where none is declared, the agency's own number suffices."""
        if "nhs_number" not in text:
            missing = ~text["child_local_id"].given
            found.unverified |= missing
            found.warn(missing, "nhs_missing")
            return {}
        column = text["nhs_number"]
        number, standing = identity.numbers(column.offsets, column.data)
        known: dict[str, tuple[int, int]] = {}
        for row in np.flatnonzero(standing == identity.OTHER).tolist():
            given = column[row]
            if given not in known:
                known[given] = identity.number_in(given)
            number[row], standing[row] = known[given]
        bad = standing != identity.VERIFIED
        if bad.any():
            found.unverified |= bad
            for value, reason in STANDING.items():
                found.warn(standing == value, reason)
        return {"nhs_number": Values(number, bad)}

    def _ages(self, found: Findings, text: Mapping[str, Text], days: Numbers) -> dict[str, Column]:
        """Dates of birth and ages that verify. `days`: the appointment's. Born after it sets the row aside."""
        rows = len(found.rows)
        columns: dict[str, Column] = {}
        age_good = age_bad = np.zeros(rows, np.bool_)
        if has_age := "age_at_appointment" in text:
            ages, age_bad = _whole_numbers(text["age_at_appointment"], 0, 120)
            age_good = text["age_at_appointment"].given & ~age_bad
            columns["age_at_appointment"] = Values(ages.astype(np.int16), ~age_good)
            found.warn(age_bad, "invalid_date")
        if "date_of_birth" not in self.names:
            if has_age:
                found.unverified |= ~age_good
                found.warn(~text["age_at_appointment"].given, "dob_missing")
            return columns
        read = self._when(found, "date_of_birth")
        good = read.good.copy()
        for row, reason in read.faults.items():
            if reason == "dob_has_time" and "date_of_birth" not in found.rows.typed:
                told = moments.day_before_clock(text["date_of_birth"][row], self.forms["date_of_birth"])
                if told and told[1]:  # at midnight: the day is what was meant
                    read.seconds[row], good[row] = told[0], True
        placeholder = good & np.isin(read.seconds, moments.PLACEHOLDER_SECONDS)
        good &= ~placeholder
        born = read.seconds // DAY
        found.set_aside(good & (born > days), "dob_after_appointment", "date_of_birth")
        empty = ~self._was_given(found, "date_of_birth")
        self._warn_dates(found, read)
        found.warn(placeholder, "dob_placeholder")
        found.warn(empty & ~age_good, "dob_missing")
        found.unverified |= (~good & ~(empty & age_good)) | age_bad
        columns["date_of_birth"] = Values(np.where(good, born, 0).astype(np.int32), ~good)
        return columns

    # ------------------------------------------------------------ when was it

    def _zoned(self, ours: str) -> bool:
        return ours in self.forms and self.forms[ours].zoned

    def _was_given(self, found: Findings, ours: str) -> Mask:
        given = found.rows.text[ours].given if ours in found.rows.text else np.zeros(len(found.rows), np.bool_)
        if ours in found.rows.typed:
            given = given | found.rows.typed[ours].given
        return given

    def _when(self, found: Findings, ours: str) -> Read:
        """A column of dates or times, by its form or as its container typed it. Texts that condemn the file are
        counted.
        """
        rows = found.rows
        if ours not in self.names:
            return Read(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_), {})
        faults: dict[int, str] = {}
        seconds, good = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        if ours in rows.text:
            form, column = self.forms[ours], rows.text[ours]
            seconds, standing = form.read(column.offsets, column.data)
            good = standing == GOOD
            if form.zoned:
                seconds = np.where(good, self._clocks.local(seconds), 0)
            known: dict[str, str] = {}
            for row in np.flatnonzero(standing > moments.EMPTY).tolist():
                given = column[row]
                if given not in known:
                    known[given] = moments.why(given, form)
                faults[row] = known[given]
            self._given[ours] += int(column.given.sum())
            self._misfits[ours] += int((standing == moments.MISFIT).sum())
            for reason, number in Counter(faults.values()).items():
                if reason in CONDEMNING:
                    self._condemned[reason] += number
        if ours in rows.typed:
            typed = rows.typed[ours]
            seconds, good = np.where(typed.given, typed.seconds, seconds), good | typed.given
            lowest, highest = (moments.seconds_of(date(year, 1, 1)) for year in (moments.EARLIEST, moments.LATEST + 1))
            strange = typed.given & ((seconds < lowest) | (seconds >= highest))
            timed = typed.given & (seconds % DAY != 0) if ours == "date_of_birth" else strange
            for mask, reason in ((timed, "dob_has_time"), (strange, "invalid_date")):
                for row in np.flatnonzero(mask).tolist():
                    faults[row], good[row] = reason, False
        return Read(seconds, good, faults)

    def _set_aside_dates(self, found: Findings, read: Read, ours: str, also_empty: bool = True) -> None:
        """The row cannot be placed in time without this column."""
        bad = np.zeros(len(found.rows), np.bool_)
        bad[list(read.faults)] = True
        found.set_aside(~read.good if also_empty else bad, "invalid_date", ours)

    def _warn_dates(self, found: Findings, read: Read) -> None:
        for reason in set(read.faults.values()):
            mask = np.zeros(len(found.rows), np.bool_)
            mask[[row for row, fault in read.faults.items() if fault == reason]] = True
            found.warn(mask, reason)

    def _day(self, found: Findings, ours: str) -> Column:
        """A date that nothing depends on: left empty, with a word, where it is not one."""
        read = self._when(found, ours)
        self._warn_plain(found, read)
        return Values((read.seconds // DAY).astype(np.int32), ~read.good)

    def _recorded(self, found: Findings) -> dict[str, Column]:
        if "recorded_at" not in self.names:
            return {}
        read = self._when(found, "recorded_at")
        self._warn_plain(found, read)
        return {"recorded_at": Values(read.seconds, ~read.good)}

    def _warn_plain(self, found: Findings, read: Read) -> None:
        mask = np.zeros(len(found.rows), np.bool_)
        mask[list(read.faults)] = True
        found.warn(mask, "invalid_date")

    # ------------------------------------------------------------ the rest

    def _words(self, text: Mapping[str, Text], *ours: str) -> dict[str, Column]:
        return {name: Words(text[name]) for name in ours if name in text}

    def _yes(self, text: Mapping[str, Text]) -> dict[str, Column]:
        declared = self.agency.columns.manages_own_appointments
        if declared is None or "manages_own_appointments" not in text:
            return {}
        said = pc.utf8_trim_whitespace(text["manages_own_appointments"].arrow())
        yes = pc.is_in(said, value_set=pa.array([word.strip() for word in declared.yes]))
        return {"manages_own_appointments": Values(yes.to_numpy(zero_copy_only=False))}

    def close(self) -> None:
        """What condemns the file now that every row was seen.

        Raises:
            Refused: its dates cannot be trusted.
        """
        drifted = [
            ours
            for ours, misfits in self._misfits.items()
            if misfits >= MOST_MISFITS_ROWS and 2 * misfits > self._given[ours]
        ]
        if self._condemned:
            worst = max(self._condemned, key=lambda reason: self._condemned[reason])
            raise refused(worst, "its dates", self._condemned, self._condemned[worst])
        if drifted:
            columns = ", ".join(f'"{self.names[ours]}"' for ours in drifted)
            misfits = sum(self._misfits[ours] for ours in drifted)
            raise refused("date_format_drift", f"column {columns}", {"invalid_date": misfits}, misfits)


def _whole_numbers(column: Text, least: int, most: int) -> tuple[Numbers, Mask]:
    """Small whole numbers from text (`7`, and `7.0` of a column that was of numbers), and which texts are not one in
    range.
    """
    encoded = column.arrow().dictionary_encode(null_encoding="encode")
    values = []
    for said in encoded.dictionary.to_pylist():
        bare = "" if said is None else said.strip()
        whole, _, rest = bare.partition(".")
        good = (
            whole.isascii()
            and whole.isdigit()
            and len(whole) <= 3
            and not rest.strip("0")
            and least <= int(whole) <= most
        )
        values.append(int(whole) if good else (-1 if bare else -2))
    read = np.array(values or [-2], np.int64)[encoded.indices.to_numpy()] if len(column) else np.zeros(0, np.int64)
    return np.maximum(read, 0), read == -1
