"""How many examples a test tries: all it wants, or a fifth while somebody works (``make test-fast``)."""

from hypothesis import settings

WHOLE, SAMPLE = 100, 20  # hypothesis's own number, and the sample's


def examples(number: int) -> int:
    """Return how many examples to try where so many are wanted."""
    return max(1, number * settings.default.max_examples // WHOLE)
