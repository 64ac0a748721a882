"""Settings of a second reader: terms stated, keys elsewhere, nothing unencrypted to other machines."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plumbline.domain.errors import ReaderSettingsError
from plumbline.readers.llm import LlmReader
from plumbline.readers.settings import load_settings, settings_of

TERMS = {"processor": "Example AI Ltd, contract of 2026", "region": "EU", "trains_on_our_data": False}
HOSTED = {
    "provider": "anthropic", "model": "claude-sonnet-5", "terms": TERMS,
    "prices": {"words_in": 3, "words_out": 15},
}  # fmt: skip
LOCAL = {"provider": "ollama", "model": "small:7b", "terms": {**TERMS, "region": "this machine"}}


def test_a_settings_file_is_read(tmp_path):
    path = tmp_path / "second-reader.yaml"
    path.write_text(
        "provider: openai\nmodel: large-3-2026-01-01\nterms: {processor: Example AI, region: EU, "
        "trains_on_our_data: no}\nprices: {words_in: 1.0, words_out: 4.0}\nlimits: {cost: 2}\n",
        "utf-8",
    )
    settings = load_settings(path)
    assert (settings.place, settings.limits.cost, settings.timeout) == (
        "https://api.openai.com/v1",
        2.0,
        20.0,
    )


def test_an_ordinary_hosted_and_a_local_model_are_accepted():
    assert not settings_of(HOSTED).is_here
    assert settings_of(LOCAL).is_here
    assert settings_of(LOCAL).key() == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"terms": {**TERMS, "trains_on_our_data": True}}, "may not get any"),
        ({"terms": {"processor": "x", "region": "EU"}}, "trains_on_our_data: Field required"),
        ({"terms": None}, "terms"),
        ({"base_url": "http://models.example.com/v1"}, "without https"),
        ({"base_url": "ftp://models.example.com"}, "https"),
        ({"base_url": "https://me:secret@models.example.com"}, "no keys"),
        ({"base_url": "https://models.example.com/?key=1"}, "no keys"),
        ({"prices": {}}, "limits.cost"),
        ({"prices": {"words_in": float("inf"), "words_out": 1}}, "finite"),
        ({"api_key": "sk-1"}, "api_key"),
        ({"provider": "other"}, "provider"),
        ({"attempts": 0, "timeout": 0}, "attempts"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(change, why):
    with pytest.raises(ReaderSettingsError, match=why):
        settings_of({**HOSTED, **change})


@pytest.mark.parametrize("content", [b"\xff", b"[1", b"- 1", b"", b"#" * 200_000])
def test_a_broken_file_is_refused(tmp_path, content):
    path = tmp_path / "second.yaml"
    path.write_bytes(content)
    with pytest.raises(ReaderSettingsError, match=r"second\.yaml"):
        load_settings(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ReaderSettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.yaml")


def test_the_key_comes_from_the_environment_and_goes_nowhere_else(ask, server, monkeypatch, tmp_path):
    from plumbline.reading import Message
    from plumbline.store.answers import AnswerCache

    monkeypatch.setenv("OUR_KEY", "sk-very-secret")
    cache = AnswerCache(tmp_path / "answers.sqlite")
    reader = ask(key_from="OUR_KEY", cache=cache)
    readings = reader.read(Message("We need a demo."))
    cache.close()
    assert "Bearer sk-very-secret" in server.headers[0].values()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret" not in kept
    assert "secret" not in f"{readings} {reader.settings!r} {reader.name} {server.requests}"


def test_without_its_key_a_reader_does_not_start(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ReaderSettingsError, match="ANTHROPIC_API_KEY"):
        LlmReader(settings_of(HOSTED), objected=lambda _: False)


def test_a_local_endpoint_never_gets_a_key_that_happens_to_lie_around(ask, server, monkeypatch):
    from plumbline.reading import Message

    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-somebody-else")
    ask().read(Message("We need a demo."))
    assert "somebody-else" not in server.sent


@pytest.mark.parametrize("settings", [HOSTED, LOCAL], ids=["anthropic", "ollama"])
def test_the_other_providers_can_be_opened(settings, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    with LlmReader(settings_of(settings), objected=lambda _: False) as reader:
        assert settings["model"] in reader.name


def test_ollama_is_asked_in_the_same_way(ask, server):
    from plumbline.reading import Field, Message

    reader = ask(provider="ollama", model="small:7b")
    assert reader.read(Message("We need a demo.")).value(Field.REQUEST) == "demo"
    assert server.requests[0]["model"] == "small:7b"


@pytest.mark.parametrize(
    ("model", "answer"),
    [("claude-sonnet-5", "native"), ("claude-sonnet-5", "prompted"), ("something-new", "prompted")],
)
def test_anthropic_is_asked_in_its_own_protocol(ask, server, monkeypatch, answer, model):
    from plumbline.reading import Field, Message

    monkeypatch.setenv("SOME_KEY", "sk-1")
    base = server.url.removesuffix("/v1")
    reader = ask(provider="anthropic", model=model, base_url=base, key_from="SOME_KEY", answer=answer,
                 temperature=None)  # fmt: skip
    readings = reader.read(Message("We need a demo."))
    assert (readings.value(Field.REQUEST), readings.remarks) == ("demo", ())
    assert readings.reader.startswith("llm small-1")  # the model that answered
    assert "tools" not in server.requests[0]


def test_a_model_that_cannot_keep_to_a_schema_is_refused_at_the_door(ask):
    with pytest.raises(ReaderSettingsError, match="answer: prompted"):
        ask(provider="anthropic", model="something-new", key_from="")


def test_without_the_extra_the_reader_says_what_to_install():
    """In a process of its own, where the part cannot be found."""
    code = (
        "import sys; sys.modules['pydantic_ai'] = None\n"
        "from plumbline.domain.errors import ReaderSettingsError\n"
        "from plumbline.readers.llm import LlmReader\n"
        "from plumbline.readers.settings import settings_of\n"
        f"try: LlmReader(settings_of({LOCAL!r}), objected=bool)\n"
        "except ReaderSettingsError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'plumbline[llm]'" in done.stdout


def test_reading_and_the_rest_do_not_load_the_extra():
    code = (
        "import sys, plumbline, plumbline.reading, plumbline.readers.two, plumbline.readers.llm\n"
        "print(sorted({'pydantic_ai', 'openai', 'anthropic', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
