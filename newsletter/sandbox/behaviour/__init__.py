"""What the local SendGrid does with mail: faults on demand, outcomes, the reports it posts."""
