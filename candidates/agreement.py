"""Agreement of two raters: shares, and Cohen's kappa for agreement beyond chance. Pure.

Kappa: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20
(1960). Its standard error, for the interval: J. L. Fleiss, J. Cohen and B. S. Everitt, Large sample standard
errors of kappa and weighted kappa, Psychological Bulletin 72 (1969); also in Fleiss, Levin and Paik,
Statistical Methods for Rates and Proportions (2003), section 18.1. Shares: E. B. Wilson, Probable inference,
Journal of the American Statistical Association 22 (1927). Words for kappa: J. R. Landis and G. G. Koch, The
measurement of observer agreement for categorical data, Biometrics 33 (1977).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

Z95 = 1.9599639845  # 95 % of a normal distribution is within ± this many standard deviations
WORDS = ((0.0, "slight"), (0.2, "fair"), (0.4, "moderate"), (0.6, "substantial"), (0.8, "almost perfect"))


@dataclass(frozen=True, kw_only=True)
class Share:
    """`count` of `of`, with Wilson's 95 % interval; no value if `of` is 0."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        share, spread = self.count / self.of, Z95**2 / self.of
        middle = (share + spread / 2) / (1 + spread)
        reach = sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    @property
    def words(self) -> str:
        if self.value is None or self.interval is None:
            return "nothing to count"
        low, high = (round(100 * bound) for bound in self.interval)
        return f"{self.count} of {self.of}: {round(100 * self.value)} % (95 % interval {low} to {high} %)"


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """1 = always the same, 0 = as often as by chance. No interval if the formula gives one of zero width."""

    value: float
    interval: tuple[float, float] | None

    @property
    def words(self) -> str:
        """The value in the words of Landis and Koch, which are only a convention."""
        if self.value <= 0:
            return "no agreement beyond chance"
        return f"{[word for above, word in WORDS if self.value > above][-1]} agreement beyond chance"


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """`counts[i][j]` things are in category i by the first rater and in j by the second."""

    categories: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def agreed(self) -> Share:
        return Share(count=sum(row[at] for at, row in enumerate(self.counts)), of=self.total)

    @property
    def kappa(self) -> Kappa | None:
        """None if it is not defined: no things, or both put everything into the same category."""
        if not self.total:
            return None
        cells = [[count / self.total for count in row] for row in self.counts]
        rows, columns = [sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]
        seen = sum(row[at] for at, row in enumerate(cells))
        chance = sum(first * second for first, second in zip(rows, columns, strict=True))
        if chance >= 1:
            return None
        value = (seen - chance) / (1 - chance)
        error = _standard_error(cells, rows, columns, value, chance) / sqrt(self.total)
        interval = (max(-1.0, value - Z95 * error), min(1.0, value + Z95 * error)) if error > 0 else None
        return Kappa(value=value, interval=interval)


def _standard_error(
    cells: Sequence[Sequence[float]],
    rows: Sequence[float],
    columns: Sequence[float],
    kappa: float,
    chance: float,
) -> float:
    """Return the standard error for one thing; `cells` are shares, `rows` and `columns` their sums.

    It is A + B - C of the book.
    """
    rest = 1 - kappa
    same = sum(cells[i][i] * (1 - (rows[i] + columns[i]) * rest) ** 2 for i in range(len(cells)))
    other = sum(
        cells[i][j] * (columns[i] + rows[j]) ** 2
        for i in range(len(cells))
        for j in range(len(cells))
        if i != j
    )
    variance = same + rest**2 * other - (kappa - chance * rest) ** 2
    return sqrt(max(0.0, variance)) / (1 - chance)


def tally(pairs: Iterable[tuple[str, str]], categories: Sequence[str]) -> Matrix:
    """Count `pairs` of what the first and the second rater said, both among `categories`."""
    counted = Counter(pairs)
    counts = tuple(tuple(counted[first, second] for second in categories) for first in categories)
    return Matrix(categories=tuple(categories), counts=counts)
