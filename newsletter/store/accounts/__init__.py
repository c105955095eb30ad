"""The accounts, only read: the proof, each recipient, decisions, what was sent before, metrics, the audit."""
