"""SendGrid, all of it: leaving SendGrid means replacing this folder."""
