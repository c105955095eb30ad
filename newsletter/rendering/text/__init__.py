"""The plain text of a letter: drawn from the same view, wrapped by the width of its characters."""
