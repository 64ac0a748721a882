"""Ledger files and run folders: what is kept, written so that a crash at any moment loses nothing."""

from plumbline.store.files import FolderLock, write_atomically
from plumbline.store.lead_book import LeadBook
from plumbline.store.ledger import Ledger
from plumbline.store.ledger_file import LedgerFile
from plumbline.store.run_folder import Found, RunFolder

__all__ = ["FolderLock", "Found", "LeadBook", "Ledger", "LedgerFile", "RunFolder", "write_atomically"]
