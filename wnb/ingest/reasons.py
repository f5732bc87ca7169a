"""Every reason code of the interface: what it means, what to do about it, and what would have been right.

The words go into `quarantine/<agency>.csv`, into `night.json` and onto the pages; none of them ever holds a child's
data.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """What a code means, what the agency or the person who keeps its YAML does about it, and a right example."""

    meaning: str
    remedy: str
    example: str


class Refused(Exception):
    """The file as a whole cannot be trusted: nothing of it is accepted.

    `reasons`: code -> rows, or 1 for a fault of the file. `note`: one sentence for a person; never a child's data.
    """

    def __init__(self, note: str, reasons: Mapping[str, int]) -> None:
        self.note = note
        self.reasons = dict(reasons)
        super().__init__(note)


def refused(reason: str, place: str, also: Mapping[str, int] | None = None, count: int = 1) -> Refused:
    """A refusal for `reason`, said as place, meaning and remedy."""
    told = REASONS[reason]
    return Refused(f"{place}: {told.meaning}. {told.remedy}", {reason: count, **(also or {})})


def remedy(code: str, holds: str = "appointments") -> str:
    """What to do about a row set aside for `code`, with an example of what would be right of such an extract."""
    told = OF.get(holds, {}).get(code, REASONS[code])
    return f"{told.remedy} For example: {told.example}" if told.example else told.remedy


YAML = "Mend it at the source, or declare it in the agency's YAML."
AGAIN = "Ask the agency to send the file again."

REASONS: Mapping[str, Reason] = {
    # the bytes
    "encoding": Reason(
        "bytes that are not text in the declared encoding",
        "Declare the encoding the agency uses, or have it send UTF-8.",
        "encoding: cp1252",
    ),
    "control_character": Reason(
        "a control character, or a line break where a value has one line",
        "Have the agency remove it from the field in its own record.",
        "Amara",
    ),
    "invisible_character": Reason("characters that nobody can see", "Have the agency type the value again.", "Amara"),
    "mojibake_suspected": Reason(
        "letters that were decoded wrongly before they came",
        "Have the agency export as UTF-8 in one step.",
        "Zoë, not ZoÃ«",
    ),
    "truncated": Reason(
        "the file was cut: it ends in the middle of a record, or is shorter than was said",
        AGAIN,
        "a last line that is whole and ends with a newline",
    ),
    # the structure of text
    "quoting": Reason(
        "a quotation mark where none may stand, or a field that swallows other records",
        "Have the agency double a quotation mark inside a quoted field.",
        '"Yusuf ""Joe"" Ali"',
    ),
    "field_count": Reason(
        "more or fewer fields than the header has names",
        "Have the agency quote a field that holds the delimiter.",
        '"JONES, SMITH",Mali',
    ),
    "trailing_delimiter": Reason("a delimiter behind the last field of every record", "Nothing need be done.", ""),
    "no_final_newline": Reason(
        "the last line does not end with a newline, and could have been cut",
        "Have the agency end every line, or send a trailer with the count.",
        "",
    ),
    "header": Reason(
        "no line with the declared column names where the header should be",
        "Correct the delimiter, header_after or the columns in the agency's YAML.",
        "header_after: auto",
    ),
    "missing_column": Reason(
        "a declared column, or the value that makes a row what it is, is not there or merged into another cell",
        "Correct the name in the agency's YAML (a list gives other names), or ask the agency to send it.",
        "outcome: [status, Status]",
    ),
    "duplicate_column": Reason(
        "two columns of one declared name",
        "Ask the agency which is meant, and to name the other otherwise.",
        "status, status_at_booking",
    ),
    "repeated_header": Reason(
        "the header stands again among the records", "Nothing need be done; files were joined.", ""
    ),
    "too_many_columns": Reason("more columns than any extract has", AGAIN, "at most 1,000 columns"),
    "empty_file": Reason("the file holds nothing, not even a header", AGAIN, ""),
    "zero_rows": Reason("a header and no records", "Ask the agency whether there truly was nothing to send.", ""),
    "control_total": Reason(
        "the trailer, or the manifest beside the file, does not state the number of records that are there",
        AGAIN,
        "Total records,12 after twelve records",
    ),
    "checksum": Reason("the bytes are not those that were sent", AGAIN, ""),
    "content_type": Reason(
        "the file is not what its name and the agency's YAML say",
        "Have the agency send the declared format.",
        "format: excel",
    ),
    "expansion_ratio": Reason(
        "the file unpacks to far more than any extract, or takes more to read than any",
        AGAIN,
        "at most 100 times its size",
    ),
    "xml_dtd": Reason(
        "a document type in the workbook, which no spreadsheet writes",
        "Treat it as an attack: ask the agency where it came from.",
        "",
    ),
    "path_traversal": Reason(
        "an archive whose names leave its folder", "Treat it as an attack: ask the agency where it came from.", ""
    ),
    "extra_sheet": Reason(
        "another sheet with rows, or hidden rows or columns, in the workbook",
        "Ask the agency whether they belong to the extract; name a sheet that never does under other_sheets.",
        "other_sheets: [Cover]",
    ),
    "formula_without_value": Reason(
        "a formula whose result was never saved", "Have the agency open, calculate and save the workbook.", ""
    ),
    "mixed_date_types": Reason(
        "dates and texts in one column of dates: the dates may have day and month swapped",
        "Have the agency export the column as text, or wholly as dates.",
        "2026-03-02",
    ),
    "json": Reason(
        "a line that is not JSON as RFC 8259 has it, or not the resource it should be",
        "Ask the sender to mend its export.",
        '{"resourceType": "Appointment"}',
    ),
    "json_duplicate_key": Reason(
        "one key twice in one object: nobody can say which is meant",
        "Ask the sender to mend its export.",
        '{"status": "noshow"}',
    ),
    "unresolved_reference": Reason(
        "an appointment of a patient who is not in the file",
        "Ask the sender to include the Patient resource.",
        "Patient/123",
    ),
    # who
    "nhs_missing": Reason("no NHS number", "Have the agency trace it.", "999 000 1006"),
    "number_missing": Reason(
        "no number of any kind: the agency's own for the child is empty, and its extract has no NHS numbers",
        "Have the agency send its own number for the child, or the NHS number; without one nobody knows whose it is.",
        "child_local_id: Client",
    ),
    "nhs_length": Reason(
        "an NHS number is ten digits; a lost leading zero is never put back by guessing",
        "Have the agency send it as text.",
        "999 000 1006",
    ),
    "nhs_check_digit": Reason(
        "the last digit does not check the others", "Have the agency trace the number.", "999 000 1006"
    ),
    "nhs_placeholder": Reason(
        "a stand-in for an unknown number", "Have the agency leave it empty, or trace the number.", "999 000 1006"
    ),
    "nhs_scientific": Reason(
        "a number that a spreadsheet has rounded", "Have the agency export the column as text.", "999 000 1006"
    ),
    "identity_conflict": Reason(
        "one NHS number with two names and two dates of birth: nobody is linked by it",
        "Have the agency trace both people.",
        "",
    ),
    # when
    "invalid_date": Reason(
        "not a date or age as declared",
        "Have the agency correct it, or declare the form it uses.",
        '{column: appt_start, format: "%Y-%m-%d %H:%M"}',
    ),
    "date_format_drift": Reason(
        "dates are no longer written as declared: those that still look right may be swapped",
        "Ask the agency what changed, and declare the new form with the date from which it holds.",
        "versions: [{from: 2026-06-01, columns: …}]",
    ),
    "two_digit_year": Reason(
        "years of two digits: 2008 and 1908 look the same", "Have the agency send years of four digits.", "14/02/2016"
    ),
    "excel_serial": Reason(
        "dates that a spreadsheet turned into numbers, or an id into a date: others may have been swapped",
        "Have the agency export without a spreadsheet between.",
        "2016-02-14",
    ),
    "dob_placeholder": Reason(
        "a date of birth that stands for unknown", "Have the agency find the date of birth.", "2016-02-14"
    ),
    "dob_partial": Reason("a date of birth without its day or month", "Have the agency complete it.", "2016-02-14"),
    "dob_has_time": Reason(
        "a date of birth with a time of day: near midnight it may be a day off",
        "Have the agency send the date alone.",
        "2016-02-14",
    ),
    "dob_missing": Reason("no date of birth or age", "Have the agency find it.", "2016-02-14"),
    "dob_after_appointment": Reason("born after the appointment", "Have the agency correct one of the two dates.", ""),
    "outcome_in_future": Reason(
        "told of as over, for a day that has not come: the date or the outcome is wrong",
        "Have the agency correct one of the two.",
        "",
    ),
    "nonexistent_local_time": Reason(
        "a time in the hour that the clocks skipped; the day is right", "Have the agency correct the time.", ""
    ),
    "ambiguous_local_time": Reason("a time in the hour that came twice; the day is right", "Nothing need be done.", ""),
    "last_day_before_first": Reason(
        "the last day of a status lies before its first",
        "Have the agency correct one of the two; a status of one day has that day as both.",
        "from 02/02/2026 to 02/02/2026",
    ),
    # what
    "unknown_status": Reason(
        "a code that this agency is not known to use",
        "Ask the agency what it means and add it under outcomes (or statuses) in its YAML.",
        '"3": not_attended',
    ),
    "seal_not_declared": Reason(
        "a word in the column of sealed addresses that is not declared: it was taken to say that the address is sealed",
        "Ask the agency what it means, and add it under yes or no of address_sealed in its YAML.",
        'address_sealed: {column: Protected, yes: ["Y"], no: ["Open"]}',
    ),
    "detail_missing": Reason(
        "a status that says little without its value (whose name, which school, what instruction), and none is told",
        "Have the agency fill it in; until then lists say that it is not told, and whom to ask.",
        "",
    ),
    "exact_duplicate": Reason("the same record again", "Nothing need be done.", ""),
    "conflicting_duplicate": Reason(
        "one id and time with different contents, and nothing that says which is later",
        "Have the agency send one of them, or say when each was recorded.",
        "recorded_at",
    ),
    "status_changed": Reason(
        "an outcome that was told differently before", "Nothing need be done; the later one holds.", ""
    ),
    "withdrawn": Reason(
        "an appointment that a snapshot no longer holds", "Ask the agency whether it was taken back.", ""
    ),
    "volume_drop": Reason("far fewer records than before", "Ask the agency whether the extract is whole.", ""),
    "wrong_agency": Reason("an extract of another agency", "Move it to that agency's folder.", ""),
    "formula_like": Reason(
        "text that a spreadsheet would run as a formula; kept as it came, and made text wherever it is published",
        YAML,
        "",
    ),
    "markup_like": Reason("text that looks like markup; kept as it came", YAML, ""),
    "field_too_long": Reason(
        "a value longer than any true one", "Have the agency correct the field.", "at most 255 characters"
    ),
}

OF: Mapping[str, Mapping[str, Reason]] = {
    "statuses": {
        "unknown_status": Reason(
            REASONS["unknown_status"].meaning,
            "Ask the agency what it means and add it under statuses in its YAML.",
            "CPP: child-protection-plan",
        ),
        "invalid_date": Reason(
            REASONS["invalid_date"].meaning,
            REASONS["invalid_date"].remedy,
            'status_from: {column: Start, format: "%d/%m/%Y"}',
        ),
        "missing_column": Reason(
            REASONS["missing_column"].meaning, REASONS["missing_column"].remedy, "status: [Category, Type]"
        ),
    },
    "people": {
        "invalid_date": Reason(
            REASONS["invalid_date"].meaning,
            REASONS["invalid_date"].remedy,
            'date_of_birth: {column: DoB, format: "%d/%m/%Y"}',
        ),
        "missing_column": Reason(
            REASONS["missing_column"].meaning, REASONS["missing_column"].remedy, "mother: [Mother, Mum]"
        ),
    },
}
"""What would be right of an extract that holds no appointments, where that is another thing."""
