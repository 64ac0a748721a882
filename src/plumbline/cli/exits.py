"""Exit statuses, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a script can rely on.

    ``FOUND`` means the command did its work and found what it looks for: problems in a policy, a broken
    ledger, a replay that differs. ``USAGE`` is a wrong option. ``UNUSABLE`` means nothing useful was done.
    """

    OK = 0
    FOUND = 1
    USAGE = 2
    UNUSABLE = 3
