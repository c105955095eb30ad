"""How much is too much. The numbers stay silent on sound work; a publication may set its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a length may be before a check says something of it, each as the key of ``[checks]`` names it."""

    subject_characters: int = 70  # columns that a wide inbox shows; phones show about 40
    headline_characters: int = 100
    background_words: int = 80
    paragraph_sentences: int = 3
    alt_characters: int = 150  # a screen reader reads them without pause
    picture_bytes: int = 500_000  # of what readers fetch
    background_days: int = 180  # half a year: from then on the date in the card speaks against the text
