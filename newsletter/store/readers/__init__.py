"""Readers: lists, subscriptions, imports, suppressions, consent, erasure."""
