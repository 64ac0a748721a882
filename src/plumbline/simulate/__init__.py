"""The flight simulator: a closed-loop B2B funnel with known truth. It never reads outside data."""
