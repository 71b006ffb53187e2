"""The canary: an engine's recorded answer, compared with its answer after a load or a wake. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

TOLERANCE = 0.01  # of a log-probability: more than rounding, less than another weight
PROMPT = "The quick brown fox reads a résumé: 1 + 1 = 2, and the last word of this line is"
TOKENS = 8


@dataclass(frozen=True, kw_only=True)
class Canary:
    """The greedy tokens of each prompt in turn, with their log-probabilities."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def complaint(before: Mapping[str, Any], now: Canary) -> str:
    """Return "" if `now` is sound and matches the record `before` ({} = none), else why not."""
    if why := unsound(now):
        return (
            f"does not answer in numbers: {why}. Its weights are damaged, or its dtype is too small for them."
        )
    earlier = recorded(before)
    if earlier and (why := difference(earlier, now)):
        return (
            f"does not answer as it did when it was measured: {why}. Its weights may be "
            "damaged in memory, so it is given no résumés."
        )
    return ""


def recorded(said: Mapping[str, Sequence[float]]) -> Canary | None:
    """Return the canary in a record, None if there is none yet."""
    if not said:
        return None
    return Canary(tokens=tuple(int(token) for token in said["tokens"]), logprobs=tuple(said["logprobs"]))


def unsound(said: Canary) -> str:
    """Return "" if `said` can be recorded, else why not: NaN cannot be compared."""
    if len(said.logprobs) != len(said.tokens) or not said.tokens:
        return f"its canary has {len(said.tokens)} tokens and {len(said.logprobs)} log-probabilities"
    for place, logprob in enumerate(said.logprobs, 1):
        if not math.isfinite(logprob):
            return f"its canary's token {place} has log-probability {logprob}"
    return ""


def difference(before: Canary, now: Canary) -> str:
    """Return "" if `now` is the same answer as `before`, else where it differs."""
    if why := unsound(now):
        return why
    if len(before.tokens) != len(now.tokens):
        return f"its canary has {len(now.tokens)} tokens, not {len(before.tokens)}"
    pairs = zip(before.tokens, now.tokens, before.logprobs, now.logprobs, strict=True)
    for place, (old, new, old_logprob, new_logprob) in enumerate(pairs, 1):
        if old != new:
            return f"its canary differs at token {place}: {new}, not {old}"
        if not abs(old_logprob - new_logprob) <= TOLERANCE:
            return f"its canary's token {place} has log-probability {new_logprob:.3f}, not {old_logprob:.3f}"
    return ""
