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
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.extract_columns import Timed, YesColumn
from wnb.ingest import characters, moments
from wnb.ingest.characters import look
from wnb.ingest.clocks import Clocks
from wnb.ingest.container import GROUP, Container
from wnb.ingest.dates import Dates
from wnb.ingest.findings import PLACE, Column, Findings, Numbers, Values, Words
from wnb.ingest.forms import Forms
from wnb.ingest.ids import leave_rounded
from wnb.ingest.layouts import refuse_another_layout
from wnb.ingest.moments import DAY
from wnb.ingest.of_child import WHO, of_person, of_status
from wnb.ingest.rows import Rows, SetAside, Text
from wnb.ingest.who import SHIFTED, ages_of, numbers
from wnb.terms import DATE_EXTRAS, KEY, PERSON_TEXTS, ROWS, TEXT_EXTRAS, Known, Outcome

MOST_CHARACTERS, MOST_CHARACTERS_OF_EXTRAS = 255, 1_000
MAY_HOLD_LINES = frozenset({"service", *TEXT_EXTRAS, *PERSON_TEXTS})
LONG = frozenset({"status_detail", *TEXT_EXTRAS, *PERSON_TEXTS})
NUMBERS = ("nhs_number", "age_at_appointment")  # a sign before one is a fault of the number, and said as such
WORDS = ("child_local_id", "given_name", "family_name", "postcode", "service", GROUP, *TEXT_EXTRAS)
TRIMMED = ("appointment_id", "status_id", "person_id", "child_local_id", "outcome", "status", GROUP)
CODES = ("outcome", "status")
UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060 \t\u00a0"
"""Around an id it is no part of it: with it A1001 would be another appointment, and a correction miss it."""
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

NO_SEAL = frozenset({"", "n", "no", "0", "f", "false", "none", "null", "n/a", "-", "not sealed"})
"""What says that an address is not sealed. Whatever else is not declared seals it: nobody can take a telling back."""

DOUBTFUL = ("nonexistent_local_time", "ambiguous_local_time")

WARNED: Mapping[int, str] = {
    characters.INVISIBLE: "invisible_character",
    characters.MOJIBAKE: "mojibake_suspected",
    characters.FORMULA: "formula_like",
    characters.MARKUP: "markup_like",
}


@dataclass(frozen=True)
class Judged:
    """Some rows after the contract: those accepted (with `PLACE`), and those set aside."""

    rows: pa.Table
    set_aside: list[SetAside]


@dataclass
class Contract:
    """How one agency's rows are read on one night. `judge` may be called once a block; `close` when all is read."""

    agency: Agency
    names: Mapping[str, str]  # ours -> the agency's own name of each column that is there
    zone: ZoneInfo
    night: date
    forms: Mapping[str, Forms]
    codes: Mapping[str, int]  # the agency's code -> Outcome, or the place of a Known

    def __post_init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self._dates = Dates(self.names, self.forms, Clocks(self.zone))

    @classmethod
    def of(cls, agency: Agency, container: Container, zone: ZoneInfo, night: date) -> "Contract":
        """The contract that the agency's YAML states, or the container's own where its standard states it."""
        names = dict(container.names)
        timed = {ours: getattr(agency.columns, ours, None) for ours in names}
        declared = {ours: Forms.of(*column.format) for ours, column in timed.items() if isinstance(column, Timed)}
        forms = {ours: Forms((form,)) for ours, form in container.forms.items()} or declared
        if agency.holds == "statuses":
            codes = {code.strip(): list(Known).index(known) for code, known in agency.statuses.items()}
        else:
            codes = {code.strip(): int(outcome) for code, outcome in agency.outcomes.items()}
        return cls(agency, names, zone, night, forms, container.codes or codes)

    # ------------------------------------------------------------ rows

    def judge(self, rows: Rows) -> Judged:
        """Accept or set aside each row of a block."""
        found = Findings(rows, self.names)
        text = self._looked_at(found)
        judges = {"appointments": self._appointment, "statuses": self._status, "people": self._person}
        columns = judges[self.agency.holds](found, text)
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
        schema = ROWS[self.agency.holds]
        if GROUP in self.names and GROUP not in schema.names:
            schema = schema.append(pa.field(GROUP, pa.string()))
        return schema.append(PLACE)

    @property
    def key(self) -> str:
        """The column that names a row: of an appointment its id, of a status or a person its own where it has one."""
        return KEY[self.agency.holds]

    def _aside(self, found: Findings, text: Mapping[str, Text], at: Numbers) -> list[SetAside]:
        refuse_another_layout(found.rows, at, self.agency)
        keys = text[self.key].only(at).arrow().fill_null("").to_pylist() if self.key in text else [""] * len(at)
        raws, lines, letters = found.rows.raw(at.tolist()), found.rows.line[at].tolist(), found.rows.letters
        reasons, columns = zip(*(found.faults[fault - 1] for fault in found.fault[at].tolist()), strict=True)
        self.reasons.update(reasons)
        keys = ["" if why == SHIFTED else key for why, key in zip(reasons, keys, strict=True)]  # perhaps another cell
        cells = [f"{letters[of]}{line}" if of in letters else "" for of, line in zip(columns, lines, strict=True)]
        return list(map(SetAside, lines, columns, reasons, raws, keys, cells))

    def _looked_at(self, found: Findings) -> dict[str, Text]:
        """The columns of text, with what their characters say; ids and codes without the spaces around them."""
        lines_allowed = self.agency.extract.fields_hold_newlines
        text = dict(found.rows.text)
        for ours, column in found.rows.text.items():
            if ours in self.forms:
                continue
            limit = MOST_CHARACTERS_OF_EXTRAS if ours in LONG else MOST_CHARACTERS
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
            if ours in TRIMMED and every & characters.EDGE:
                bare = pc.utf8_trim_whitespace(column.arrow())
                text[ours] = Text.from_arrow(bare if ours in CODES else pc.utf8_trim(bare, UNSEEN))
        leave_rounded(found, text)
        return text

    def _appointment(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        rows = found.rows
        ids = text["appointment_id"]
        found.set_aside(~ids.given, "missing_column", "appointment_id")
        at = self._dates.must_hold(found, "appointment_at")
        by_clock = np.flatnonzero(at.good & at.by_clock)
        for mask, reason in zip(self._dates.clocks.doubtful(at.seconds[by_clock]), DOUBTFUL, strict=True):
            doubtful = np.zeros(len(rows), np.bool_)
            doubtful[by_clock[mask]] = True
            found.warn(doubtful, reason)
        told = self._told(found, text["outcome"], "outcome")
        days = at.days
        number = numbers(found, text, unborn=self.agency.about == "unborn")
        ages = ages_of(found, text, self._dates, days)
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
            **number, **ages, **self._recorded(found), **self._yes(text, "manages_own_appointments"),
            **self._words(text, *WORDS),
            **{name: self._dates.day(found, name) for name in DATE_EXTRAS if name in self.names},
        }  # fmt: skip
        if "nhs_number" in text:
            columns["nhs_number_as_given"] = Words(text["nhs_number"])
        return columns

    def _status(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        columns = of_status(found, text, self._dates, self._told(found, text["status"], "status"))
        return {**columns, **self._recorded(found), **self._words(text, *WHO, GROUP)}

    def _person(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        columns = of_person(found, text, self._dates)
        sealed = self._sealed(found, text)
        return {**columns, **sealed, **self._recorded(found), **self._words(text, *WHO, *PERSON_TEXTS, GROUP)}

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

    # ------------------------------------------------------------ the rest

    def _recorded(self, found: Findings) -> dict[str, Column]:
        if "recorded_at" not in self.names:
            return {}
        read = self._dates.by_the_way(found, "recorded_at")
        return {"recorded_at": Values(read.seconds, ~read.good)}

    def close(self) -> None:
        """What condemns the file now that every row was seen.

        Raises:
            Refused: its dates cannot be trusted.
        """
        self._dates.close()

    def _words(self, text: Mapping[str, Text], *ours: str) -> dict[str, Column]:
        return {name: Words(text[name]) for name in ours if name in text}

    def _yes(self, text: Mapping[str, Text], ours: str) -> dict[str, Column]:
        declared: YesColumn | None = getattr(self.agency.columns, ours)
        if declared is None or ours not in text:
            return {}
        said = pc.utf8_trim_whitespace(text[ours].arrow())
        yes = pc.is_in(said, value_set=pa.array([word.strip() for word in declared.yes]))
        return {ours: Values(yes.to_numpy(zero_copy_only=False))}

    def _sealed(self, found: Findings, text: Mapping[str, Text]) -> dict[str, Column]:
        declared = self.agency.columns.address_sealed
        if declared is None or "address_sealed" not in text:
            return {}
        yes, no = ({word.strip().casefold() for word in words} for words in (declared.yes, declared.no))
        words = text["address_sealed"].arrow().dictionary_encode(null_encoding="encode")
        said = [(word or "").strip(UNSEEN).strip().casefold() for word in words.dictionary.to_pylist()]
        seals = np.array([word in yes or word not in no | NO_SEAL for word in said], bool)
        strange = np.array([word not in yes | no | NO_SEAL for word in said], bool)
        which = words.indices.to_numpy()
        found.warn(strange[which], "seal_not_declared")
        return {"address_sealed": Values(seals[which])}
