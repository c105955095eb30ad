"""The inbox: each message as its reader got it."""
