"""Governed lead qualification: reasons that add up, decisions that replay."""
