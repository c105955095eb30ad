"""What a file’s columns say of a reader’s consent: heard where it is plain, asked where it is not. Pure."""
