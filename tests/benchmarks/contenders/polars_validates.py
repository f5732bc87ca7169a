"""Polars: as `duckdb_validates`, by two sinks of one scan. Arguments: extract, accepted.parquet, aside.parquet."""

import sys

import polars as pl

WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
CODES = ("5", "6", "3", "2", "4", "7", "0")

if __name__ == "__main__":
    extract, accepted, aside = sys.argv[1:]
    text = pl.scan_csv(extract, infer_schema=False)
    number = pl.col("nhs_number")
    digits = number.str.contains(r"^[0-9]{10}$")
    value = pl.when(digits).then(number).cast(pl.Int64)
    total = sum((value // 10 ** (9 - at) % 10) * weight for at, weight in enumerate(WEIGHTS))
    checks = digits & (total % 11 == 0) & (value % 1_111_111_111 != 0)
    at = pl.col("appt_start").str.to_datetime("%Y-%m-%d %H:%M", strict=False)
    born = pl.col("dob").str.to_date("%Y-%m-%d", strict=False)
    names = [pl.col(name) for name in ("given_name", "family_name", "service")]
    reason = (
        pl.when(pl.col("appt_id").fill_null("") == "").then(pl.lit("missing_column"))
        .when(at.is_null()).then(pl.lit("invalid_date"))
        .when(~pl.col("status").is_in(CODES).fill_null(False)).then(pl.lit("unknown_status"))
        .when(born > at.dt.date()).then(pl.lit("dob_after_appointment"))
        .when(pl.any_horizontal(name.str.contains(r"[\x00-\x08\x0e-\x1f]") for name in names))
        .then(pl.lit("control_character"))
        .when(pl.any_horizontal(name.str.len_chars() > 255 for name in names)).then(pl.lit("field_too_long"))
    )  # fmt: skip
    judged = text.with_columns(reason=reason)
    typed = judged.filter(pl.col("reason").is_null()).with_columns(
        appt_start=at,
        nhs_number_as_given=number,
        nhs_number=pl.when(checks).then(value),
        dob=born,
        booked=pl.col("booked").str.to_date("%Y-%m-%d", strict=False),
        letter_sent=pl.col("letter_sent").str.to_date("%Y-%m-%d", strict=False),
        recorded=pl.col("recorded").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
    )
    sinks = [
        typed.sink_parquet(accepted, compression="snappy", lazy=True),
        judged.filter(pl.col("reason").is_not_null()).sink_parquet(aside, compression="snappy", lazy=True),
    ]
    pl.collect_all(sinks, engine="streaming")
