"""Files: issues, templates, pictures and keys as they are read; what commands write, whole or not at all."""
