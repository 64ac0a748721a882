from __future__ import annotations

import threading
from itertools import count

import pytest

from plumbline.engines.ahead import ahead


def alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "plumbline-ahead"]


def test_items_come_in_their_order() -> None:
    with ahead(range(100)) as items:
        assert list(items) == list(range(100))


def test_it_works_at_most_two_items_ahead_of_what_is_dealt_with() -> None:
    made: list[int] = []

    def items():
        for at in range(50):
            made.append(at)
            yield at

    with ahead(items()) as results:
        for at in results:
            assert len(made) <= at + 4


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def items():
        yield 1
        raise ValueError("second")

    with ahead(items()) as results:
        assert next(results) == 1
        with pytest.raises(ValueError, match="second"):
            next(results)


def test_leaving_early_stops_the_thread() -> None:
    with ahead(count()) as results:
        assert next(results) == 0
    assert alive() == []


def test_leaving_early_stops_a_thread_within_a_thread() -> None:
    def doubled():
        with ahead(count()) as numbers:
            for number in numbers:
                yield number * 2

    with ahead(doubled()) as results:
        assert [next(results), next(results)] == [0, 2]
    assert alive() == []
