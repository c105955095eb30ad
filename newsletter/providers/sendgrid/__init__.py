"""SendGrid, all of it: leaving SendGrid means replacing this folder."""

from newsletter.providers.sendgrid.client import SendGridProvider

__all__ = ["SendGridProvider"]
