"""What a file’s columns say of a reader’s consent: read where it is plain, asked where it is not. Pure."""
