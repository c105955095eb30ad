"""A provider that answers message by message, as a second one would be added: this folder, and a line."""
