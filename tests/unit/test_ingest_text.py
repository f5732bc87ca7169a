"""A delimited file told apart into structure and records: nothing lost, nothing shifted, nothing swallowed."""

import codecs
import gzip
from pathlib import Path

import pytest

from tests.extracts import HEADER, ROWS, agency, ids, lines, outcome, reading, row
from wnb.ingest import source

ALL = [text.split(",")[0] for text in ROWS]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_a_line_end(tmp_path: Path, newline: str) -> None:
    found = reading(tmp_path, lines(newline=newline))
    assert (outcome(found), ids(found)) == ("accepted", ALL)
    assert found.rows["line"].to_pylist() == [2, 3, 4, 5, 6, 7]


def test_mixed_line_ends_are_read_too(tmp_path: Path) -> None:
    content = "".join(
        line + end for line, end in zip((HEADER, *ROWS), ["\r\n", "\n", "\r", "\n", "\r\n", "\r", "\n"], strict=True)
    )
    assert ids(reading(tmp_path, content.encode())) == ALL


def test_a_byte_order_mark_is_honoured(tmp_path: Path) -> None:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        found = reading(tmp_path, mark + lines().decode().encode(encoding))
        assert (outcome(found), ids(found)) == ("accepted", ALL)


def test_utf_16_without_its_mark_is_not_guessed(tmp_path: Path) -> None:
    found = reading(tmp_path, lines().decode().encode("utf-16-le"))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"encoding": 1})


def test_utf_16_declared_without_a_byte_order_needs_its_mark(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-32"):
        found = reading(tmp_path, lines().decode().encode(encoding + "-le"), agency(encoding=encoding))
        assert (outcome(found), dict(found.reasons)) == ("rejected", {"encoding": 1})


@pytest.mark.parametrize("newline", ["\n", "\r"])
def test_a_byte_of_nothing_in_one_record_does_not_make_the_file_utf_16(tmp_path: Path, newline: str) -> None:
    found = reading(tmp_path, lines(*ROWS[:2], row(3, given_name="Yus\0uf"), newline=newline))
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1002"], {"control_character": 1})


def test_a_declared_encoding_is_decoded_to_the_letter(tmp_path: Path) -> None:
    content = lines(row(2, given_name="Zoë", family_name="O’BRIEN")).decode().encode("cp1252")
    found = reading(tmp_path, content, agency(encoding="cp1252"))
    assert found.rows["given_name"].to_pylist() == ["Zoë"]
    assert found.rows["family_name"].to_pylist() == ["O’BRIEN"]


def test_a_file_in_another_encoding_than_declared_is_rejected(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(*ROWS, row(2, given_name="Zoë")).decode().encode("cp1252"))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"encoding": 1})


def test_where_encodings_are_mixed_only_the_rows_that_are_no_text_are_set_aside(tmp_path: Path) -> None:
    content = lines(row(1, given_name="Zoë")) + row(2, given_name="Zoë").encode("cp1252") + b"\n"
    found = reading(tmp_path, content)
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"encoding": 1})
    assert found.quarantined["raw"].to_pylist() == [row(2, given_name="Zo\\xeb")]
    assert found.ids_set_aside == {"A1002"}
    assert not found.unreadable


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    content = f"\n{HEADER}\n\n{ROWS[0]}\n   \n,,,,,,,,\n{ROWS[1]}\n\n\n".encode()
    found = reading(tmp_path, content)
    assert (outcome(found), found.records) == ("accepted", 2)
    assert found.rows["line"].to_pylist() == [4, 7]


def test_a_repeated_header_is_structure_and_is_said(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], HEADER, ROWS[1]))
    assert (ids(found), dict(found.reasons), found.records) == (["A1001", "A1002"], {"repeated_header": 1}, 2)


def test_files_joined_with_their_byte_order_marks_are_one_file(tmp_path: Path) -> None:
    one, other = lines(*ROWS[:3]), lines(*ROWS[3:])
    found = reading(tmp_path, codecs.BOM_UTF8 + one + codecs.BOM_UTF8 + other)
    assert (ids(found), dict(found.reasons)) == (ALL, {"repeated_header": 1})
    quoted = lines(*ROWS[3:], header='"' + HEADER.replace(",", '","') + '"')
    found = reading(tmp_path, one + codecs.BOM_UTF8 + quoted)
    assert (ids(found), dict(found.reasons)) == (ALL, {"repeated_header": 1})


def test_a_file_as_long_as_a_spreadsheet_can_be_is_worth_a_word(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(*[row(1, appt_id=f"B{number}") for number in range(65_535)]))
    assert (found.records, dict(found.reasons)) == (65_535, {"truncated": 1})


def test_lines_before_the_header_are_counted_or_found(tmp_path: Path) -> None:
    content = b"Appointments extract\nRun,2026-03-20 02:00\n\n" + lines()
    assert ids(reading(tmp_path, content, agency(header_after="auto"))) == ALL
    assert ids(reading(tmp_path, content, agency(header_after=3))) == ALL
    found = reading(tmp_path, content)
    assert outcome(found) == "rejected"
    assert {"header", "missing_column"} <= set(found.reasons)


def test_a_hint_for_spreadsheets_is_no_header(tmp_path: Path) -> None:
    content = b"sep=;\r\n" + lines().replace(b",", b";")
    assert ids(reading(tmp_path, content, agency(delimiter=";"))) == ALL


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    turned = ["note," + ",".join(reversed(line.split(","))) for line in (HEADER, *ROWS)]
    assert ids(reading(tmp_path, ("\n".join(turned) + "\n").encode())) == ALL


def test_another_declared_name_will_do_and_spaces_around_a_name_are_no_part_of_it(tmp_path: Path) -> None:
    content = lines(header=HEADER.replace("appt_id", '" Appt No "'))
    assert ids(reading(tmp_path, content, agency({"appointment_id": ["appt_id", "Appt No"]}))) == ALL


def test_two_columns_of_one_declared_name_reject_the_file_and_of_no_declared_name_do_not(tmp_path: Path) -> None:
    twice = [f"{line},{last}" for line, last in zip((HEADER, *ROWS), ["status", *["ATT"] * 6], strict=True)]
    found = reading(tmp_path, ("\n".join(twice) + "\n").encode())
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"duplicate_column": 1})
    others = ("\n".join(f"{line},x,x" for line in (HEADER, *ROWS)) + "\n").encode()
    assert outcome(reading(tmp_path, others)) == "accepted"


def test_a_declared_column_that_is_gone_rejects_the_file_and_is_named(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(header=HEADER.replace("status", "state")))
    assert outcome(found) == "rejected"
    assert found.reasons["missing_column"] == 1
    assert '"status"' in found.note


def test_more_columns_than_any_extract_has_reject_the_file(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(header=HEADER + ",x" * 2_000))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"too_many_columns": 1})


@pytest.mark.parametrize("change", [",", ",,", ', SMITH"'])
def test_a_record_with_other_fields_than_the_header_is_set_aside_whole(tmp_path: Path, change: str) -> None:
    broken = ROWS[2].replace("KHAN", "KHAN" + change)
    found = reading(tmp_path, lines(ROWS[0], broken, ROWS[1]))
    assert ids(found) == ["A1001", "A1002"]
    assert found.quarantined["raw"].to_pylist() == [broken]
    assert found.quarantined["line"].to_pylist() == [3]


@pytest.mark.parametrize(("change", "is_known"), [(",", False), (',,2016"', False), ('"', True)])
def test_a_record_with_more_fields_than_the_header_may_be_two_and_its_id_is_not_all_it_names(
    tmp_path: Path, change: str, is_known: bool
) -> None:
    found = reading(tmp_path, lines(ROWS[0], ROWS[2].replace("KHAN", "KHAN" + change), ROWS[1]))
    assert found.ids_set_aside == ({"A1003"} if is_known else frozenset())
    assert found.unreadable is not is_known


def test_a_record_that_lacks_its_last_field_is_set_aside_too(tmp_path: Path) -> None:
    short = ROWS[2].rpartition(",")[0]
    found = reading(tmp_path, lines(ROWS[0], short, ROWS[1]))
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1002"], {"field_count": 1})
    assert found.quarantined["raw"].to_pylist() == [short]


def test_an_extra_field_is_not_hidden_by_an_empty_last_one(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, service=""), row(2, family_name="JONES, SMITH", service="")))
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"field_count": 1})


def test_a_delimiter_behind_every_record_is_a_habit_and_behind_one_is_a_fault(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(*[text + "," for text in ROWS]))
    assert (ids(found), dict(found.reasons)) == (ALL, {"trailing_delimiter": 6})
    found = reading(tmp_path, lines(ROWS[0], ROWS[1] + ","))
    assert (ids(found), dict(found.reasons)) == (["A1001"], {"field_count": 1})


def test_quoted_fields_hold_delimiters_and_doubled_quotes(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, family_name='"SMITH, ""JOE"""')))
    assert found.rows["family_name"].to_pylist() == ['SMITH, "JOE"']


@pytest.mark.parametrize("name", ['"Yusuf "Joe" Ali"', 'Yusuf "Joe"', ' "Yusuf"', '"Yusuf"x', 'O"Brien'])
def test_a_quote_where_none_may_stand_sets_its_record_aside_and_only_that(tmp_path: Path, name: str) -> None:
    found = reading(tmp_path, lines(ROWS[0], row(3, given_name=name), ROWS[1]))
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1002"], {"quoting": 1})


def test_a_stray_quote_with_a_partner_further_down_swallows_nobody(tmp_path: Path) -> None:
    content = lines(ROWS[0], row(2, given_name='"Zoe'), ROWS[2], ROWS[3], row(5, given_name='"Mali'), ROWS[5])
    found = reading(tmp_path, content)
    assert (ids(found), dict(found.reasons), found.records) == (["A1001", "A1006"], {"quoting": 4}, 6)
    assert found.quarantined["line"].to_pylist() == [3, 4, 5, 6]


def test_a_quote_that_closes_just_where_a_field_ends_swallows_nobody_either(tmp_path: Path) -> None:
    content = lines(ROWS[0], row(2, given_name='"Zoe'), row(3, given_name='Yusuf"'), ROWS[3])
    found = reading(tmp_path, content)
    assert (ids(found), dict(found.reasons), found.records) == (["A1001", "A1004"], {"quoting": 2}, 4)


def test_a_quote_that_never_closes_rejects_the_file(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], row(2, given_name='"Zoe'), *ROWS[2:]))
    assert outcome(found) == "rejected"
    assert "quoting" in found.reasons


def test_a_line_break_in_a_name_is_a_control_character_and_in_a_service_is_not(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(1, given_name='"Am\nara"'), row(2, service='"Eyes\nand ears"'), ROWS[2]))
    assert (ids(found), dict(found.reasons)) == (["A1002", "A1003"], {"control_character": 1})
    assert found.rows["line"].to_pylist() == [4, 6]
    assert found.rows["service"].to_pylist()[0] == "Eyes\nand ears"
    allowed = reading(tmp_path, lines(row(1, given_name='"Am\nara"')), agency(fields_hold_newlines=True))
    assert allowed.rows["given_name"].to_pylist() == ["Am\nara"]


@pytest.mark.parametrize("kept", [60, 50, 1])
def test_a_file_cut_inside_its_last_record_is_rejected(tmp_path: Path, kept: int) -> None:
    whole = lines()
    cut = whole[: whole.rindex(b"A1006") + kept]
    found = reading(tmp_path, cut)
    assert outcome(found) == "rejected"
    assert "truncated" in found.reasons


def test_a_last_line_without_newline_is_taken_with_a_word(tmp_path: Path) -> None:
    found = reading(tmp_path, lines().removesuffix(b"\n"))
    assert (ids(found), dict(found.reasons)) == (ALL, {"no_final_newline": 1})


def test_a_trailer_must_state_what_is_there(tmp_path: Path) -> None:
    by = agency(trailer=r"^Total records,(?P<rows>\d+)$")
    assert outcome(reading(tmp_path, lines() + b"Total records,6\n\n", by)) == "accepted"
    assert outcome(reading(tmp_path, lines() + b"Total records,6", by)) == "accepted"
    wrong = reading(tmp_path, lines() + b"Total records,7\n", by)
    assert (outcome(wrong), dict(wrong.reasons)) == ("rejected", {"control_total": 1})
    gone = reading(tmp_path, lines(), by)
    assert (outcome(gone), dict(gone.reasons)) == ("rejected", {"control_total": 1, "truncated": 1})


def test_a_trailer_counts_the_records_that_are_set_aside_too(tmp_path: Path) -> None:
    by = agency(trailer=r"^Total records,(?P<rows>\d+)$")
    found = reading(tmp_path, lines(ROWS[0], ROWS[1] + ",x", row(3, status="X9")) + b"Total records,3\n", by)
    assert (found.rejected, found.records, found.quarantined.num_rows) == (False, 3, 2)


def test_nothing_at_all_and_only_a_header_are_two_things(tmp_path: Path) -> None:
    nothing = reading(tmp_path, b"")
    assert (outcome(nothing), dict(nothing.reasons)) == ("rejected", {"empty_file": 1})
    header = reading(tmp_path, (HEADER + "\n").encode())
    assert (outcome(header), dict(header.reasons), header.records) == ("accepted_with_warnings", {"zero_rows": 1}, 0)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"PK\x03\x04....", b"\xd0\xcf\x11\xe0", b"PAR1", b"<html><body>", b"\x1f\x8b\x08"]
)
def test_a_file_that_is_not_text_is_not_read_as_text(tmp_path: Path, content: bytes) -> None:
    found = reading(tmp_path, content)
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"content_type": 1})


def test_gzip_of_any_number_of_members_is_opened_and_a_cut_or_damaged_one_is_not(tmp_path: Path) -> None:
    whole = lines()
    packed = gzip.compress(whole[:200]) + gzip.compress(whole[200:])
    assert ids(reading(tmp_path, packed, name="extract.csv.gz")) == ALL
    cut = reading(tmp_path, packed[:-12], name="extract.csv.gz")
    assert (outcome(cut), dict(cut.reasons)) == ("rejected", {"truncated": 1})
    flipped = bytearray(packed)
    flipped[-6] ^= 1
    damaged = reading(tmp_path, bytes(flipped), name="extract.csv.gz")
    assert (outcome(damaged), dict(damaged.reasons)) == ("rejected", {"checksum": 1})


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    found = reading(tmp_path, gzip.compress(lines() + b"\n" * (80 << 20), 9), name="extract.csv.gz")
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"expansion_ratio": 1})


def test_no_message_holds_what_the_file_says_of_a_child(tmp_path: Path) -> None:
    for content in (
        lines(row(1, given_name='"Canary')),
        lines(row(1, dob="01/02/2012x")),
        lines().replace(b"status", b"state"),
    ):
        assert "Canary" not in reading(tmp_path, content).note


def swapped(text: str) -> str:
    """A line with the family and the given name in each other's place."""
    fields = text.split(",")
    fields[2], fields[3] = fields[3], fields[2]
    return ",".join(fields)


def test_a_joined_extract_with_its_columns_in_another_order_is_not_read_by_the_first_header(tmp_path: Path) -> None:
    joined = lines(*ROWS[:3], swapped(HEADER), *[swapped(text) for text in ROWS[3:]])
    found = reading(tmp_path, joined)
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"header": 1})


def test_a_joined_extract_without_a_newline_between_is_refused_where_its_columns_differ(tmp_path: Path) -> None:
    one = lines(*ROWS[:3]).removesuffix(b"\n")
    found = reading(tmp_path, one + lines(*[swapped(text) for text in ROWS[3:]], header=swapped(HEADER)))
    assert (outcome(found), dict(found.reasons)) == ("rejected", {"header": 1})
    found = reading(tmp_path, one + lines(*ROWS[3:]))  # the same layout: only the record that was joined is broken
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1002", "A1004", "A1005", "A1006"], {"field_count": 1})


def test_records_before_the_header_are_no_title(tmp_path: Path) -> None:
    sorted_too_far = lines(*ROWS[2:], header=HEADER)
    content = f"{ROWS[0]}\n{ROWS[1]}\n".encode() + sorted_too_far
    for after in ("auto", 2):
        found = reading(tmp_path, content, agency(header_after=after))
        assert (outcome(found), dict(found.reasons)) == ("rejected", {"header": 1})
    title = b"Extract,2026-03-20,,,,,,,\n"
    assert ids(reading(tmp_path, title + lines(), agency(header_after="auto"))) == ALL


def test_a_delimiter_behind_every_record_hides_no_shifted_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 500)  # the habit is known before the record comes
    monkeypatch.setattr(source, "SHORT", 1)
    shifted = row(2, family_name="JONES, SMITH")  # as many fields as the others, and the last of them is not empty
    found = reading(tmp_path, lines(*[text + "," for text in (ROWS[0], *ROWS[2:])], shifted))
    assert found.quarantined["raw"].to_pylist() == [shifted]
    assert found.reasons["field_count"] == 1


def test_in_a_file_of_one_record_a_delimiter_too_many_is_a_fault(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(row(2, postcode="ZZ1 0ZZ, London", service="")))
    assert (ids(found), dict(found.reasons)) == ([], {"field_count": 1})


def test_a_column_without_a_name_that_is_empty_hides_no_shifted_record(tmp_path: Path) -> None:
    shifted = row(2, family_name="JONES, SMITH")
    found = reading(tmp_path, lines(*[text + "," for text in (ROWS[0], *ROWS[2:])], shifted, header=HEADER + ","))
    assert (len(ids(found)), dict(found.reasons)) == (5, {"field_count": 1})
    assert found.quarantined["raw"].to_pylist() == [shifted]


def test_what_looks_like_another_records_id_inside_a_quoted_field_is_not_taken_for_text(tmp_path: Path) -> None:
    swallowing = row(1, service='"Eyes,A1002,9990001073"')
    found = reading(tmp_path, lines(swallowing, row(2, service='"Ears, nose, throat"')))
    assert (ids(found), dict(found.reasons)) == (["A1002"], {"quoting": 1})
    assert found.unreadable  # two records, and only one of them says its id
    declared = reading(tmp_path, lines(swallowing), agency(fields_hold_newlines=True))
    assert ids(declared) == ["A1001"]


def test_a_short_record_swallowed_by_a_quote_is_found_by_its_id(tmp_path: Path) -> None:
    content = lines(row(1, service='"Eyes'), 'A1002,9990001073"', ROWS[2])
    found = reading(tmp_path, content)
    assert (ids(found), dict(found.reasons), found.records) == (["A1003"], {"quoting": 2}, 3)
    assert found.ids_set_aside == {"A1001", "A1002"}


def test_a_trailer_is_one_line_and_swallows_nobody(tmp_path: Path) -> None:
    by = agency(trailer=r"Total records (?P<rows>\d+)")
    content = lines(*ROWS[:4], row(5, service='"Eyes'), "A1006,x", 'Total records 4"')
    found = reading(tmp_path, content, by)
    assert (outcome(found), found.reasons.get("control_total")) == ("rejected", 1)


def test_a_record_longer_than_any_true_one_is_set_aside_by_itself(tmp_path: Path) -> None:
    found = reading(tmp_path, lines(ROWS[0], ROWS[1] + "x" * (3 << 20), ROWS[2]))
    assert (ids(found), dict(found.reasons)) == (["A1001", "A1003"], {"field_too_long": 1})
