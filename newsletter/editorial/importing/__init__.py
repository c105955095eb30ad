"""A brief from elsewhere: ``importer`` takes it in, line by line; the others know what pages drag along."""
