"""Readers that need more than the core: a language model as second reader, and learning from corrections."""
