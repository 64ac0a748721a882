"""Finding duplicates at scale.

Weights trained by Splink, pairs scored in DuckDB, clusters that keep their ids.
"""
