"""A local SendGrid: the v3 endpoints we use, as strict as the live ones, and an inbox of what readers got."""
