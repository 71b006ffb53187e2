"""The language of a text, by its most common words: keywords in one language miss those of another."""

import re
from collections import Counter

COMMON_WORDS = {
    "English": "the and of to in for with on at by from our is are was were you we as an",
    "German": "und der die das mit für von im den bei zur zum des ein eine als auf wir sie nach",
    "French": "et le la les des du de en pour avec dans une un sur au aux par nous vous chez",
    "Spanish": "y el la los las de del en para con por una un al su como nosotros desde entre sobre",
}
LANGUAGES_OF = {
    word: [language for language, words in COMMON_WORDS.items() if word in words.split()]
    for words in COMMON_WORDS.values()
    for word in words.split()
}
LEAST_WORDS = 8  # that must be common in the language
LEAD = 2  # times as many as of any other


def language_of(text: str) -> str:
    """Return the language of `text`; "" if unknown: too short, mixed, or another language."""
    counts = Counter(
        language
        for word in re.findall(r"[^\W\d_]+", text.casefold())
        for language in LANGUAGES_OF.get(word, ())
    )
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < LEAST_WORDS:
        return ""
    return ranked[0][0] if len(ranked) < 2 or ranked[0][1] >= LEAD * ranked[1][1] else ""
