"""What a new brief says in place of words that its writer has still to find."""

BACKGROUND_HINT = "What a reader who missed the last months needs: two to four dated, sourced sentences."
NOW_HINT = "What happened, in short paragraphs."
HINTS = (BACKGROUND_HINT, NOW_HINT)
