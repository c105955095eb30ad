"""What a provider says of itself as data."""

from typing import NamedTuple


class Properties(NamedTuple):
    """What a provider is and can do.

    ``name`` is what sentences call it, ``most_recipients`` how many readers one of its requests may be for.
    ``looks_up`` says that it can be asked about mail of an attempt (``LooksUp``), ``lists_suppressions`` that
    its own lists can be read (``ListsSuppressions``), ``delivers`` that its mail reaches readers. ``records``
    is where an editor sees what became of a mail, in words that follow “Look on”.
    """

    name: str
    most_recipients: int = 1000
    looks_up: bool = False
    lists_suppressions: bool = False
    delivers: bool = True
    records: str = "the provider's own records"
