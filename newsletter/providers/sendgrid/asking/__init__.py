"""Asking SendGrid: whether it took a mail, and which addresses it no longer mails."""
