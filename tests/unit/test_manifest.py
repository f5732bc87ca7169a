"""What an agency says of a file beside it: read as it was meant, and a file that is not as was said is not believed."""

import json

import pytest

from wnb.ingest.manifest import Stated, stated_in

NAME = "clinic 2026-11-12.csv"
HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (json.dumps({"file": NAME, "rows": 12, "bytes": 900, "sha256": HASH}), Stated(12, 900, HASH)),
        ('{"rows": 0}', Stated(rows=0)),
        ('\ufeff{"bytes": 900, "made_by": "their system"}\r\n', Stated(bytes=900)),
        (json.dumps({"sha256": HASH.upper()}), Stated(sha256=HASH)),
        (f"{HASH}  {NAME}\n", Stated(sha256=HASH)),
        (f"{HASH} *{NAME}\r\n", Stated(sha256=HASH)),
        (f"{HASH}  /out/tonight/{NAME}\n{HASH[::-1]}  another.csv\n", Stated(sha256=HASH)),
        (f"{HASH}\n", Stated(sha256=HASH)),
    ],
)
def test_what_a_manifest_states(text: str, stated: Stated) -> None:
    assert stated_in(text.encode(), NAME) == stated


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not whole"),
        (b'{"rows": 12, "byt', "not whole"),
        (HASH[:40].encode(), "not whole"),
        (f"{HASH}  {NAME}\n{HASH[:9]}".encode(), "not whole"),
        (b"\xff\xfe{}", "not text"),
        (b"{}", "neither rows nor bytes"),
        (b'{"rows": 12, "rows": 11}', "not JSON"),
        (b"{" + b'"a":{' * 5_000, "not JSON"),
        (b'{"rows": 12.0}', "no whole number"),
        (b'{"rows": true}', "no whole number"),
        (b'{"rows": -1}', "no whole number"),
        (b'{"bytes": "900"}', "no whole number"),
        (b'{"sha256": "abc"}', "64 hexadecimal"),
        (b'{"sha256": 12}', "64 hexadecimal"),
        (b'{"rows": 12, "file": "another.csv"}', "another file's"),
        (f"{HASH}  another.csv".encode(), "for this file"),
        (f"{HASH}  {NAME}\n{HASH[::-1]}  {NAME}".encode(), "one sha256"),
    ],
)
def test_a_manifest_that_cannot_be_believed_says_why_and_nothing_of_what_it_holds(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as fault:
        stated_in(content, NAME)
    assert HASH[:9] not in str(fault.value)
    assert "another.csv" not in str(fault.value)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (Stated(rows=12, bytes=900, sha256=HASH), None),
        (Stated(), None),
        (Stated(bytes=901), "truncated"),
        (Stated(bytes=899), "checksum"),
        (Stated(sha256=HASH[::-1]), "checksum"),
        (Stated(bytes=901, sha256=HASH[::-1]), "truncated"),
    ],
)
def test_bytes_that_are_not_those_that_were_sent(stated: Stated, reason: str | None) -> None:
    fault = stated.disagreement(900, HASH)
    assert (fault and [*fault.reasons]) == (reason and [reason])


def test_a_count_of_rows_that_is_not_the_one_that_was_sent() -> None:
    assert Stated(rows=12).miscount(12) is None
    assert Stated(bytes=900).miscount(12) is None
    fault = Stated(rows=12).miscount(11)
    assert fault
    assert fault.reasons == {"control_total": 1}
    assert "11 records, and its manifest states 12" in fault.note
