"""The compiled HTML finished for mail programs: styles inlined, tables, directions, what is announced."""
