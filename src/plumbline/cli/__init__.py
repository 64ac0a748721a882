"""The command line: thin doors to the library."""

from plumbline.cli.app import main

__all__ = ["main"]
