"""The only writers. Actor first, one transaction, ledger entry and outbox row inside it."""
