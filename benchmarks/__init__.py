"""Measurements, side by side with what a user would pick instead. Nothing here is a test."""
