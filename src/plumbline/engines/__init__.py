"""The main path at scale: streamed, resumable, recorded."""

from plumbline.engines.local import LocalRun, RunRequest

__all__ = ["LocalRun", "RunRequest"]
