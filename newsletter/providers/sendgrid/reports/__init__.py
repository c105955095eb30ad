"""What SendGrid reports: posts proved to be its own, and their events in our words."""
