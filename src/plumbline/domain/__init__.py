"""Words, fields, errors: what every other room speaks in. Imports nothing of Plumbline."""
