"""Who reads: addresses, a reader's fields and names, rows of a file, consent, signed links. Pure."""
