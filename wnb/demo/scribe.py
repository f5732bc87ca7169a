"""One agency's hand: rows about children, written as its YAML and its habits say.

The contract that the reader holds an agency to (`config/agencies/<agency>.yaml`) is the contract by which its invented
files are written, so that the two cannot drift apart.
"""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from wnb.agency import Agency
from wnb.demo.habits import Habit
from wnb.demo.people import Place
from wnb.extract_columns import Timed
from wnb.terms import Outcome

MADE_ON = datetime(2026, 1, 1)  # what workbooks say of themselves: the same bytes every time
UNMARKED = str.maketrans("łŁıøØđĐ", "lLioOdD")
DATES = ("appointment_at", "booked_on", "letter_sent_on", "cancelled_on", "recorded_at", "status_from", "status_to")
OF_THE_CHILD = (
    "child_local_id",
    "nhs_number",
    "given_name",
    "family_name",
    "date_of_birth",
    "postcode",
    "household_id",
    "gp_practice",
    "ethnicity",
    "language",
    "deprivation",
    "lead_professional",
)
AS_THEY_ARE = ("ethnicity", "language", "deprivation", "lead_professional")


def codes_of(agency: Agency) -> dict[str, str]:
    """Our word -> the code that this agency uses for it, the first where it has several."""
    found: dict[str, str] = {}
    for code, outcome in agency.outcomes.items():
        found.setdefault(Outcome(outcome).word, code)
    for code, status in agency.statuses.items():
        found.setdefault(str(status), code)
    return found


class Scribe:
    """Writes an agency's files about the children of one place."""

    def __init__(self, agency: Agency, habit: Habit, place: Place) -> None:
        self.agency = agency
        self.habit = habit
        self.form: dict[str, Timed] = {ours: held for ours, held in agency.columns if isinstance(held, Timed)}
        self.child = self._written_children(place.children)

    def write(self, rows: pd.DataFrame, extract_date: date, folder: Path, name: str = "") -> Path:
        """Write one delivery, and say where.

        Args:
            rows: one row a record, in order: `child` (position in the place), `number` (of the appointment or
                episode), `code`, and whichever of our other columns are known, dates as datetime64. A column
                `<ours>_as_written` says what stands in the file instead, where it is text.
            extract_date: the date that the file's name says.
            folder: where the agency delivers.
            name: the file's name, where it is not the usual one.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (name or self.habit.name(extract_date))
        cells = self._cells(rows)
        if self.agency.extract.format == "excel":
            path.write_bytes(_workbook(cells, self._headers()))
        else:
            path.write_bytes(self._text(cells, len(rows), extract_date))
        return path

    def _headers(self) -> dict[str, str]:
        return {ours: theirs[0] for ours, theirs in self.agency.columns.declared().items()}

    def _written_children(self, children: pd.DataFrame) -> dict[str, np.ndarray]:
        """The columns that are the same in every row about a child, as this agency writes them; by position."""
        order = np.arange(len(children))
        local = (
            children["upn"].to_numpy()
            if self.habit.local_id == "upn"
            else _formatted(self.habit.local_id, order * 3 + 100_001)
        )
        numbers = np.array([f"{number:010d}" for number in children["nhs_number"].tolist()], dtype=object)
        if self.habit.numbers_with_spaces:
            numbers = np.array([f"{text[:3]} {text[3:6]} {text[6:]}" for text in numbers], dtype=object)
        if self.habit.numbers_left_blank:
            numbers = np.where(children["number_known_at_school"], numbers, "")
        family = self._names(children["family_name"])
        if self.habit.surnames_in_capitals:
            family = np.array([text.upper() for text in family], dtype=object)
        return {
            "child_local_id": local,
            "nhs_number": numbers,
            "given_name": self._names(children["given_name"]),
            "family_name": family,
            "date_of_birth": self._dates("date_of_birth", children["date_of_birth"].to_numpy()),
            "postcode": children["postcode"].to_numpy(dtype=object),
            "household_id": _formatted("H{:06d}", children["household"].to_numpy()),
            "gp_practice": children["practice"].to_numpy(dtype=object),
            **{ours: children[ours].to_numpy(dtype=object) for ours in AS_THEY_ARE},
        }

    def _names(self, names: pd.Series) -> np.ndarray:
        """Names as they can be written in the agency's encoding."""
        written = {}
        for name in names.unique():
            text = name.replace("'", "\u2019") if self.habit.curly_apostrophes else name
            written[name] = "".join(_writable(letter, self.agency.extract.encoding) for letter in text)
        return names.map(written).to_numpy(dtype=object)

    def _cells(self, rows: pd.DataFrame) -> dict[str, np.ndarray]:
        """Our column -> what the file says in it, row by row; dates of a workbook stay dates."""
        found: dict[str, np.ndarray] = {}
        child = rows["child"].to_numpy()
        for ours in self.agency.columns.declared():
            if ours in OF_THE_CHILD:
                cell = self.child[ours][child]
            elif ours in ("appointment_id", "status_id"):
                cell = _formatted(self.habit.appointment_id, rows["number"].to_numpy())
            elif ours in ("outcome", "status"):
                cell = rows["code"].to_numpy(dtype=object)
            elif ours in DATES:
                cell = self._dates(ours, rows[ours].to_numpy())
            elif ours in rows:
                cell = rows[ours].fillna("").to_numpy(dtype=object)
            else:
                cell = np.full(len(rows), "", dtype=object)
            if not len(cell) or ours not in self.habit.constant:
                found[ours] = cell
            else:
                found[ours] = np.where(cell == "", self.habit.constant[ours], cell)
            if f"{ours}_as_written" in rows:
                instead = rows[f"{ours}_as_written"].to_numpy(dtype=object)
                said = np.array([isinstance(text, str) for text in instead])
                found[ours] = np.where(said, instead, found[ours])
        if self.habit.codes_padded_to:
            found["outcome"] = np.array(
                [text.ljust(self.habit.codes_padded_to) for text in found["outcome"]], dtype=object
            )
        return found

    def _dates(self, ours: str, values: np.ndarray) -> np.ndarray:
        """Dates in the form declared for the column; a workbook's stay datetimes."""
        if ours not in self.form:
            return np.full(len(values), "", dtype=object)
        known, where = np.unique(values.astype("datetime64[s]"), return_inverse=True)
        plain = [None if np.isnat(value) else value.astype(datetime) for value in known]
        if self.agency.extract.format == "excel":
            texts = np.array([moment or "" for moment in plain], dtype=object)
        else:
            texts = np.array(
                [moment.strftime(self.form[ours].format[0]) if moment else "" for moment in plain], dtype=object
            )
        return np.asarray(texts[where])

    def _text(self, cells: Mapping[str, np.ndarray], records: int, extract_date: date) -> bytes:
        extract, habit = self.agency.extract, self.habit
        columns = [pa.array(cell, pa.string()) for cell in cells.values()]
        headers = list(self._headers().values())
        if habit.dated_column:  # an unchanged snapshot is news all the same: it was looked at again
            columns.append(pa.repeat(pa.scalar(f"{extract_date:%d/%m/%Y}"), records))
            headers.append(habit.dated_column)
        header = extract.delimiter.join(self._quoted(pa.array(headers)).to_pylist())
        body = lines([self._quoted(column) for column in columns], extract.delimiter, habit.line_end)
        above = "".join(line.format(day=f"{extract_date:%d %b %Y}") + habit.line_end for line in habit.above)
        below = habit.below.format(rows=records) + habit.line_end if habit.below else ""
        encoding = "utf-8-sig" if habit.bom else extract.encoding
        if extract.encoding == "utf-8":
            return (above + header + habit.line_end).encode(encoding) + body + below.encode("utf-8")
        return (above + header + habit.line_end + body.decode("utf-8") + below).encode(encoding)

    def _quoted(self, column: pa.Array) -> pa.Array:
        """Cells that hold the delimiter, a quote or a line end in quotes; all of them, where that is the habit."""
        inner = pc.replace_substring(column, '"', '""')
        in_quotes = pc.binary_join_element_wise('"', inner, '"', "")
        if self.habit.quote_all:
            return in_quotes
        strange = pc.match_substring_regex(column, f'["\\r\\n\\x{ord(self.agency.extract.delimiter):02x}]')
        return pc.if_else(strange, in_quotes, column)


def lines(columns: list[pa.Array], delimiter: str, line_end: str) -> bytes:
    """Columns of text as the bytes of a delimited file in UTF-8, without a header."""
    if not len(columns[0]):
        return b""
    last = pc.binary_join_element_wise(columns[-1], line_end, "")
    whole = pc.binary_join_element_wise(
        *(column.cast(pa.large_string()) for column in [*columns[:-1], last]), pa.scalar(delimiter, pa.large_string())
    )
    _, offsets, text = whole.buffers()
    ends = np.frombuffer(offsets, np.int64)
    return bytes(memoryview(text)[ends[whole.offset] : ends[whole.offset + len(whole)]])


def _formatted(form: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([form.format(number) for number in numbers.tolist()], dtype=object)


def _writable(letter: str, encoding: str) -> str:
    """The letter, or without its marks where the encoding has no such letter."""
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", letter.translate(UNMARKED))
        return "".join(part for part in plain if not unicodedata.combining(part))
    return letter


def _workbook(cells: Mapping[str, np.ndarray], headers: Mapping[str, str]) -> bytes:
    """One sheet, text as text and dates as dates. Same cells, same bytes: nothing is compressed, nothing dated."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE_ON})
    sheet = book.add_worksheet("Contacts")
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for place, (ours, cell) in enumerate(cells.items()):
        sheet.write_string(0, place, headers[ours])
        for row, value in enumerate(cell, start=1):
            if isinstance(value, datetime):
                sheet.write_datetime(row, place, value, day if ours == "date_of_birth" else moment)
            elif value:
                sheet.write_string(row, place, value)
    book.close()
    plain = io.BytesIO()
    with zipfile.ZipFile(content) as packed, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as stored:
        for name in packed.namelist():
            stored.writestr(zipfile.ZipInfo(name), packed.read(name))
    return plain.getvalue()
