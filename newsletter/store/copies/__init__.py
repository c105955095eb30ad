"""Copies: what a restored or copied database lacks of what was sent, and who said that it is to send."""
