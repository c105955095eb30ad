"""The editor's live page: the letter while it is written, what should be changed in it, and all issues."""
