"""MJML: compiled, its faults told by line, what the compiler gets wrong repaired."""
