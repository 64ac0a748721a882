"""Finding duplicates at scale: weights trained by Splink, pairs scored in DuckDB, clusters that keep their ids."""
