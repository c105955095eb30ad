"""What a new brief says in place of the words that are still to be written."""

BACKGROUND_HINT = "What a reader who missed the last months needs: two to four dated, sourced sentences."
NOW_HINT = "What happened, in short paragraphs."
HINTS = (BACKGROUND_HINT, NOW_HINT)
