"""Prompts of models. Pure: a job and a document in, chat messages out.

The part that all résumés of a job share comes first, so an engine computes it once and caches it.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from jobs.criteria import Criterion


def _written(file: str) -> str:
    return Path(__file__).with_name(file).read_text(encoding="utf-8").strip()


DECIDE, SEE, TRANSCRIBE = _written("decide.txt"), _written("see.txt"), _written("transcribe.txt")
VERSION = f"decide-3-{hashlib.blake2s((DECIDE + SEE).encode(), digest_size=4).hexdigest()}"
IMAGE = {"type": "image"}
SOFTENED = str.maketrans("<＜﹤>＞﹥", "‹‹‹›››")

Messages = list[dict[str, Any]]


def decide(
    job_title: str,
    job_description: str,
    pages: Sequence[str],
    seen: Collection[int] = (),
    wrong: str = "",
    criteria: Sequence[Criterion] = (),
) -> Messages:
    """Return the messages that ask for an `answers.Answer` about one résumé with the text `pages`.

    `seen` are the numbers of pages (1 is the first) whose images are sent with the messages, in order, one
    for each `IMAGE`. Without images the content is one string, which every chat template accepts. `wrong`
    says what was wrong with an earlier answer.
    """
    wanted = "".join(f"\n- {_criterion(criterion)}" for criterion in criteria)
    listed = f"\n\nCriteria:{wanted}" if criteria else ""
    opening = f"{fenced(job_title)}\n\n{fenced(job_description)}{listed}"
    job = f"<job_opening>\n{opening}\n</job_opening>\n\n"
    again = f"\n\nAn earlier answer could not be used: {fenced(wrong)}\nAnswer again." if wrong else ""
    parts = [job, f"{SEE}\n\n" if seen else "", *_document(pages, seen), f"{again}\n\nYour JSON object:"]
    return [{"role": "system", "content": DECIDE}, {"role": "user", "content": _content(parts)}]


def _criterion(criterion: Criterion) -> str:
    return f"{criterion.key} ({criterion.weight.label}): {fenced(criterion.text)}"


def transcribe() -> Messages:
    """Return the messages that ask for the text of one page; its image is sent with them."""
    return [{"role": "user", "content": [IMAGE, {"type": "text", "text": TRANSCRIBE}]}]


def _document(pages: Sequence[str], seen: Collection[int]) -> Iterator[str | dict[str, str]]:
    yield "<document>"
    for number, text in enumerate(pages, 1):
        yield f'\n<page number="{number}">\n'
        if number in seen:
            yield IMAGE
            yield "\n"
        yield f"{fenced(text)}\n</page>"
    yield "\n</document>"


def _content(parts: Sequence[str | dict[str, str]]) -> str | list[dict[str, str]]:
    """Join the text between two images into one part; without images return a string."""
    content = [{"type": "text", "text": ""}]
    for part in parts:
        if isinstance(part, str):
            content[-1]["text"] += part
        else:
            content += [part, {"type": "text", "text": ""}]
    return content[0]["text"] if len(content) == 1 else content


def fenced(text: str) -> str:
    """Replace angle brackets in `text`, so it cannot close the fence or contain tokens of a chat template."""
    return text.translate(SOFTENED).strip()
