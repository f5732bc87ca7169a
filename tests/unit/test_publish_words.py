"""The words that every published form shares."""

from dataclasses import fields
from datetime import date, datetime

import pytest

from tests.samples import NIGHT, child, event, page, reason
from wnb.partnership import Governance
from wnb.publish import heading, words
from wnb.publish.timeline import months, place, timeline, year_before
from wnb.publish.write_in import CASE, CASE_VERSION, KEY_OF, WRITE_IN, header_row
from wnb.terms import ExtractOutcome, Known, Outcome, Step, Unmet


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (words.OUTCOME_WORDS, Outcome), (words.STATUS_WORDS, Known), (words.UNMET_WORDS, Unmet),
        (words.EXTRACT_WORDS, ExtractOutcome), (words.STEP_WORDS, Step),
    ],
)  # fmt: skip
def test_every_word_of_the_field_can_be_said(table, kind):
    assert set(table) == set(kind)


def test_everything_that_governance_may_lack_can_be_said():
    assert set(words.GOVERNANCE_WORDS) == set(Governance.model_fields)


def test_the_standing_words_are_the_interface_s():
    assert words.STANDING_WORDS == (
        "each service keeps its own duty to follow up every missed appointment; not being on this list means nothing; "
        "if you think a child is at risk of harm, act now"
    )
    assert words.ORDER_WORDS == "The order of rows is not a score of risk."


def test_words_are_neutral():
    said = [*words.OUTCOME_WORDS.values(), *words.STATUS_WORDS.values(), *words.UNMET_WORDS.values(),
            *(column.about for column in WRITE_IN), words.PATTERN_WORDS, words.STANDING_WORDS]  # fmt: skip
    for sentence in said:
        for blame in ("fail", "neglect", "refus", "non-compli", "DNA", "offend", "poor"):
            assert blame.lower() not in sentence.lower()


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2026, 11, 20), NIGHT, "0 weeks"),
        (date(2026, 9, 30), NIGHT, "7 weeks"),
        (date(2026, 8, 21), NIGHT, "3 months"),
        (date(2024, 11, 22), NIGHT, "23 months"),
        (date(2024, 11, 21), NIGHT, "2 years"),
        (date(2020, 2, 29), date(2026, 2, 28), "5 years"),
        (date(2020, 2, 29), date(2026, 3, 1), "6 years"),
        (date(2027, 1, 1), NIGHT, "not yet born"),
    ],
)
def test_age_on_the_night(born, on, age):
    assert words.age_on(born, on) == age


def test_an_appointment_without_a_time_of_day_is_a_day():
    assert words.moment(datetime(2026, 11, 2, 0, 0)) == "2 Nov 2026"
    assert words.moment(datetime(2026, 11, 2, 9, 5)) == "2 Nov 2026, 09:05"


def test_a_reason_says_what_stands_beside_it():
    met = reason(late=True, unmet=Unmet.CORRECTED, sentence="Not brought on 2 days")
    assert words.why(met) == (
        "Not brought on 2 days. It came to light late. "
        "Not met tonight: a record was corrected or counts no more. Still listed until a person decides."
    )


def test_a_row_is_marked_unmet_only_when_every_rule_is():
    stays = reason(unmet=Unmet.TIME_PASSED)
    assert "no rule met tonight" in words.marks(child(reasons=(stays, stays)))
    assert "no rule met tonight" not in words.marks(child(reasons=(stays, reason())))


def test_without_a_front_door_the_heading_says_so_and_still_names_a_number():
    assert heading.numbers_to_call(page(front_doors=())) == (
        "No local number has been set: find your local authority's front door before you need it",
        "In an emergency: 999",
    )


def test_demand_beyond_what_can_be_done_is_said_and_hides_nobody():
    assert heading.demand(page(new_this_week=15, capacity_a_week=12)) == (
        "15 children came onto the list in the last seven days; the partnership can do 12 reviews a week. "
        "That is 3 more than it can do; nobody has been left off for it."
    )
    assert "more than" not in heading.demand(page(new_this_week=12, capacity_a_week=12))


def test_an_empty_list_without_a_given_reason_still_says_what_was_looked_at():
    assert heading.why_empty(page()) == "No child met a rule, in 2,410 appointments of 386 children held."


# ------------------------------------------------------------------------------------------ the table to write in


def test_the_columns_to_write_in_are_those_the_issue_names():
    assert [column.heading for column in WRITE_IN if column.key != "move_to"] == [
        "Done on", "By", "How tried", "Spoke with", "Safe contact checked", "Child's view", "Barrier", "Partners",
        "Decision and why", "Next date",
    ]  # fmt: skip
    assert len(KEY_OF) == len(WRITE_IN)


def test_the_reader_finds_the_header_below_the_heading():
    headings = ["Name", CASE, CASE_VERSION, *KEY_OF]
    assert header_row([["Decide today: 3 children"], ["", None, 4], headings, ["Amina"]]) == 2
    assert header_row([["Decide today"], ["Name", CASE]]) is None


# ------------------------------------------------------------------------------------------ the picture


def test_a_year_is_drawn_from_one_end_to_the_other():
    assert place(year_before(NIGHT), NIGHT) == 2.5
    assert place(NIGHT, NIGHT) == 97.5
    assert place(date(2020, 1, 1), NIGHT) == 2.5
    assert year_before(date(2028, 2, 29)) == date(2027, 3, 1)
    assert [month.letters for month in months(NIGHT)][:3] == ["Dec", "Jan 2026", "Feb"]
    assert len(months(NIGHT)) == 12


def test_a_picture_has_a_row_an_agency_and_a_mark_an_appointment():
    listed = child()
    drawn = timeline(listed.events, NIGHT, {})
    assert [lane.name for lane in drawn.lanes] == ["Homerton outpatients", "Lower Clapton practice"]
    assert len(drawn.marks) == len(listed.events)
    assert drawn.says == (
        "Twelve months to 21 November 2026. Homerton outpatients: 1 seen and 2 not brought. "
        "Lower Clapton practice: 1 not brought. Each appointment is listed in the table below."
    )


def test_what_counted_is_drawn_over_what_did_not():
    same_day = (event(10, outcome=Outcome.CANCELLED_BY_FAMILY, in_evidence=True), event(10))
    assert [mark.counted for mark in timeline(same_day, NIGHT, {}).marks] == [False, True]


def test_marks_that_would_lie_over_one_another_stand_apart():
    near = tuple(event(d, outcome=Outcome.ATTENDED) for d in (12, 11, 10))
    assert len({mark.y for mark in timeline(near, NIGHT, {}).marks}) == 3


def test_what_a_silent_agency_may_have_seen_is_drawn_as_unknown():
    silent = {"Lower Clapton practice": date(2026, 11, 12), "Homerton outpatients": None}
    drawn = timeline(child().events, NIGHT, silent)
    assert [lane.unheard for lane in drawn.lanes] == [place(date(2026, 11, 2), NIGHT), place(date(2026, 11, 12), NIGHT)]
    assert "Lower Clapton practice: 1 not brought, and silent tonight." in drawn.says


def test_a_shape_is_told_by_letter_as_well_as_by_colour():
    drawn = timeline([event(d, outcome=o) for d, o in enumerate(Outcome)], NIGHT, {})
    letters = [shape.letter for shape in drawn.key]
    assert len(set(letters)) == len(letters) == 5
    assert {field.name for field in fields(drawn.key[0])} >= {"letter", "words"}
