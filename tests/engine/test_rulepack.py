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
"""
HELP = """\
a.plugin:
  hints: [Look.]
  hints_for:
    misspelled: [Compare., Write it.]
  answer:
    - {append: plugins, value: some-plugin}
  mends:
    misspelled:
      - [{set: "{at}", value: some-plugin}]
      - [{remove: "custom.{found}"}, {append: plugins, value: some-plugin}]
  then: Install it.
  links:
    - {title: Manual, url: https://example.org}
"""


def read(folder: Path, text: str, help_text: str = HELP) -> RulePack:
    path = folder / "module.yaml"
    path.write_text(text, encoding="utf-8")
    (folder / "help.yaml").write_text(help_text, encoding="utf-8")
    return read_pack(path)


def test_a_whole_pack_is_read(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, PACK).rules
    assert rule.ladder("misspelled") == ("Compare.", "Write it.")
    assert rule.ladder("missing") == rule.ladder(None) == ("Look.",)
    assert rule.ways("missing") == (rule.answer,)
    assert [[edit.action for edit in mend] for mend in rule.ways("misspelled")] == [["set"], ["remove", "append"]]
    assert rule.help.then == "Install it."
    assert (rule.id, rule.bonus, rule.hints) == ("a.plugin", False, ("Look.",))
    assert rule.judgement.parameters.name == "some-plugin"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("title: Small\n", "title: Small\ncolour: red\n", 3, "`colour` is no key"),
        ("    points: 1\n", "    points: 1\n    color: red\n", 11, "`color` is no key"),
        ("{id: one, title: One}", "{id: one, title: One, x: y}", 6, "`x` is no key"),
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
    assert Path(error.file or "").name == "module.yaml"
    assert error.line == line or line is None
    assert error.column is not None
    assert says in error.message


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("hints: [Look.]", "hints: []", 2, "`hints` is empty"),
        ("  hints: [Look.]\n", "", 1, "`hints` is missing"),
        ("  hints: [Look.]\n", "  hints: Look.\n", 2, "`hints` is a list"),
        ("misspelled: [Compare., Write it.]", "mispelled: [Compare.]", 4, "`mispelled` is no reason of `a.plugin`"),
        ("misspelled: [Compare., Write it.]", "misspelled: []", 4, "`a.plugin` has no hints"),
        ("misspelled: [Compare., Write it.]", "misspelled: Compare.", 4, "a list belongs here"),
        ("misspelled: [Compare., Write it.]", "misspelled: [5]", 4, "a text belongs here"),
        ("    - {append: plugins, value: some-plugin}", "    - {append: plugins}", 6, "`value` is missing"),
        ("    - {append: plugins, value: some-plugin}", "    - {insert: plugins}", 6, "an edit is"),
        ("    - {append: plugins, value: some-plugin}", "    - {append: plugins, value: x, y: z}", 6, "`y` is no key"),
        ("[{set: ", "[{only: now, set: ", 9, "`only` is one of"),
        ("[{set: ", "{set: ", 9, ""),
        ('"{at}", value: some-plugin}', '"{of}", value: some-plugin}', 8, "`{of}`, which is not among"),
        ("custom.{found}", "custom.{place}", 8, "`{place}`, which is not among"),
        ("then: Install it.", "then: [Install it.]", 11, "`then` is a text"),
        ("url: https://example.org}", "url: http://example.org}", 13, "https://"),
        ("a.plugin:", "a.plugins:", 1, "`a.plugin` is missing"),
        ("  then: Install it.\n", "  than: Install it.\n", 11, "`than` is no key"),
    ],
)
def test_help_that_does_not_fit_stops_with_file_and_line_when_it_is_asked_for(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in HELP
    (rule,) = read(tmp_path, PACK, HELP.replace(old, new, 1)).rules
    with pytest.raises(CheckError) as caught:
        rule.ladder(None)
    assert Path(caught.value.file or "").name == "help.yaml"
    assert caught.value.line == line or not says
    assert says in caught.value.message


def test_help_with_a_check_that_is_none_stops(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, PACK, f"{HELP}b.plugin: {{}}\n").rules
    with pytest.raises(CheckError, match=r"`b\.plugin` is no key"):
        rule.ladder(None)


def test_a_check_without_a_question_for_help_reads_no_help(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, PACK, "[").rules
    assert rule.title == "Enable it"


def test_an_id_stands_once(tmp_path: Path) -> None:
    check = PACK[PACK.index("  - id: a.plugin") :]
    with pytest.raises(CheckError, match=r"`a\.plugin` stands here a second time"):
        read(tmp_path, PACK + check)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "this file is empty."),
        ("# nothing", "this file is empty."),
        ("[]", "a rule pack is a mapping."),
        ("text", "a rule pack is a mapping."),
    ],
)
def test_a_pack_is_a_mapping(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CheckError, match=re.escape(says)):
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
    - {id: b, label: B, caption: "{attempts}", function: B, missing: none, because: "there is no {b}."}
  tracks:
    - {from: a, to: b, checks: [a.plugin], labels: {whole: x, broken: y, open: z}}
  labels: {}
  because: {a.plugin: "for {a}."}
  sentences: {whole: "{a}", broken: "{because}", open: x}
  story:
    - {title: One, from: a, to: b, whole: "{a}"}
    - {title: Two, stop: b, missing: "{because}", whole: x}
    - {title: Three, checks: [a.plugin], open: x, link: {title: l, url: "https://example.org"}}
  retries:
    stop: b
    refused: "It is {found}."
    never: {attempts: one}
    once: {attempts: "two of {b}"}
    twice: {attempts: three}
    open: {attempts: some}
"""


def test_a_journey_with_its_story_is_read(tmp_path: Path) -> None:
    (journey,) = read(tmp_path, PACK + JOURNEY).journeys
    assert journey.service == ""
    one, two, three = journey.story
    assert (one.start, one.end, one.say) == ("a", "b", {"whole": "{a}"})
    assert (two.stop, two.missing, two.needs_kept) == ("b", "{because}", False)
    assert journey.retries is not None
    assert journey.retries.words["once"] == {"attempts": "two of {b}"}
    assert (three.checks, three.link and three.link.url) == (("a.plugin",), "https://example.org")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("title: One,", "title: One, colour: red,", 31, "`colour` is no key"),
        ('whole: "{a}"}\n    - {title: Two', 'whol: "{a}"}\n    - {title: Two', 31, "`whol` is no key"),
        ("stop: b, missing", "missing", 32, "`Two` rests on"),
        ("checks: [a.plugin], open", "from: a, to: b, checks: [a.plugin], open", 33, "`Three` rests on"),
        ("checks: [a.plugin], open", "checks: [a.b], open", 33, "`a.b` is named"),
        ("title: One, from: a, to: b", "title: One, from: b, to: a", 30, "from `b` to `a`; there is none"),
        ("stop: b, missing", "stop: c, missing", 30, "the stop `c`; there is none"),
        ('missing: "{because}"', 'missing: "{becuase}"', 30, "`{becuase}`"),
        ("title: One,", "title: One, needs: c,", 30, "needs the stop `c`; there is none"),
        ("title: One,", "title: One, needs: b,", 29, "`without` is missing here; `One` needs a stop"),
        ('"there is no {b}."', '"there is no {c}."', 22, "`{c}`"),
        ('"for {a}."', '"for {x}."', 28, "`{x}`"),
        (", open: x}\n  story", "}\n  story", 29, "`open` is missing"),
        ("from: a, to: b, checks", "from: a, to: c, checks", 25, "from `a` to `c`"),
        (', whole: "{a}"}\n    - {title: Two', "}\n    - {title: Two", 31, "`One` says nothing"),
        ('https://example.org"}}', 'javascript:x"}}', 33, "https://"),
        ("    stop: b\n", "    stop: a\n", 34, "`a` is no stop that is a function"),
        ("    stop: b\n", "    stop: c\n", 34, "`c` is no stop that is a function"),
        ("    never: {attempts: one}\n", "", 34, "`never` is missing"),
        ("{attempts: some}", "{}", 40, "`open` lacks the words `attempts`, which others here have"),
        ('"two of {b}"', '"two of {x}"', 34, "`{x}`"),
        ('caption: "{attempts}"', 'caption: "{attempt}"', 22, "`{attempt}`"),
        ("    never: {attempts: one}\n", "    never: one\n", 37, "a mapping belongs here"),
        ("{id: a, label: A", "{id: because, label: A", 23, "`{because}` has a meaning of its own; give the stop"),
        ("label: A", 'label: "{attempts}"', 22, "`{attempts}` is not filled here; write it out"),
        ("title: l,", 'title: "{a}",', 30, "`{a}` is not filled here; write it out"),
        ("title: A journey", 'title: "A {nope}"', 21, "`{nope}` is not among a, attempts, b."),
        ("title: A journey", 'title: "A {because}"', 21, "`{because}` is not among a, attempts, b."),
        ("missing: none", 'missing: "{nope}"', 22, "`{nope}`"),
        ("missing: none", 'states: {pass: "{nope}"}, missing: none', 22, "`{nope}`"),
        ("missing: none", 'states: {pass: "{because}"}, missing: none', 22, "`{because}`"),
        ("missing: none", 'missing: "{because}"', 22, "`{because}`"),
        ('caption: "{attempts}"', 'caption: "{because}"', 22, "`{because}`"),
        ('"there is no {b}."', '"there: {because}"', 22, "`{because}`"),
        ("labels: {whole: x", 'labels: {whole: "{because}"', 25, "`{because}`"),
        ("labels: {}", 'labels: {a.plugin: "{nope}"}', 27, "`{nope}`"),
        ("labels: {}", 'labels: {a.plugin: "{because}"}', 27, "`{because}`"),
        ('"for {a}."', '"for {because}"', 28, "`{because}`"),
        ("title: One,", 'title: "{because}",', 30, "`{because}`"),
        ('"two of {b}"', '"two of {attempts}"', 34, "`{attempts}` is not among a, b."),
        ('"It is {found}."', '"It is {count}."', 34, "`{count}` is not among a, attempts, b, found."),
        ("caption: x", 'caption: "{found}"', 22, "`{found}`"),
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


def test_a_stop_that_no_text_can_name_is_told_where_one_does(tmp_path: Path) -> None:
    text = PACK + JOURNEY.replace("id: a,", "id: a-stop,").replace("from: a,", "from: a-stop,").replace("{a}", "A")
    assert read(tmp_path, text).journeys[0].stops[0].id == "a-stop"
    with pytest.raises(CheckError, match="`a-stop` cannot stand in braces") as caught:
        read(tmp_path, text.replace('whole: "A"', 'whole: "{a-stop}"', 1))
    assert caught.value.line == 29


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a", "`a` is a stop already"),
        ("because", "`{because}` has a meaning of its own; give these words"),
        ("found", "`{found}` has a meaning of its own; give these words"),
        ("all-tries", "`all-tries` cannot stand in braces"),
        ("'a ll'", "`a ll` cannot stand in braces"),
    ],
)
def test_words_for_retries_that_no_text_could_use_stop_with_their_line(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(CheckError) as caught:
        read(tmp_path, PACK + JOURNEY.replace("{attempts:", f"{{{name}:"))
    assert says in caught.value.message
    assert caught.value.line == 37


def test_every_text_of_a_journey_may_use_its_names(tmp_path: Path) -> None:
    text = PACK + JOURNEY
    for old, new in (
        ("title: A journey", 'title: "{a} {attempts}"'),
        ("missing: none", 'states: {pass: "{a} {attempts}"}, missing: "{a} {attempts}"'),
        ("labels: {}", 'labels: {a.plugin: "{a} {attempts}"}'),
        ('"It is {found}."', '"It is {found} of {a}, {attempts}."'),
        ("title: One,", 'title: "{a} {attempts}",'),
        ('whole: "{a}", broken: "{because}", open: x', 'whole: "{because}", broken: "{because}", open: "{because}"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    assert read(tmp_path, text).journeys[0].title == "{a} {attempts}"


SERVICES = """\
services:
  - {name: one, functions: [F]}
  - {name: two, functions: [G]}
"""


def as_list(*services: str) -> str:
    """The journey once for each of these services."""
    indented = "".join(f"  {line}\n" for line in JOURNEY.partition("\n")[2].splitlines())
    return "journeys:\n" + "".join(f"  - service: {service}\n{indented}" for service in services)


def test_each_service_may_have_a_journey(tmp_path: Path) -> None:
    pack = read(tmp_path, PACK + SERVICES + as_list("two", "one"))
    assert [journey.service for journey in pack.journeys] == ["two", "one"]
    one = JOURNEY.replace("journey:\n", "journey:\n  service: two\n", 1)
    assert [journey.service for journey in read(tmp_path, PACK + SERVICES + one).journeys] == ["two"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SERVICES + as_list("one") + JOURNEY, "`journey` and `journeys` stand here both; keep one"),
        (SERVICES + as_list("one", "one"), "`journeys` holds one for each service"),
        (SERVICES + as_list("twoo"), "`twoo` is none of the module's services; did you mean `two`?"),
        (as_list("one"), "`one` is none of the module's services"),
        (SERVICES + as_list("one").replace("  - service: one\n    ", "  - "), "`service` is missing"),
    ],
)
def test_journeys_that_do_not_fit_stop(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CheckError) as caught:
        read(tmp_path, PACK + text)
    assert says in caught.value.message


OF_ONE = PACK.replace("    step: one\n", "    step: one\n    service: one\n")


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("from: a, to: b, checks: [{}]", 31),
        ("Three, checks: [{}]", 38),
        ("caption: x, state_of: {}", 28),
    ],
)
@pytest.mark.parametrize("service", ["two", ""])
def test_nothing_of_a_journey_rests_on_a_check_of_another_service(
    tmp_path: Path, where: str, line: int, service: str
) -> None:
    """It would be skipped there, and whole on the picture."""
    journey = JOURNEY.replace("caption: x", "caption: x, state_of: none").replace("[a.plugin]", "[none]")
    journey = journey.replace("journey:\n", f"journey:\n  service: {service or 'one'}\n")
    text = OF_ONE + SERVICES + journey.replace(where.format("none"), where.format("a.plugin"), 1)
    if not service:
        text = text.replace("journey:\n  service: one\n", "journey:\n  # of any service\n")
    with pytest.raises(CheckError) as caught:
        read(tmp_path, text)
    assert "`a.plugin` is for the service `one`, and this journey leads through " in caught.value.message
    assert caught.value.line == line


def test_a_journey_rests_on_checks_of_its_own_service_and_of_any(tmp_path: Path) -> None:
    own = JOURNEY.replace("caption: x", "caption: x, state_of: a.plugin", 1)
    of_any = own.replace("journey:\n", "journey:\n  service: two\n", 1)
    assert read(tmp_path, PACK + SERVICES + of_any).journeys[0].service == "two"
    of_one = own.replace("journey:\n", "journey:\n  service: one\n", 1)
    assert read(tmp_path, OF_ONE + SERVICES + of_one).journeys[0].service == "one"
