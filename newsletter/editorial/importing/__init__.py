"""What importing a brief from elsewhere consists of; ``editorial.importer`` does it."""
