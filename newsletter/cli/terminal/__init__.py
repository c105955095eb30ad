"""The terminal: how wide it is and what it can show, sentences laid out on it, questions asked, progress."""
