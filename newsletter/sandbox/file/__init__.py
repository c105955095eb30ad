"""The local SendGrid's own file, an SQLite database that several processes may use at once, and all SQL."""
