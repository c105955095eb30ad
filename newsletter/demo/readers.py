"""Made-up readers: always the same ones, at a domain that reaches nobody (RFC 2606)."""

import csv
import io
from collections.abc import Sequence

HEADER = ("email", "name", "status", "city")

_FIRST_NAMES = (
    "Ana", "Ben", "Chiara", "Дмитрий", "אלי", "فاطمة", "Grace", "博", "Síle", "Jürgen", "Kwame", "Lê",
    "Mia", "Νίκος", "Olu", "Priya", "Quentin", "Rosa", "Søren", "태우", "Uri", "Vera", "Wanda", "Zoë",
)  # fmt: skip
_LAST_NAMES = (
    "Ruiz", "Okafor", "De Santis", "Орлов", "כהן", "الزهراء", "Hopper; Rear Admiral", "山田", "O’Brien",
    "Müller", "Mensah", "Văn An", "van der Berg", "Παππάς", "Adé", "Rao", "L’Écuyer", "Núñez", "Ørsted",
)  # fmt: skip
_CITIES = ("Lisbon", "Lagos", "Bari", "Riga", "Haifa", "Rabat", "Arlington", "Kyoto", "Cork", "Graz", "Accra")


def file_of(readers: int, first: str = "") -> str:
    """Return a CSV file of so many readers; ``first`` is a file whose rows come before others."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    given = [[row.get(name, "") for name in HEADER] for row in csv.DictReader(io.StringIO(first))]
    writer.writerows(given[:readers])
    writer.writerows(_row(number) for number in range(len(given) + 1, readers + 1))
    return out.getvalue()


def confirmed(file: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the addresses of a file's readers: who is to get an issue, and who is not."""
    rows = list(csv.DictReader(io.StringIO(file)))
    wanted = frozenset(row["email"] for row in rows if row["status"] == "confirmed")
    return wanted, frozenset(row["email"] for row in rows) - wanted


def _row(number: int) -> Sequence[str]:
    first = _FIRST_NAMES[number % len(_FIRST_NAMES)]
    last = _LAST_NAMES[number % len(_LAST_NAMES)]
    return (
        f"reader{number}@example.org",
        f"{first} {last}",
        _status(number),
        _CITIES[number % len(_CITIES)],
    )


def _status(number: int) -> str:
    """Return how a reader stood at the place they come from: most were there gladly, some had left."""
    if number % 50 == 7:
        return "unsubscribed"
    return "bounced" if number % 125 == 3 else "confirmed"
