"""What the local SendGrid does with mail: accepts, drops, schedules and reports it, and fails on demand."""
