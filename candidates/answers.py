"""What every engine answers about one résumé: one schema, one type. Pure; loads without Django."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# What PostgreSQL cannot keep is refused at the door: NUL characters and lone surrogates.
Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]


class Met(StrEnum):
    """Verdict on one criterion."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NO_EVIDENCE = "no_evidence"


class CriterionAnswer(BaseModel):
    """`quote` stands on page `page` (1 is the first) of the document; null where nothing was found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Text = Field(max_length=120)
    verdict: Met
    quote: Text | None = Field(default=None, max_length=300)
    page: int | None = Field(default=None, ge=1)


class Answer(BaseModel):
    """An engine's reading of one résumé for one job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text | None = Field(default=None, max_length=120)
    email: Text | None = Field(default=None, max_length=254)
    phone: Text | None = Field(default=None, max_length=30, description="E.164")
    outcome: str = Field(pattern="^(Shortlisted|Needs Review|Rejected|Invalid)$")
    reason: Text = Field(min_length=1, max_length=600)
    criteria: list[CriterionAnswer] = Field(default=[], max_length=40)
