"""Work on the next item while the present one is being dealt with."""

from __future__ import annotations

from collections.abc import Generator
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")
_PATIENCE: Final = 0.05


class ahead(Generic[Item]):  # noqa: N801 - reads like the built-in iterators it joins
    """Iterate over ``items`` in another thread, at most one item ahead.

    The columnar work of a batch releases the interpreter lock, hashing does not: overlapping them uses a
    second core without a second process. An error of the thread is raised where its item would have come.
    Use it as a context manager, so that leaving early stops the thread.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self._ready: Queue[tuple[Item] | BaseException | None] = Queue(maxsize=1)
        self._stopped = Event()
        self._thread = Thread(target=self._work, name="plumbline-ahead", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        self._thread.start()
        return self._results()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            self._drop()
            self._thread.join(_PATIENCE)

    def _work(self) -> None:
        try:
            for item in self._items:
                self._ready.put((item,))
                if self._stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the item is waited for
            self._ready.put(error)
        else:
            self._ready.put(None)
        finally:
            # A generator that holds threads or files lets go of them here, not when it is collected.
            if isinstance(self._items, Generator):
                self._items.close()

    def _results(self) -> Iterator[Item]:
        while (result := self._ready.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result[0]

    def _drop(self) -> None:
        """Make room, so that a thread that waits to hand over can see that nobody wants it."""
        try:
            self._ready.get_nowait()
        except Empty:
            return
