"""The orders of the table. Each follows an index; the id breaks ties, so every row has one place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sort:
    """An order by `column`, then by id. None is by id alone, which is the order of arrival."""

    key: str
    words: str
    column: str | None = None
    descending: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.column, "pk"] if self.column else ["pk"]

    def ordering(self, *, backwards: bool = False) -> list[str]:
        sign = "-" if self.descending != backwards else ""
        return [f"{sign}{column}" for column in self.columns]

    @property
    def holds_a_name(self) -> bool:
        return self.column == "by_name"


NEWEST_FIRST = Sort(key="-received", words="Newest first", descending=True)
SORTS: dict[str, Sort] = {
    sort.key: sort
    for sort in (
        NEWEST_FIRST,
        Sort(key="received", words="Oldest first"),
        Sort(key="name", words="Name, A to Z", column="by_name"),
        Sort(key="-name", words="Name, Z to A", column="by_name", descending=True),
        Sort(key="outcome", words="Verdict, best first", column="by_outcome"),
        Sort(key="-outcome", words="Verdict, best last", column="by_outcome", descending=True),
        Sort(key="decision", words="Decision, pending first", column="by_decision"),
        Sort(key="-decision", words="Decision, pending last", column="by_decision", descending=True),
        Sort(key="model", words="Model", column="by_model"),
        Sort(key="-model", words="Model, reversed", column="by_model", descending=True),
    )
}
