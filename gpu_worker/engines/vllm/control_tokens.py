"""What a tokenizer takes for more than its letters: ends of turns, places of images. Pure."""

import re
from collections.abc import Iterable
from typing import Any


def of_tokenizer(tokenizer: Any) -> set[str]:
    added = getattr(tokenizer, "added_tokens_decoder", {}).values()
    return {str(token) for token in added if len(str(token).strip()) > 1}


class ControlTokens:
    """Each has two characters at least. They are found by looking where one may begin: some models have
    thousands, and a stranger writes the text.

    A pattern of them all would try each at every "<", for minutes, and let no other thread run meanwhile.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = frozenset(tokens)
        self._lengths = sorted({len(token) for token in self._tokens})
        first, second = (_any_of(token[place] for token in self._tokens) for place in (0, 1))
        self._begins = re.compile(f"{first}(?={second})")

    def disarmed(self, text: str) -> str:
        """`text` with a space after the first character of each: letters, for whoever reads them."""

        def apart(first: re.Match[str]) -> str:
            at = first.start()
            found = any(text[at : at + length] in self._tokens for length in self._lengths)
            return f"{first[0]} " if found else first[0]

        return self._begins.sub(apart, text)


def _any_of(characters: Iterable[str]) -> str:
    """A pattern of one character; of none where there are none."""
    found = "".join(sorted({re.escape(character) for character in characters}))
    return f"[{found}]" if found else r"(?!)"
