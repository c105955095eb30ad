"""What comes back: reports taken in, requests settled by them, decisions about those without an answer."""
