"""What models are asked. Pure: a job and a document in, the messages of a chat out.

What all résumés of a job share comes first, so that an engine computes it once and keeps it.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

DECIDE = Path(__file__).with_name("decide.txt").read_text(encoding="utf-8").strip()
VERSION = f"decide-1-{hashlib.blake2s(DECIDE.encode(), digest_size=4).hexdigest()}"

Messages = list[dict[str, str]]


def decide(job_title: str, job_description: str, pages: Sequence[str]) -> Messages:
    """The messages that ask for an `answers.Answer` about one résumé, whose pages' text is `pages`."""
    job = f"<job_opening>\n{fenced(job_title)}\n\n{fenced(job_description)}\n</job_opening>"
    document = "\n".join(
        f'<page number="{number}">\n{fenced(text)}\n</page>' for number, text in enumerate(pages, 1)
    )
    return [
        {"role": "system", "content": DECIDE},
        {"role": "user", "content": f"{job}\n\n<document>\n{document}\n</document>\n\nYour JSON object:"},
    ]


def fenced(text: str) -> str:
    """`text` with the fence's own brackets softened, and nothing that a chat template takes for its own."""
    return text.replace("<", "‹").replace(">", "›").strip()
