"""Rule packs are loaded strictly: what does not fit stops with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.errors import CheckError, UsageError
from checker.rulepack import RulePack, fill, load_pack, read_pack

PACK = """\
id: small
title: Small
about: A pack for a test.
link: https://example.org
steps:
  - {id: one, title: One}
checks:
  - id: a.plugin
    step: one
    points: 1
    title: Enable it
    kind: plugin
    given: {name: some-plugin}
    passed: "`{name}` is enabled."
    reasons:
      absent: {code: missing, say: "`{name}` is missing."}
      misspelled: {code: misspelled, say: "`{found}` is near."}
      misplaced: {code: misplaced, say: "It stands at `{place}`."}
    why: Because.
    hints: [Look.]
    answer:
      - {append: plugins, value: some-plugin}
    links:
      - {title: Manual, url: https://example.org}
"""


def read(folder: Path, text: str) -> RulePack:
    path = folder / "module.yaml"
    path.write_text(text, encoding="utf-8")
    return read_pack(path)


def test_a_whole_pack_is_read(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, PACK).rules
    assert (rule.id, rule.bonus, rule.hints) == ("a.plugin", False, ("Look.",))
    assert rule.judgement.parameters.name == "some-plugin"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("title: Small\n", "title: Small\ncolour: red\n", 3, "`colour` is no key"),
        ("    points: 1\n", "    points: 1\n    color: red\n", 11, "`color` is no key"),
        ("{id: one, title: One}", "{id: one, title: One, x: y}", 6, "`x` is no key"),
        ("hints: [Look.]", "hints: []", 8, "`a.plugin` has no hints"),
        ("    hints: [Look.]\n", "", 8, "`hints` is missing"),
        ("    hints: [Look.]\n", "    hints: Look.\n", 20, "`hints` is a list"),
        ("points: 1", "points: one", 10, "`points` is a whole number"),
        ("points: 1", "points: true", 10, "`points` is a whole number"),
        ("points: 1", "points: 1\n    bonus: 'yes'", 11, "`bonus` is true or false"),
        ("title: Enable it", "title: 5", 11, "`title` is a text"),
        ("step: one", "step: two", 9, "`two` is no step"),
        ("kind: plugin", "kind: plugins", 12, "no kind of check `plugins`"),
        ("{name: some-plugin}", "{}", 13, "needs the parameter `name`"),
        ("{name: some-plugin}", "{name: x, nmae: y}", 13, "`nmae` is no parameter"),
        ("given: {name: some-plugin}", "given: text", 13, "a mapping belongs here"),
        ('      misspelled: {code: misspelled, say: "`{found}` is near."}\n', "", 15, "`misspelled` is missing"),
        ("      misplaced:", "      other: {code: x, say: y}\n      misplaced:", 18, "`other` is no key"),
        ("`{found}` is near.", "`{fuond}` is near.", 17, "`{fuond}`"),
        ("It stands at `{place}`.", "`{found}` stands here.", 18, "`{found}`"),
        ("`{name}` is enabled.", "`{place}` is enabled.", 14, "`{place}`"),
        ("{code: missing, ", "{", 16, "`code` is missing"),
        ("{append: plugins, value: some-plugin}", "{append: plugins}", 22, "`value` is missing"),
        ("{append: plugins, value: some-plugin}", "{insert: plugins}", 22, "an edit is"),
        ("url: https://example.org}", "url: http://example.org}", 24, "https://"),
        ("steps:", "steps: [", None, ""),
        ("checks:", "checks: {}\nold:", 7, "`checks` is a list"),
        ("id: small\n", "", 1, "`id` is missing"),
        ("    why: Because.", "    why: Because.\n    instead: {check: a.b, say: x}", 20, "`a.b` is named"),
    ],
)
def test_what_does_not_fit_stops_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int | None, says: str
) -> None:
    assert old in PACK
    with pytest.raises(CheckError) as caught:
        read(tmp_path, PACK.replace(old, new, 1))
    error = caught.value
    assert error.file == "module.yaml"
    assert error.line == line or line is None
    assert error.column is not None
    assert says in error.message


def test_an_id_stands_once(tmp_path: Path) -> None:
    check = PACK[PACK.index("  - id: a.plugin") :]
    with pytest.raises(CheckError, match=r"`a\.plugin` stands here a second time"):
        read(tmp_path, PACK + check)


@pytest.mark.parametrize("text", ["", "[]", "text", "# nothing"])
def test_a_pack_is_a_mapping(tmp_path: Path, text: str) -> None:
    with pytest.raises(CheckError, match="a rule pack is a mapping"):
        read(tmp_path, text)


def test_a_sentence_takes_only_the_facts_it_has() -> None:
    assert fill("{a} and {b}, {a.b} {0} {{a}}", {"a": "{b}"}) == "{b} and {b}, {a.b} {0} {{b}}"


def test_a_module_or_check_that_does_not_exist_offers_others(pack: RulePack) -> None:
    with pytest.raises(UsageError, match="reliability"):
        load_pack("reliabilty")
    with pytest.raises(UsageError, match=r"did you mean dlq\.plugin\?"):
        pack.rule("dlq.plugins")
    with pytest.raises(UsageError, match=r"table\.on_demand"):
        pack.rule("zzz")


def test_the_known_reasons_of_a_failed_deployment_are_patterns(pack: RulePack) -> None:
    """They are compiled when a deployment has failed, which no start has to wait for."""
    assert [pattern for pattern, _ in pack.common.failures if re.compile(pattern).search("")] == []


JOURNEY = """\
journey:
  title: A journey
  stops:
    - {id: a, label: A, caption: x}
    - {id: b, label: B, caption: x, missing: none, because: "there is no {b}."}
  tracks:
    - {from: a, to: b, checks: [a.plugin], labels: {whole: x, broken: y, open: z}}
  labels: {}
  because: {a.plugin: "for {a}."}
  sentences: {whole: "{a}", broken: "{because}", open: x}
  story:
    - {title: One, from: a, to: b, whole: "{a}"}
    - {title: Two, stop: b, missing: "{because}", whole: x}
    - {title: Three, checks: [a.plugin], open: x, link: {title: l, url: "https://example.org"}}
"""


def test_a_journey_with_its_story_is_read(tmp_path: Path) -> None:
    journey = read(tmp_path, PACK + JOURNEY).journey
    assert journey is not None
    one, two, three = journey.story
    assert (one.start, one.end, one.say) == ("a", "b", {"whole": "{a}"})
    assert (two.stop, two.missing, two.needs_kept) == ("b", "{because}", False)
    assert (three.checks, three.link and three.link.url) == (("a.plugin",), "https://example.org")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("title: One,", "title: One, colour: red,", 36, "`colour` is no key"),
        ('whole: "{a}"}\n    - {title: Two', 'whol: "{a}"}\n    - {title: Two', 36, "`whol` is no key"),
        ("stop: b, missing", "missing", 37, "`Two` rests on"),
        ("checks: [a.plugin], open", "from: a, to: b, checks: [a.plugin], open", 38, "`Three` rests on"),
        ("checks: [a.plugin], open", "checks: [a.b], open", 38, "`a.b` is named"),
        ("title: One, from: a, to: b", "title: One, from: b, to: a", 35, "from `b` to `a`; there is none"),
        ("stop: b, missing", "stop: c, missing", 35, "the stop `c`; there is none"),
        ('missing: "{because}"', 'missing: "{becuase}"', 35, "`{becuase}`"),
        ('"there is no {b}."', '"there is no {c}."', 27, "`{c}`"),
        ('"for {a}."', '"for {x}."', 33, "`{x}`"),
        (", open: x}\n  story", "}\n  story", 34, "`open` is missing"),
        ("from: a, to: b, checks", "from: a, to: c, checks", 30, "from `a` to `c`"),
        (', whole: "{a}"}\n    - {title: Two', "}\n    - {title: Two", 36, "`One` says nothing"),
        ('https://example.org"}}', 'javascript:x"}}', 38, "https://"),
    ],
)
def test_a_story_that_does_not_fit_stops_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in JOURNEY
    with pytest.raises(CheckError) as caught:
        read(tmp_path, PACK + JOURNEY.replace(old, new, 1))
    assert says in caught.value.message
    assert caught.value.line == line
