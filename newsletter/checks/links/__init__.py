"""Links: ``address`` judges where one leads, ``checks`` looks at all of an issue."""
