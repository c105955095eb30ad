"""An import's own tables and statements: rows are staged first, then merged into a list all at once.

``transaction`` opens the import's connection and its two transactions; ``staging`` takes rows in and folds
those of one address into one; ``skipping`` leaves out who must not come in; ``merging`` stores the rest slice
by slice, with ``consents`` for what was agreed to; ``tally`` counts what became of each row.
"""
