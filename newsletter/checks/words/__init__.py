"""What checks look for in running text, word by word: data, a language at a time.

In a language that is not here a check says nothing rather than guess.
"""


def base_of(language: str) -> str:
    """Return the language of a tag without its country: “pt” of “pt-BR”."""
    return language.lower().replace("_", "-").partition("-")[0]
