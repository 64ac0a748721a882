"""Ledger files and run folders: what is kept, written so that a crash at any moment loses nothing."""

from plumbline.store.files import FolderLock, write_atomically
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_folder import Found, RunFolder

__all__ = ["FolderLock", "Found", "LedgerFile", "RunFolder", "write_atomically"]
