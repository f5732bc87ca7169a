"""DuckDB: typed rows and a reason for each row that does not hold, by one query; no duplicates, no second look at
characters, no record of what was delivered but the row's columns. Arguments: extract, accepted.parquet, aside.parquet.
"""

import sys

import duckdb

VALID = """
create macro checks(n) as regexp_full_match(n, '[0-9]{10}') and n not in ('0000000000', '1111111111', '2222222222',
  '3333333333', '4444444444', '5555555555', '6666666666', '7777777777', '8888888888', '9999999999') and
  (n[1:1]::int*10 + n[2:2]::int*9 + n[3:3]::int*8 + n[4:4]::int*7 + n[5:5]::int*6 + n[6:6]::int*5 + n[7:7]::int*4
   + n[8:8]::int*3 + n[9:9]::int*2 + n[10:10]::int) % 11 = 0
"""
TYPED = """
create view typed as select appt_id, try_strptime(appt_start, '%Y-%m-%d %H:%M') starts, status, mrn,
  case when checks(nhs_number) then nhs_number::bigint end nhs_number, nhs_number nhs_number_as_given,
  given_name, family_name, try_strptime(dob, '%Y-%m-%d')::date dob, postcode, service, appt_type,
  try_strptime(booked, '%Y-%m-%d')::date booked, try_strptime(letter_sent, '%Y-%m-%d')::date letter_sent, mode,
  practice, try_strptime(recorded, '%Y-%m-%d %H:%M:%S') recorded,
  case when coalesce(appt_id, '') = '' then 'missing_column'
    when try_strptime(appt_start, '%Y-%m-%d %H:%M') is null then 'invalid_date'
    when status is null or status not in ('5', '6', '3', '2', '4', '7', '0') then 'unknown_status'
    when try_strptime(dob, '%Y-%m-%d') > try_strptime(appt_start, '%Y-%m-%d %H:%M') then 'dob_after_appointment'
    when regexp_matches(concat(given_name, family_name, service), '[\\x00-\\x08\\x0e-\\x1f]') then 'control_character'
    when greatest(length(given_name), length(family_name), length(service)) > 255 then 'field_too_long' end reason,
  case when reason is not null then row(appt_id, appt_start, status, mrn, nhs_number, given_name, family_name, dob,
    postcode, service, appt_type, booked, letter_sent, mode, practice, recorded)::varchar end raw
from read_csv('{extract}', all_varchar=true, header=true)
"""

if __name__ == "__main__":
    extract, accepted, aside = sys.argv[1:]
    duckdb.sql("set enable_progress_bar = false")
    duckdb.sql(VALID)
    duckdb.sql(TYPED.replace("{extract}", extract))
    duckdb.sql(f"COPY (FROM typed) TO '{accepted}' (FORMAT parquet)")  # one scan; a reader leaves out what has a reason
    duckdb.sql(f"COPY (FROM '{accepted}' WHERE reason IS NOT NULL) TO '{aside}' (FORMAT parquet)")
