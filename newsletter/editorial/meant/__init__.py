"""What an editor meant where the file says something else: other kinds of files, pastes, missing spaces."""
