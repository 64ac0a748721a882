"""The command with small parts, so that there is a middle at which it can be killed. Run by a test."""

import functools
import sys
import time

from plumbline.cli import main, qualify
from plumbline.engines import RunRequest
from plumbline.store.recorder import RunRecorder

record = RunRecorder.record


def slowly(self, *args, **options):
    time.sleep(0.05)
    return record(self, *args, **options)


qualify.RunRequest = functools.partial(RunRequest, part_rows=int(sys.argv.pop(1)))
RunRecorder.record = slowly
main()
