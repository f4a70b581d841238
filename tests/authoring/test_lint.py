"""Every problem of a module is told at once, each at its place, and none where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.authoring.lint import lint
from checker.cli import main
from checker.errors import CheckError
from checker.modules import ModuleFiles, module_at, module_ids
from checker.rulepack import load_pack
from checker.shipped import rules_folder
from tests.authoring.packs import HELP, MODULE, module_files, write_module
from tests.conftest import FIXTURES


def told(folder: Path, module: str = MODULE, helping: str | None = HELP) -> list[str]:
    """The problems as `module.yaml:3: …`, without their columns."""
    found = lint(module_at(str(write_module(folder, module, helping))))
    return [f"{Path(one.file or '').name}:{one.line}: {one.message}" for one in found]


def one_change(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("module", module_ids())
def test_no_false_alarm_on_what_is_shipped(module: str) -> None:
    assert [str(one) for one in lint(ModuleFiles(module))] == []


def test_no_false_alarm_on_a_pack_with_everything(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("title: Small", "titel: Small", 2, "and `titel` is no key of this place; did you mean `title`?"),
        ("    why: Because.", "    why: Because.\n    bonsu: true", 23, "`bonsu` is no key of this place; did you mean `bonus`?"),  # noqa: E501
        ("    why: Because.", "    why: Because.\n    zzz: true", 23, "`zzz` is no key of this place; what may stand here besides: `service`, `follows`."),  # noqa: E501
        ("title: Small", "title:", 2, "`title` is empty; write a text behind it, in quotes."),
        ("title: Small", "title: ''", 2, "`title` is empty; write a text behind it, in quotes."),
        ("points: 1", "points: '1'", 10, "`points` is a whole number."),
        ("points: 1", "points: -1", 10, "`points` cannot be less than 0."),
        ("kind: plugin", "kind: plugins", 13, "there is no kind of check `plugins`; did you mean `plugin`?"),
        ("kind: plugin", "kind: zzz", 13, "there is no kind of check `zzz`; the kinds are: absence, allows, "),
        ("forks: [other", "froks: [other", 14, "`froks` is no parameter of the kind `plugin`; did you mean `forks`?"),
        ("forks: [other-plugin]", "forks: other-plugin", 14, "`forks` is a list."),
        ("forks: [other-plugin]", "forks: [5]", 14, "`forks` is a list, and each item of it is a text; put it into quotes."),  # noqa: E501
        ("name: some-plugin", "name: 5", 14, "`name` is a text; put it into quotes."),
        ("      misplaced: {", "      misplaecd: {", 21, "`misplaced` is missing here, and `misplaecd` is no key"),
        ("code: missing", "code: Missing_One", 19, "the code `Missing_One` is not written like `queue-missing`"),
        ("`{found}` is near.", "`{found}` is near", 20, "this sentence has no end mark"),
        ("`{found}` is near.", "`{fuond}` is near.", 20, "the sentence uses `{fuond}`, which is not among forks, found, name."),  # noqa: E501
        ("why: Because.", "why: Because", 22, "this sentence has no end mark"),
        ("step: one", "step: on", 9, "`on` is no step of this module; did you mean `one`?"),
        ("id: a.plugin", "id: plugin", 8, "the id `plugin` is not written like `step.check`"),
        ("{id: one, title: One}", "{id: one, title: One}\n  - {id: two, title: Two}", 7, "no check belongs to the step `two`"),  # noqa: E501
        ("{id: one, title: One}", "{id: one, title: One}\n  - {id: one, title: Two}", 7, "the id `one` stands a second time in `steps`"),  # noqa: E501
        ('question: "Why?"}', 'question: "Why?"}\n  - {id: qa.why, question: "Why not?"}', 45, "the id `qa.why` stands a second time in `questions`"),  # noqa: E501
        ("    - id: b\n", "    - id: a\n", 49, "the id `a` stands a second time in `stops`"),
        ("id: a.table\n", "id: a.plugin\n", 24, "the check `a.plugin` stands here a second time."),
        ("id: small", "id: Small One", 1, "the id `Small One` is not written like `my-module`"),
        ("link: https", "link: http", 4, "a link starts with https://."),
        ("check: a.table", "check: a.tabel", 23, "`a.tabel` is named, but there is no such check; did you mean `a.table`?"),  # noqa: E501
        ('broken: x., needs_kept', "broken: x, needs_kept", 66, "this sentence has no end mark"),
        ("unreached: x.", "unreached: x", 63, "this sentence has no end mark"),
        ("{from: a, to: b, branch", "{from: a, to: a, branch", 59, "a track leads from one stop to another, and this one stays at `a`."),  # noqa: E501
        ("{from: b, to: a, kind", "{from: a, to: b, kind", 60, "a second track leads from `a` to `b`; put its checks into the first, or "),  # noqa: E501
        ("{from: b, to: a, kind", "{from: b, to: a, branch: true, kind", 60, "a track before this one is the `branch` already; a journey has one."),  # noqa: E501
        ("check: a.table", "check: a.plugin", 23, "`a.plugin` stands in for itself here; name another check."),
        ('because: {a.plugin: "for {a}."}', "because: {}", 59, "`a.plugin` is missing in the journey's `because`: a sentence goes on with it"),  # noqa: E501
        ('missing: none\n      because: "there is no {b}."', "missing: none", 49, "`because` is missing here: sentences of the journey go on with it where there is no such stop."),  # noqa: E501
        ("checks: [a.plugin], stop: b, open: x.,", "checks: [a.table], broken: '{because}',", 67, "`a.table` is missing in the journey's `because`"),  # noqa: E501
        ("title: Two,", "titel: Two,", 66, "`title` is missing here, and `titel` is no key"),
    ],
)  # fmt: skip
def test_a_problem_of_the_module_is_told(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    found = told(tmp_path, one_change(MODULE, old, new))
    assert any(one.startswith(f"module.yaml:{line}: ") and says in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  hints:", "  hinst:", 2, "`hints` is missing here, and `hinst` is no key of this place; did you mean `hints`?"),  # noqa: E501
        ("  then:", "  thne:", 12, "`thne` is no key of this place; did you mean `then`?"),
        ("[Look., Write some-plugin.]", "[Write some-plugin.]", 2, "`a.plugin` has only one hint"),
        ("[Compare., Write it.]", "[Compare.]", 4, "`misspelled` has only one hint"),
        ("[Look., Write some-plugin.]", "[Look., Think.]", 2, "the last hint gives the answer away: name `plugins` in it."),  # noqa: E501
        ("[Look., Write some-plugin.]", "[Write some-plugin., Write some-plugin.]", 2, "this hint stands here already"),
        ("[Look., Write", "[Look, Write", 2, "this sentence has no end mark"),
        ("{append: plugins, value: some", "{append: '', value: some", 6, "`` is no path"),
        ("{append: plugins, value: some", "{append: .plugins, value: some", 6, "`.plugins` is no path"),
        ("{append: plugins, value: some", "{value: some", 6, "an edit is one of set, append, "),
        ("    - {append: plugins, value: some-plugin}\n  mends", "    []\n  mends", 5, "`answer` is empty."),
        ('url: "https', 'url: "http', 14, "a link starts with https://."),
        ("    misspelled:\n", "    mispelled:\n", 8, "`mispelled` is no reason of `a.plugin`; did you mean `misspelled`?"),  # noqa: E501
        ("custom.{found}", "custom.{fuond}", 8, "an edit uses `{fuond}`, which is not among at, forks, found, holder, name."),  # noqa: E501
        ("{append: plugins, value: some", "{append: '{nope}', value: some", 6, "an edit uses `{nope}`, which is not among at, forks, holder, name, place."),  # noqa: E501
        ("{append: plugins, value: some-plugin}", "{append: plugins, value: '{nope}'}", 6, "an edit uses `{nope}`, which is"),  # noqa: E501
        ("Properties.BillingMode, value: PAY", "Properties.BillingMode, value: '{nope}'}\n    - {set: 'resources.{propety}', value: PAY", 19, "an edit uses `{propety}`, which is not among at, found, holder, line, logical_id, "),  # noqa: E501
        ("then: Install it.", "then: Install it", 12, "this sentence has no end mark"),
        ("a.table:", "a.tabel:", 15, "`a.table` is missing here, and `a.tabel` is no key"),
    ],
)  # fmt: skip
def test_a_problem_of_the_help_is_told(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    found = told(tmp_path, MODULE, one_change(HELP, old, new))
    assert any(one.startswith(f"help.yaml:{line}: ") and says in one for one in found), found


def test_no_problem_hides_another(tmp_path: Path) -> None:
    """One in each part, and several in one check."""
    module = MODULE
    for old, new in (
        ("  - {id: one, title: One}", "  - {id: one, titel: One}"),
        ("kind: plugin", "kind: plugn"),
        ("title: Enable it", "title: 5"),
        ('passed: "`{name}`', 'pased: "`{name}`'),
        ("value: PAY_PER_REQUEST", "value: [x]"),
        ('question: "Why?"', "question: 5"),
        ("label: A, caption: x", "label: A"),
        ("check: a.table", "check: a.tables"),
    ):
        module = one_change(module, old, new)
    helping = one_change(one_change(HELP, "  then: Install", "  than: Install"), "[Look., Write PAY", "[5, Write PAY")
    assert told(tmp_path, module, helping) == [
        "module.yaml:6: `title` is missing here, and `titel` is no key of this place; did you mean `title`?",
        "module.yaml:12: `title` is a text; put it into quotes.",
        "module.yaml:13: there is no kind of check `plugn`; did you mean `plugin`?",
        "module.yaml:15: `passed` is missing here, and `pased` is no key of this place; did you mean `passed`?",
        "module.yaml:23: `a.tables` is named, but there is no such check; did you mean `a.table`?",
        "module.yaml:29: `value` is a text.",
        "module.yaml:44: `question` is a text; put it into quotes.",
        "module.yaml:48: `caption` is missing here.",
        "help.yaml:12: `than` is no key of this place; did you mean `then`?",
        "help.yaml:16: a text belongs here.",
    ]


def test_a_track_whose_break_a_sentence_explains_says_why(tmp_path: Path) -> None:
    module = one_change(MODULE, 'because: "so.", labels', "labels")
    assert told(tmp_path, module) == []  # nothing goes on with it
    says = "`because` is missing here: a sentence of the journey goes on with it where this is broken."
    assert told(tmp_path, one_change(module, "unreached: x.", 'unreached: "{because}"')) == [f"module.yaml:60: {says}"]


@pytest.mark.parametrize("helping", ["", "# nothing yet\n", "---\n"])
def test_an_empty_help_says_what_belongs_into_it(tmp_path: Path, helping: str) -> None:
    says = "The id of each check stands here as a key, and below it `hints`, `answer` and `links`."
    assert [str(one) for one in lint(module_at(str(write_module(tmp_path, MODULE, helping))))] == [
        f"{tmp_path}/help.yaml:1:1: this file is empty. {says}"
    ]


def test_an_empty_module_says_what_belongs_into_it(tmp_path: Path) -> None:
    says = "It begins with the keys `id`, `title`, `about` and `link`, and then come `steps` and `checks`."
    assert [str(one) for one in lint(module_at(str(write_module(tmp_path, "- 1\n", HELP))))] == [
        f"{tmp_path}/module.yaml:1:1: a rule pack is a mapping. {says}"
    ]


def test_a_value_that_only_holds_braces_is_no_fact(tmp_path: Path) -> None:
    """`Fn::Sub` has braces too; what is no fact as a whole stays as it is."""
    helping = one_change(HELP, "plugins, value: some-plugin", 'plugins, value: "${X}-some-plugin"')
    assert not [one for one in told(tmp_path, MODULE, helping) if "an edit uses" in one]


def test_a_module_of_one_s_own_has_an_id_of_its_own(tmp_path: Path) -> None:
    says = "`reliability` is the id of a module that ships with rydecheck; give yours another."
    assert told(tmp_path, one_change(MODULE, "id: small", "id: reliability")) == [f"module.yaml:1: {says}"]


@pytest.mark.parametrize("module", module_ids())
def test_a_shipped_module_is_itself_at_its_path_too(module: str) -> None:
    assert [str(one) for one in lint(module_at(f"{rules_folder()}/{module}/module.yaml"))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{from: a, to: b, branch", "{from: a, to: a, branch"),
        ("{from: b, to: a, kind", "{from: a, to: b, kind"),
        ("{from: b, to: a, kind", "{from: b, to: a, branch: true, kind"),
        ("check: a.table", "check: a.plugin"),
    ],
)
def test_a_module_that_would_stop_a_report_is_not_loaded(old: str, new: str) -> None:
    with pytest.raises(CheckError) as caught:
        load_pack(module_files(one_change(MODULE, old, new)))
    assert caught.value.line is not None


RETRIES = """\
  retries:
    stop: b
    refused: "It is {found}."
    never: {again: "Never again.", how: Once}
    once: {again: "Once more.", how: Twice}
    twice: {again: "Twice more.", how: Three times}
    open: {again: "Who knows.", how: Some times}
"""


def test_words_for_retries_may_be_sentences_and_labels(tmp_path: Path) -> None:
    titled = one_change(MODULE, "title: Two", "title: '{how}'")
    assert told(tmp_path, titled + RETRIES) == []
    assert told(tmp_path, one_change(titled, "open: x., link", "open: '{again} And so on.', link") + RETRIES) == []


def test_a_misspelled_number_of_retries_is_told(tmp_path: Path) -> None:
    (found,) = told(tmp_path, MODULE + one_change(RETRIES, "open:", "opened:"))
    assert found == (
        "module.yaml:74: `open` is missing here, and `opened` is no key of this place; did you mean `open`?"
    )
    found, _ = told(tmp_path, MODULE + one_change(RETRIES, "open:", "zzz:"))
    assert found == "module.yaml:68: `open` is missing here."


def test_a_sentence_for_retries_has_an_end_mark(tmp_path: Path) -> None:
    unended = one_change(RETRIES, "Once more.", "Once more")
    says = "this sentence has no end mark; put a full stop behind it."
    assert told(tmp_path, MODULE + unended) == [f"module.yaml:72: {says}"]
    for words in ("Never again", "Twice more", "Who knows"):
        unended = one_change(unended, f"{words}.", words)
    assert told(tmp_path, MODULE + unended) == []  # labels, for all that anybody can see
    ending = one_change(MODULE, "broken: x., needs_kept", "broken: 'So. {again}', needs_kept")
    assert told(tmp_path, ending + unended) == [f"module.yaml:{line}: {says}" for line in (71, 72, 73, 74)]


def test_a_track_with_checks_and_a_judgement_explains_both(tmp_path: Path) -> None:
    both = "checks: [a.table], kind: event_source, given: {event: sns}, labels"
    judgement, check = told(tmp_path, one_change(MODULE, "checks: [a.plugin], labels", both))
    assert judgement.startswith("module.yaml:59: `because` is missing here: a sentence of the journey goes on with it")
    assert check.startswith("module.yaml:59: `a.table` is missing in the journey's `because`: a sentence goes on")


def test_missing_slots_are_listed_at_once(tmp_path: Path) -> None:
    start, end = MODULE.index("      absent: {code: missing"), MODULE.index("    why: Because.\n    instead")
    (found,) = told(tmp_path, MODULE[:start].removesuffix("    reasons:\n") + "    reasons: {}\n" + MODULE[end:])
    missing = "`absent`, `misspelled` and `misplaced` are missing here"
    assert found == f"module.yaml:18: {missing}; each needs a `code` and what to `say`."


def test_the_place_of_what_is_no_yaml_is_told_and_the_other_file_is_read(tmp_path: Path) -> None:
    found = told(tmp_path, one_change(MODULE, "title: Small", "title: [Small"), one_change(HELP, "then", "thne"))
    assert [one.split(": ")[0] for one in found] == ["module.yaml:3", "help.yaml:12"]
    found = told(tmp_path, one_change(MODULE, "title: Small", "titel: Small"), HELP + "\t- [\n")
    assert [one.split(": ")[0] for one in found] == ["module.yaml:2", "help.yaml:19"]
    assert "a tab stands here" in found[1]


def test_a_module_without_help_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_module(tmp_path, helping=None)
    assert main(["rules", "lint", str(folder)]) == 1
    assert f"{folder}/help.yaml: there is no such file" in capsys.readouterr().out


def test_a_text_behind_an_anchor_is_told_once(tmp_path: Path) -> None:
    helping = one_change(HELP, "[Look., Write some-plugin.]", "&same [Look, Write some-plugin.]")
    helping = one_change(helping, "[Compare., Write it.]", "*same")
    assert [one for one in told(tmp_path, MODULE, helping) if "end mark" in one] == [
        "help.yaml:2: this sentence has no end mark; put a full stop behind it."
    ]


def test_the_command_prints_a_line_each_with_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_module(tmp_path / "mine", one_change(MODULE, "points: 1", "points: one"))
    assert main(["rules", "lint", "mine"]) == 1
    assert main(["rules", "lint", "./mine/module.yaml"]) == 1
    assert capsys.readouterr().out == "mine/module.yaml:10:5: `points` is a whole number.\n" * 2
    assert main(["rules", "lint"]) == 0
    assert "reliability: 3 steps, 8 checks, 4 questions; no problem found.\n" in capsys.readouterr().out
    write_module(tmp_path / "mine")
    assert main(["rules", "lint", "mine", "reliability"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "./mine: 1 step, 2 checks, 1 question; no problem found."


@pytest.mark.parametrize("name", ["nothing", "./nothing", "empty"])
def test_what_cannot_be_read_is_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["rules", "lint", name]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_another_file_is_named_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "lint", str(FIXTURES / "service" / "start" / "serverless.yml")]) == 1
    assert "serverless.yml:1:1: this is no rule pack" in capsys.readouterr().out


def test_names_of_a_module_are_only_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = one_change(MODULE, "title: Small", 'title: Small\n"a\\nb\\e[31m": x')
    assert main(["rules", "lint", str(write_module(tmp_path, module))]) == 1
    assert (
        "`a\\nb\\x1b[31m` is no key of this place; what may stand here besides: `services`." in capsys.readouterr().out
    )
