"""The local SendGrid over HTTP: its endpoints, and the rules it judges a request by."""
