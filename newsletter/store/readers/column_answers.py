"""What an editor answered about the columns of a list's imports, kept so that it is asked once."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from newsletter.store.tables import column_answer, mailing_list

_WHOLE_COLUMN = (
    ""  # in the place of a value; values themselves are kept behind a sign, since one may be empty
)
_VALUE = "="


def answers_to(connection: Connection, list_name: str) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Return a list's answers: what a column's value says, and the field of a whole column ("": ignored)."""
    rows = connection.execute(
        select(column_answer.c.header, column_answer.c.value, column_answer.c.meaning)
        .join(mailing_list, mailing_list.c.id == column_answer.c.list_id)
        .where(mailing_list.c.name == list_name)
    )
    values: dict[tuple[str, str], str] = {}
    columns: dict[str, str] = {}
    for header, value, meaning in rows:
        if value == _WHOLE_COLUMN:
            columns[header] = meaning
        else:
            values[header, value.removeprefix(_VALUE)] = meaning
    return values, columns


def remember(
    connection: Connection, list_id: int, values: Mapping[tuple[str, str], str], columns: Mapping[str, str]
) -> None:
    """Keep answers about a list's columns; a later one about the same takes the place of the first."""
    rows = [
        *((header, _VALUE + value, meaning) for (header, value), meaning in values.items()),
        *((header, _WHOLE_COLUMN, name) for header, name in columns.items()),
    ]
    for header, value, meaning in rows:
        same = (
            column_answer.c.list_id == list_id,
            column_answer.c.header == header,
            column_answer.c.value == value,
        )
        connection.execute(delete(column_answer).where(*same))
        connection.execute(
            insert(column_answer).values(list_id=list_id, header=header, value=value, meaning=meaning)
        )
