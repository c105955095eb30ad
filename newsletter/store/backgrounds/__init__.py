"""Living backgrounds in the ledger: as each mailing carried them, and what became of its mails."""
