"""The accounts, only read: the proof, each recipient, what was sent before, metrics, the audit."""
