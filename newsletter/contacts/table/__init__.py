"""Lines of text as rows of readers: cells, the header, what each column holds. Pure."""
