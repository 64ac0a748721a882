"""Scorecards learned from outcomes: the same table, the same reasons, and a gate that may say no."""
