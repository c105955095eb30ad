"""MJML: compiled, its faults found by line, what the compiler gets wrong repaired."""
