"""The checks of the policy linter, a module per part of the file."""
