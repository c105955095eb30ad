"""A copy that cannot double: what was sent is known in the database, and in a log of requests next to it."""
