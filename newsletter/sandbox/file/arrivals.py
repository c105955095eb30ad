"""What arrived of one issue: counted in the local SendGrid's file, not where it is sent."""

from pathlib import Path
from typing import Self

from newsletter.sandbox.file.database import File

_OF_ISSUE = """
FROM message JOIN request ON request.id = message.request
WHERE coalesce(message.issue, request.issue) = ?
"""


class Arrivals:
    """Count an issue's mails in a local SendGrid's file, while it runs or after."""

    def __init__(self, path: Path, issue: str) -> None:
        """Open the file, made if it is absent. Raises StoreError when that cannot be."""
        self._file = File(path)
        self._issue = issue

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mails(self) -> int:
        """Return how many mails of the issue arrived. Raises StoreError."""
        with self._file.reading() as connection:
            (count,) = connection.execute(f"SELECT count(*) {_OF_ISSUE}", (self._issue,)).fetchone()
        return int(count)

    def by_address(self) -> dict[str, int]:
        """Return how many mails of the issue each address got. Raises StoreError."""
        with self._file.reading() as connection:
            return dict(
                connection.execute(
                    f"SELECT message.email, count(*) {_OF_ISSUE} GROUP BY message.email",
                    (self._issue,),
                )
            )
