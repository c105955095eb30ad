"""Parts of sentences: counts with their nouns, spans of time, commands to copy, files that were not read."""

import shlex

# Why a restored database may not know readers that the log of requests names.
UNFAMILIAR = "they joined after the backup, or were mailed under another NEWSLETTER_SECRET_KEY"
MINUTE, HOUR, DAY = 60, 3600, 86_400
_STEPS = ((10 * MINUTE, 1), (DAY, MINUTE), (10 * DAY, HOUR))  # a span below the first is given to the second


def count_of(count: int, singular: str, many: str | None = None) -> str:
    """Return a count with its noun: “1 reader”, “1,200 readers”; ``many`` where no s makes the plural."""
    return f"{count:,} {singular if count == 1 else many or f'{singular}s'}"


def span(seconds: float) -> str:
    """Return a span of time, rounded to what matters at its size: “1 min 59 s”, “3 h 20 min”, “12 days”."""
    step = next((step for below, step in _STEPS if seconds < below), DAY)
    rest = int(seconds / step + 0.5) * step
    words = []
    for size, unit in ((DAY, "day"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        n, rest = divmod(rest, size)
        if n:
            words.append(count_of(n, unit) if unit == "day" else f"{n} {unit}")
    return " ".join(words) or "0 s"


def why_unread(error: OSError) -> str:
    """Return the sentence that says why a file could not be read."""
    if isinstance(error, FileNotFoundError):
        return "There is no such file."
    if isinstance(error, IsADirectoryError):
        return "This is a folder, not a file."
    return f"The file cannot be read: {error.strerror}."


def command(*words: str) -> str:
    """Return a command of ours as it is typed in a shell, whatever its words hold."""
    return f"newsletter {shlex.join(words)}"
