"""Agreement beyond chance, against examples that others have published, and where there is little to count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candidates.agreement import Matrix, Share, tally


def matrix(*rows: tuple[int, ...]) -> Matrix:
    return Matrix(categories=tuple("abcd"[: len(rows)]), counts=rows)


# The example of ci.kappa in R's package statpsych, which prints these figures.
STATPSYCH = matrix((31, 12), (4, 58))
# Cohen (1960), 200 patients; the psych package of R prints 0.39 0.49 0.59 for it.
COHEN = matrix((88, 14, 18), (10, 40, 10), (2, 6, 12))


@pytest.mark.parametrize(
    ("counted", "kappa", "low", "high", "digits"),
    [(STATPSYCH, 0.6756757, 0.5317210, 0.8196303, 7), (COHEN, 0.49, 0.39, 0.59, 2)],
)
def test_kappa_and_its_interval_are_those_of_the_published_examples(counted, kappa, low, high, digits):
    found = counted.kappa
    assert round(found.value, digits) == kappa
    assert tuple(round(end, digits) for end in found.interval) == (low, high)


@pytest.mark.parametrize(
    ("counted", "kappa"),
    [
        (matrix((20, 5), (10, 15)), 0.4),
        (matrix((45, 15), (25, 15)), 0.1304),
        (matrix((25, 35), (5, 35)), 0.2593),
    ],
)
def test_two_by_two_as_the_textbooks_have_it(counted, kappa):
    assert round(counted.kappa.value, 4) == kappa


def test_of_nothing_there_is_no_number():
    empty = tally([], "abcd")
    assert (empty.total, empty.agreed.value, empty.agreed.interval, empty.kappa) == (0, None, None, None)


def test_where_both_know_one_category_only_chance_explains_everything():
    one = tally([("a", "a")] * 9, "abcd")
    assert (one.agreed.value, one.kappa) == (1.0, None)


def test_always_the_same_is_1_and_its_interval_is_not_made_up():
    always = tally([("a", "a"), ("b", "b"), ("b", "b")], "abcd")
    assert (always.kappa.value, always.kappa.interval) == (1.0, None)


def test_where_one_of_both_knows_one_category_only_they_agree_as_by_chance():
    assert matrix((6, 0), (4, 0)).kappa.value == 0.0


def test_never_the_same_is_below_chance():
    assert matrix((0, 5), (5, 0)).kappa.value == -1.0


def test_the_matrix_has_the_first_in_rows_and_the_second_in_columns():
    assert tally([("a", "b"), ("a", "b"), ("b", "b")], "ab").counts == ((0, 2), (0, 1))


def test_a_share_has_wilsons_interval():
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 and 15 of 148, by the score method.
    for count, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        assert tuple(round(end, 4) for end in Share(count=count, of=of).interval) == (low, high)


def test_all_of_few_is_not_certain():
    low, high = Share(count=3, of=3).interval
    assert (round(low, 2), high) == (0.44, 1.0)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=60))
def test_whoever_comes_first_the_numbers_are_the_same_and_stay_within_their_bounds(pairs):
    there, back = tally(pairs, "abcd"), tally([(b, a) for a, b in pairs], "abcd")
    assert there.agreed == back.agreed
    if there.kappa is None:
        assert back.kappa is None
        return
    assert there.kappa.value == pytest.approx(back.kappa.value)
    assert -1 <= there.kappa.value <= 1
    if there.kappa.interval:
        low, high = there.kappa.interval
        assert -1 <= low <= there.kappa.value <= high <= 1
