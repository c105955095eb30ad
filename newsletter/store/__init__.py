"""The database: its tables and migrations, and all SQL, by subject. The only room that knows a statement."""
