"""The finished mail, as mail programs, their readers and programs that read aloud meet it."""
