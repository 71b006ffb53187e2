"""Control tokens of a tokenizer: ends of turns, placeholders of images. Pure."""

import re
from collections.abc import Iterable
from typing import Any


def of_tokenizer(tokenizer: Any) -> set[str]:
    added = getattr(tokenizer, "added_tokens_decoder", {}).values()
    return {str(token) for token in added if len(str(token).strip()) > 1}


class ControlTokens:
    """The control tokens of a model, of two characters at least, found by where one may begin.

    Some models have thousands, and strangers write the text: one pattern of them all would try each at every
    "<", for minutes, and block all other threads meanwhile.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = frozenset(tokens)
        self._lengths = sorted({len(token) for token in self._tokens})
        first, second = (_any_of(token[place] for token in self._tokens) for place in (0, 1))
        self._begins = re.compile(f"{first}(?={second})")

    def disarmed(self, text: str) -> str:
        """Return `text` with a space after the first character of each, so that it is plain text."""

        def apart(first: re.Match[str]) -> str:
            at = first.start()
            found = any(text[at : at + length] in self._tokens for length in self._lengths)
            return f"{first[0]} " if found else first[0]

        return self._begins.sub(apart, text)


def _any_of(characters: Iterable[str]) -> str:
    """Return a pattern for one of `characters`; one that never matches if there are none."""
    found = "".join(sorted({re.escape(character) for character in characters}))
    return f"[{found}]" if found else r"(?!)"
