"""The lists as CSV, and the sheet that lies beside them."""

import csv
import io
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.samples import AGENCIES, RUN_BY_A_SPREADSHEET, child, event, morning, page, reason
from wnb.errors import SafetyStop
from wnb.publish.lists import agency_csv, as_given, as_text, escalation_csv, quarantine_csv, read_me, recode_csv
from wnb.publish.rows import KnownStatus, ListedChild, ListPage
from wnb.publish.words import STANDING_WORDS
from wnb.terms import QUARANTINE, Outcome, Status, Step

FIRST_COLUMNS = [
    "child_id", "step", "rules", "since", "due", "why", "agencies", "nhs_number", "local_ids", "given_name",
    "family_name", "date_of_birth", "not_brought_12_months", "last_not_brought_on", "last_seen_on", "data_notes",
]  # fmt: skip


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_first_columns_are_the_interface_s_and_the_first_line_of_data_is_a_child():
    content = escalation_csv(morning())
    assert content.startswith(b"\xef\xbb\xbfchild_id,step,rules,since,due,why,")
    rows = rows_of(content)
    assert list(rows[0])[: len(FIRST_COLUMNS)] == FIRST_COLUMNS
    assert [row["child_id"] for row in rows] == [child.child_id for child in morning().children]


def test_a_row_says_who_why_and_by_when():
    listed = child(given_name="Amina", family_name="Example", date_of_birth=date(2019, 3, 4))
    (row,) = rows_of(escalation_csv(page((listed,))))
    assert row["step"] == "review"
    assert row["rules"] == "three-days-two-organisations"
    assert row["why"] == "Not brought on 3 days in 59, 5 September to 2 November 2026, at 2 organisations."
    assert row["agencies"] == "Homerton outpatients; Lower Clapton practice"
    assert row["local_ids"] == "homerton/4400; gp/4400"
    assert (row["since"], row["due"]) == ("2026-11-21", "2026-11-24")
    assert (row["nhs_number"], row["date_of_birth"]) == ("9990000018", "2019-03-04")
    assert (row["not_brought_12_months"], row["offered_12_months"]) == ("3", "4")
    assert (row["last_not_brought_on"], row["last_seen_on"]) == ("2026-11-02", "2026-01-05")


def test_what_is_not_known_is_empty_and_never_a_word():
    listed = child(
        date_of_birth=None, nhs_number="", due=None, last_seen_on=None, last_not_brought_on=None, data_notes=()
    )
    (row,) = rows_of(escalation_csv(page((listed,))))
    unknown = ("date_of_birth", "nhs_number", "due", "last_seen_on", "last_not_brought_on", "data_notes")
    assert [row[name] for name in unknown] == [""] * 6


def test_names_that_programs_take_for_nothing_survive():
    names = [("None", "Null"), ("NULL", "Na"), ("nan", "N/A"), ("True", "0012")]
    listed = tuple(child(n, given_name=given, family_name=family) for n, (given, family) in enumerate(names))
    rows = rows_of(escalation_csv(page(listed)))
    assert [(row["given_name"], row["family_name"]) for row in rows] == names


@pytest.mark.parametrize("cell", RUN_BY_A_SPREADSHEET)
def test_a_cell_that_a_spreadsheet_would_run_is_text_and_comes_back_whole(cell):
    (row,) = rows_of(escalation_csv(page((child(family_name=cell),))))
    assert row["family_name"] == f"'{cell}"
    assert as_given(row["family_name"]) == cell


@pytest.mark.parametrize("cell", ["", "O'Neill", "D’Arcy", "Anne-Marie", "2026-11-21", "homerton/1", "50% off", "é"])
def test_plain_text_is_left_as_it_is(cell):
    assert as_text(cell) == cell


@given(st.text())
@example("'Abd")
@example("'=1+1")
def test_what_is_made_text_always_comes_back_exactly(cell):
    assert as_given(as_text(cell)) == cell


def test_every_row_carries_as_at_who_was_silent_and_the_standing_words():
    for row in rows_of(escalation_csv(morning())):
        assert row["as_at"] == "2026-11-21"
        assert row["silent_agencies"] == "City and Hackney CAMHS; School nursing"
        assert row["standing_words"].startswith(STANDING_WORDS)
        assert "020 7946 0002" in row["standing_words"]
        assert row["warnings"].startswith("Not for live use.")


def test_what_is_to_be_known_of_a_child_is_said_once():
    by_name = {row["given_name"]: row["data_notes"] for row in rows_of(escalation_csv(morning()))}
    notes = {child.given_name: "; ".join(child.data_notes) for child in morning().children}
    assert by_name == notes
    assert by_name["Marguerite-Anastasia"].count("City and Hackney CAMHS") == 1


def test_a_reported_death_takes_away_every_word_about_contact():
    dead = child(
        death_reported=True, do=("Speak with a parent today.",), contact=("Parent: 020 7946 0099",), step=Step.ENGAGE
    )
    (row,) = rows_of(escalation_csv(page((dead,))))
    assert row["what_next"].startswith("A death has been reported for this child. Confirm today")
    assert row["who_to_contact"] == ""
    assert "Speak" not in "".join(row.values())


# ------------------------------------------------------------------------------------------ the sheet beside them


def test_the_sheet_beside_the_lists_holds_the_whole_heading():
    text = read_me(morning()).decode("utf-8-sig")
    for words in (
        "City and Hackney",
        "As at the night of Saturday 21 November 2026",
        "Silent agencies: City and Hackney CAMHS (nothing since 12 November 2026, 9 days)",
        STANDING_WORDS,
        "The order of rows is not a score of risk.",
        "Hackney: 020 7946 0001 by day; 020 7946 0002 at night and at weekends",
        "Not for live use. Not yet recorded: the data protection impact assessment and the clinical safety officer.",
        "The thresholds (rules 2026-11-01) are not approved by anybody yet.",
        "Review with partners: 2 children",
        "Before we began (in the workbook and on the page): 3 children",
    ):
        assert words in text


def test_an_empty_list_says_why_beside_it_and_keeps_its_header():
    empty = page(empty_because="Every extract of tonight was refused; nothing new is known.")
    assert rows_of(escalation_csv(empty)) == []
    assert "Every extract of tonight was refused" in read_me(empty).decode("utf-8-sig")


def test_in_live_use_and_approved_there_is_no_warning():
    text = read_me(page((child(),))).decode("utf-8-sig")
    assert "live use" not in text
    assert "not approved" not in text
    assert "Silent agencies: none." in text


# ------------------------------------------------------------------------------------------ an agency's own list


def own_page(*children: ListedChild) -> ListPage:
    return page(children, agency_name=AGENCIES["homerton"])


def own_child(**more: object) -> ListedChild:
    events = (event(70, in_evidence=True), event(20, in_evidence=True))
    return child(events=events, links=(), **more)


def test_an_agency_s_own_list_holds_its_own_appointments_only():
    (row,) = rows_of(agency_csv(own_page(own_child())))
    assert row["agencies"] == "Homerton outpatients"
    assert row["local_ids"] == "homerton/4400"
    assert STANDING_WORDS in row["standing_words"]


@pytest.mark.parametrize(
    ("stranger", "words"),
    [
        ({"events": (event(20), event(9, "camhs"))}, "appointments"),
        ({"reasons": (reason(evidence=("camhs/1",)),)}, "evidence"),
        ({"local_ids": ("homerton/1", "camhs/2")}, "a local number"),
        ({"agencies": ("Homerton outpatients", "City and Hackney CAMHS")}, "the name"),
        ({"statuses": (KnownStatus(Status.LOOKED_AFTER, "Social care", date(2026, 1, 1), None),)}, "a status"),
    ],
)  # fmt: skip
def test_an_own_list_with_anything_of_another_agency_is_not_published(stranger, words):
    with pytest.raises(SafetyStop) as stopped:
        agency_csv(own_page(replace(own_child(), **stranger)))
    assert words in str(stopped.value)
    assert "Amina" not in str(stopped.value)


def test_the_guard_looks_at_those_who_wait_as_well():
    strange = replace(own_child(), local_ids=("camhs/2",))
    with pytest.raises(SafetyStop):
        agency_csv(replace(own_page(), before_we_began=(strange,)))


# ------------------------------------------------------------------------------------------ recode and quarantine


def test_a_recode_is_suggested_with_the_agency_s_own_code():
    rows = [("A1", "3", Outcome.WAS_NOT_BROUGHT.word, "7 years old on the day"), ("=A2", "-", "not_attended", "")]
    first, second = rows_of(recode_csv(rows))
    assert first == {
        "appointment_id": "A1", "original_code": "3", "outcome": "was_not_brought", "reason": "7 years old on the day",
    }  # fmt: skip
    assert [second["appointment_id"], second["original_code"]] == ["'=A2", "'-"]


def test_a_row_set_aside_is_given_back_whole():
    raw = '=1+1,"Ann\r\nMarie",٣,"he said ""no"""\t'
    table = pa.Table.from_pylist(
        [{"file": "a.csv", "line": 7, "column": "dob", "reason": "invalid_date", "remedy": "Write 2019-03-04.",
          "raw": raw, "cell": "E7"}],
        schema=QUARANTINE,
    )  # fmt: skip
    (row,) = rows_of(quarantine_csv(table))
    assert list(row) == ["file", "line", "column", "reason", "remedy", "raw", "cell"]
    assert row["line"] == "7"
    assert as_given(row["raw"]) == raw


def test_the_same_page_gives_the_same_bytes():
    assert escalation_csv(morning()) == escalation_csv(morning())
    assert read_me(morning()) == read_me(morning())
