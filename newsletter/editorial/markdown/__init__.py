"""Markdown as briefs have it: ``blocks`` parses; the others are what it knows beyond markdown-it."""
