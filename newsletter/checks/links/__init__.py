"""Links: ``address`` judges where one leads, ``checks`` and ``pictures`` look at all of an issue.

``pages`` says what servers answered of the pages, where somebody asked them.
"""
