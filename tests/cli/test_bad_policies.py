"""Hostile and broken policies, from the door: every problem at once, with codes and lines."""

from __future__ import annotations

import pytest

from helpers_cli import plumbline
from helpers_main_path import POLICY

BOMB = 'a: &a ["x","x"]\n' + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)},*{chr(97 + at)}]\n" for at in range(20)
)


def with_rule(when: str) -> str:
    rule = f'  - {{id: new, when: "{when}", route: review, because: New.}}\n'
    return POLICY.replace("rules:\n", f"rules:\n{rule}")


def with_signal(line: str) -> str:
    return POLICY.replace("signals:\n", f"signals:\n  {line}\n", 1)


CYCLE = with_signal("a: {kind: number, expr: b + 1, purposes: [prioritise]}").replace(
    "signals:\n", "signals:\n  b: {kind: number, expr: a + 1, purposes: [prioritise]}\n", 1
)

BROKEN = {
    "empty": ("", "empty_file"),
    "a list": ("- 1\n- 2\n", "not_a_mapping"),
    "no YAML": ("policy: [unclosed\n", "yaml_syntax"),
    "bomb": (BOMB + POLICY, "yaml_anchor"),
    "merge": (POLICY.replace("caps:", "caps: &x\n  <<: *x"), "yaml_anchor"),
    "tag": (POLICY.replace("policy: small", "policy: !!python/object/apply:os.system [ls]"), "yaml_tag"),
    "two documents": (POLICY + "---\npolicy: other\n", "second_document"),
    "key twice": (POLICY + "purpose: route\n", "duplicate_key"),
    "cycle": (CYCLE, "signal_cycle"),
    "unknown field": (with_signal("x: {from: account.shoe_size, purposes: [prioritise]}"), "unknown_source"),
    "unknown key": (POLICY + "colour: green\n", "unknown_key"),
    "unknown name": (with_rule("shoe_size > 3"), "unknown_name"),
    "function": (with_rule("UPPER(industry) = 'X'"), "condition_function"),
    "subquery": (with_rule("industry IN (SELECT 1)"), "condition_subquery"),
    "cast": (with_rule("CAST(industry AS INT) = 1"), "condition_cast"),
    "types": (with_rule("industry > 3"), "condition_type"),
    "second statement": (with_rule("demos > 1; DROP TABLE entry"), "condition_"),
    "missing punished": (POLICY.replace("employees: {", "employees: {missing: -20, ", 1), ""),
    "not UTF-8": (b"policy: \xff\xfe", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, (_, code) in BROKEN.items() if code])
def test_the_linter_names_the_problem_with_code_and_line(tmp_path, name) -> None:
    text, code = BROKEN[name]
    policy = tmp_path / "policy.yaml"
    policy.write_text(text, "utf-8")
    found = plumbline("policy", "lint", policy, "--json")
    assert found.status == 1
    issues = [issue for issue in found.json["issues"] if issue["code"].startswith(code)]
    assert issues, found.json["issues"]
    assert all(issue["line"] > 0 and issue["message"] for issue in issues)
    told = plumbline("policy", "lint", policy)
    assert told.status == 1
    assert issues[0]["code"] in told.out
    assert "fit for use" not in told.out


def test_the_linter_accepts_the_policy_that_the_broken_ones_are_made_of(tmp_path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY, "utf-8")
    assert plumbline("policy", "lint", policy).status == 0


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("command", ["qualify", "test", "diff", "show"])
def test_no_other_command_works_with_a_broken_policy(desk, name, command) -> None:
    text = BROKEN[name][0]
    if name == "missing punished":
        text = POLICY.replace('employees: {"< 50"', 'employees: {missing: -20, "< 50"')
    broken, leads = desk / "broken.yaml", desk / "leads.csv"
    broken.write_bytes(text if isinstance(text, bytes) else text.encode())
    leads.write_text("id,email,size,company\n1,a@b.example,12,A\n", "utf-8")
    mapping, run = desk / "mapping.yaml", desk / "run"
    args = {
        "qualify": ("qualify", leads, "-m", mapping, "-p", broken, "-o", run),
        "test": ("policy", "test", broken),
        "diff": ("policy", "diff", desk / "policy.yaml", broken),
        "show": ("scorecard", "show", broken),
    }[command]
    done = plumbline(*args)
    assert done.status == 3
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.rstrip().endswith("[unreadable_file]" if name == "not UTF-8" else "[invalid_policy]")
    assert not run.exists()


def test_all_problems_are_told_at_once(tmp_path) -> None:
    policy = tmp_path / "policy.yaml"
    text = (
        with_rule("shoe_size > 3").replace("{A: 50, B: 25, C: 0}", "{A: 10, B: 25, C: 0}") + "colour: green\n"
    )
    policy.write_text(text, "utf-8")
    found = plumbline("policy", "lint", policy, "--json").json["issues"]
    assert {"unknown_name", "unknown_key"} <= {issue["code"] for issue in found}
    assert len({issue["line"] for issue in found}) > 1


def test_a_broken_mapping_is_told_line_by_line_and_nothing_is_made(desk) -> None:
    (desk / "leads.csv").write_text("id,email,size,company\n1,a@b.example,12,A\n", "utf-8")
    (desk / "mapping.yaml").write_text(
        "columns: {id: lead.id, mail: contact.email, size: account.shoe}\nx: 1\n", "utf-8"
    )
    args = ("-m", desk / "mapping.yaml", "-p", desk / "policy.yaml", "-o", desk / "run")
    done = plumbline("qualify", desk / "leads.csv", *args)
    assert done.status == 3
    for word in ("account.shoe", "unknown_key", "[invalid_mapping]"):
        assert word in done.err
    assert not (desk / "run").exists()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"points": [', '"points": [1, ', 1),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"base": 0', '"base": 1'),
        lambda _: "{}",
        lambda _: "[" * 5000,
        lambda _: "",
    ],
    ids=["points", "cut", "base", "empty object", "deep", "empty"],
)
def test_a_scorecard_file_that_was_edited_is_refused(desk, edit) -> None:
    card = desk / "card.json"
    assert plumbline("scorecard", "show", desk / "policy.yaml", "--out", card, "--quiet").status == 0
    text = card.read_text("utf-8")
    assert edit(text) != text
    card.write_text(edit(text), "utf-8")
    done = plumbline("scorecard", "show", card)
    assert done.status == 3
    assert done.out == ""
    assert "[invalid_scorecard]" in done.err
    card.write_text(text, "utf-8")
    assert plumbline("scorecard", "show", card).status == 0
