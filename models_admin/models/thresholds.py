"""The thresholds of a registry entry of type rules: the registry checks them, the rules engine reads them."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails


class WrongThresholds(ValueError):
    """Thresholds that are not allowed; the message names each and what is allowed."""


class Thresholds(BaseModel):
    """Shares of the job's required terms, with defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    shortlist_share: float = Field(0.75, gt=0, le=1, description="at least this is Shortlisted")
    reject_share: float = Field(0.2, ge=0, lt=1, description="less than this is Rejected")
    least_terms: int = Field(3, ge=1, description="with fewer required terms in the job, a person decides")

    @model_validator(mode="after")
    def _in_order(self) -> "Thresholds":
        if self.reject_share >= self.shortlist_share:
            raise ValueError("reject_share must be less than shortlist_share")
        return self


def read_thresholds(said: object) -> Thresholds:
    """Return the thresholds that a row's `rules` set. Raises WrongThresholds."""
    try:
        return Thresholds.model_validate(said)
    except ValidationError as error:
        raise WrongThresholds("; ".join(_words(problem) for problem in error.errors())) from error


def _words(problem: ErrorDetails) -> str:
    field = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "extra_forbidden":
        return f"{field} is unknown, allowed are {', '.join(Thresholds.model_fields)}"
    said = problem["msg"].removeprefix("Value error, ")
    return f"{field} {said[0].lower()}{said[1:]}".strip()
