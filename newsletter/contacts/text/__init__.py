"""The bytes of a file as lines of text: its encoding, its format, its alphabet. Pure."""
