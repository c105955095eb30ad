"""The database: its tables and migrations, and all SQL, by subject. The only room that knows a statement.

SQLAlchemy is first imported here: what only its asynchronous half and its search for drivers need is loaded
once they run. That was a tenth of the time of a short command.
"""

from newsletter.imports import with_later

with with_later("asyncio", "importlib.metadata", "sqlalchemy.dialects.sqlite.aiosqlite"):
    import sqlalchemy.dialects.sqlite  # noqa: F401 (the block is why it is imported)
