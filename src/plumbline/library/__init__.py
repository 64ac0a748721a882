"""What a notebook needs, and what commands share: files in, results out."""
