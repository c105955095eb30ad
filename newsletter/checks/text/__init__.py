"""Checks of an issue's words: its subject, its stories, what readers would see and should not."""
