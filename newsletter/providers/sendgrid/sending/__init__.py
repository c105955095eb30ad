"""Posting mail: the request, the wire and its deadline, what an answer means for the ledger."""
