from __future__ import annotations

import pytest

from snapshot import Snapshots


@pytest.mark.parametrize("found", ["a\n", "a ", "A", "a\r\n", "\xa0a", ""])
def test_any_difference_from_the_stored_output_fails_and_is_shown(tmp_path, found) -> None:
    Snapshots(tmp_path, update=True).check("x.txt", "a")
    with pytest.raises(AssertionError, match="differs from its snapshot"):
        Snapshots(tmp_path, update=False).check("x.txt", found)


def test_an_output_that_is_not_stored_yet_fails_and_is_not_written(tmp_path) -> None:
    with pytest.raises(AssertionError, match="--snapshot-update"):
        Snapshots(tmp_path, update=False).check("x.txt", "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["a\n", "a\r\nb", "שלום 🙂", ""])
def test_what_was_stored_is_found_again_byte_for_byte(tmp_path, text) -> None:
    Snapshots(tmp_path / "new", update=True).check("x.txt", text)
    Snapshots(tmp_path / "new", update=False).check("x.txt", text)
    assert (tmp_path / "new" / "x.txt").read_bytes() == text.encode()
