"""Whether a history can be learned from, and what its outcomes are worth."""
