"""The recode changes one word only, and forgets nothing by it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from wnb.recode import UNKNOWN_DATE, Age, recode
from wnb.terms import Outcome

ROWS = 40
DAYS = st.one_of(st.just(UNKNOWN_DATE), st.integers(12_000, 20_600))
RECODED = {
    Age.UNKNOWN: {Outcome.NOT_ATTENDED},
    Age.CHILD: {Outcome.WAS_NOT_BROUGHT, Outcome.YOUNG_PERSON_DID_NOT_ATTEND},
    Age.ADULT: {Outcome.DID_NOT_ATTEND},
}


def column(kind: type, elements: st.SearchStrategy) -> st.SearchStrategy[np.ndarray]:
    return of_numpy.arrays(kind, ROWS, elements=elements)


@settings(max_examples=100, deadline=None)
@given(
    column(np.int32, st.integers(18_000, 20_600)),
    column(np.uint8, st.sampled_from([int(outcome) for outcome in Outcome])),
    column(np.int32, DAYS),
    column(np.int16, st.integers(-1, 120)),
    column(np.int32, DAYS),
    column(bool, st.booleans()),
)
def test_every_row_keeps_its_word_or_has_the_word_of_its_age(day, told, born, age, linked, manages_own) -> None:
    found = recode(day, told, born, age, linked, manages_own)
    for before, after, group in zip(told.tolist(), found.outcome.tolist(), found.age.tolist(), strict=True):
        assert after in (RECODED[Age(group)] if before == Outcome.NOT_ATTENDED else {before})
    again = recode(day, found.outcome, born, age, linked, manages_own)
    assert (again.outcome == found.outcome).all()
    unknown = (born == UNKNOWN_DATE) & (age < 0) & (linked == UNKNOWN_DATE)
    assert ((found.age == Age.UNKNOWN) == unknown).all()
