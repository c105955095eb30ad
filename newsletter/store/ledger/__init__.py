"""The ledger: mailings, their batches, and each state a request for mail can be in."""
