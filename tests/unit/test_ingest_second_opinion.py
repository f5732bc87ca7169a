"""Two readers that share nothing: where they disagree, the file is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extracts import ROWS, lines, outcome, reading, row
from wnb.ingest import text
from wnb.ingest.reasons import Refused
from wnb.ingest.rows import Text
from wnb.ingest.scan import UNCLOSED, scan
from wnb.ingest.second_opinion import LineCount, SecondOpinion, records_of

DATA = '\ufeffa,b,c\n1,"x ""y"", é",\n # 2,, 3 \n"","q\r\nr\rs\nt",z\nNULL,NA,\n'.encode()


def asked(**bent: Text) -> SecondOpinion:
    block = scan(DATA, 0, True, ord(","), np.arange(3, dtype=np.int16))
    sound = np.arange(len(block))
    told = {name: Text(*block.column(slot, sound)) for slot, name in enumerate("abc")}
    opinion = SecondOpinion("x.csv", ",", 3, {"a": 0, "b": 1, "c": 2}, len(DATA))
    opinion.ask(block, sound, {**told, **bent})
    return opinion


def test_where_both_read_the_same_every_record_was_asked() -> None:
    assert asked().asked == 5


def test_one_field_read_otherwise_is_a_disagreement() -> None:
    with pytest.raises(Refused, match="disagree about the column of b"):
        asked(b=Text.of(["b", 'x "y", é', "", "q\nr\rs\nt", "NA"]))


def test_a_scanner_that_bends_a_field_loses_the_file_and_not_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(*asked: object, **more: object) -> object:
        block = scan(*asked, **more)  # type: ignore[arg-type]
        block.spans[0] += 1  # the last byte of the first column becomes the delimiter
        return block

    monkeypatch.setattr(text, "scan", shifted)
    found = reading(tmp_path, lines(*ROWS, row(1, appt_id="A9")))
    assert outcome(found) == "rejected"
    assert "control_total" in found.reasons


def test_a_scanner_that_loses_a_line_loses_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shortened(*asked: object, **more: object) -> object:
        block = scan(*asked, **more)  # type: ignore[arg-type]
        block.lines[0] = 0
        return block

    monkeypatch.setattr(text, "scan", shortened)
    found = reading(tmp_path, lines())
    assert (outcome(found), "lines" in found.note) == ("rejected", True)


def test_a_scanner_that_takes_two_records_for_one_loses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def joined(*asked: object, **more: object) -> object:
        block = scan(*asked, **more)  # type: ignore[arg-type]
        block.lines[0] += 1
        block.follows[0] = block.follows[1]
        parts = {name: getattr(block, name) for name in ("start", "stop", "follows", "lines", "fields", "flags")}
        fewer = {name: np.delete(part, 1) for name, part in parts.items()}
        return replace(block, **fewer, spans=np.ascontiguousarray(np.delete(block.spans, 1, axis=1)))

    monkeypatch.setattr(text, "scan", joined)
    found = reading(tmp_path, lines(row(1, service='"Eyes"'), *ROWS[1:]))
    assert (outcome(found), "records" in found.note) == ("rejected", True)


PIECES = [b"a", b"\n", b"\r", b"\r\n", b",", b'"', b'""', b'"a\nb"', b'"a\r\n"']


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30))
def test_records_are_counted_as_they_are_scanned(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    block = scan(whole, 0, True, ord(","), np.arange(2, dtype=np.int16), careful=True)
    unclosed = (block.flags & UNCLOSED) != 0
    assert unclosed.any() or records_of(block) == len(block)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_in_a_large_file_two_records_in_a_hundred_are_asked(newline: str) -> None:
    data = b"".join(f'{number},"x""{number}",{newline}'.encode() for number in range(1_000))
    block = scan(data, 0, True, ord(","), np.arange(3, dtype=np.int16))
    sound = np.arange(len(block))
    opinion = SecondOpinion("x.csv", ",", 3, {"a": 0, "b": 1, "c": 2}, 1 << 30)
    for _ in range(8):
        opinion.ask(block, sound, {name: Text(*block.column(slot, sound)) for slot, name in enumerate("abc")})
    assert opinion.asked == 0.02 * 8_000
    opinion.ask(block, sound, {name: Text(*block.column(slot, sound)) for slot, name in enumerate("abc")})
    assert opinion.asked == 320  # of the ninth block again


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n", b","]), max_size=20), st.integers(1, 5))
def test_lines_are_counted_alike_however_the_file_is_cut(parts: list[bytes], size: int) -> None:
    whole = b"".join(parts)
    counted = LineCount()
    for at in range(0, len(whole), size):
        counted.add(whole[at : at + size])
    text = whole.decode().replace("\r\n", "\n").replace("\r", "\n")
    assert counted.total == text.count("\n") + (text != "" and not text.endswith("\n"))
