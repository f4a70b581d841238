"""The summary in Markdown: what it says, and that no text of a submission becomes a part of it."""

from __future__ import annotations

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Mark, Person, Report, SubmissionFacts
from checker.reporters.formats.markdown import render
from checker.reporters.formats.places import Places
from checker.rulepack import RulePack
from checker.wording import name_line
from tests.conftest import FIXTURES, REPOSITORY, Checked, sampled
from tests.reporters.cohorts import HOSTILE as HOSTILE_NAMES
from tests.reporters.cohorts import failed, report_of, with_marks
from tests.reporters.formats.github_html import GitHub
from tests.reporters.test_html import DRIFT, LIVE, NOT_DEPLOYED, poisoned, with_stack

HERE = Places(str(REPOSITORY), str(REPOSITORY))
HOSTILE = (
    *HOSTILE_NAMES,
    "`",
    "``` \n```",
    "````````",
    "a ` b `` c",
    "a|b|c",
    "a\\|b\\",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example",
    "https://evil.example www.evil.example evil@example.org",
    "<img src=x onerror=alert(1)>",
    "</details></summary></table>",
    "<!-- x",
    "&lt;b&gt; &copy;",
    "@octocat #1 GH-1 octo/cat#1 0123456789abcdef :tada: !1 %1 ~bug $x$ $`x`$ {+x+} [-y-] [[z]]",
    "**bold** __bold__ *it* _it_ ~~gone~~",
    "# Heading",
    "> quote",
    "- item",
    "1. item",
    "=====",
    "-----",
    "/close",
    "> [!NOTE]\n> x",
    "[^1]: x",
    "- [ ] task",
    "| a | b |\n|---|---|\n| c | d |",
    "    indented",
    "\u2028# x",
)

CHIDI = """\
## Serverless Reliability

`chidi` · service `wild-rydes-ride-record` · stage `dev` · region `us-east-2`

████████████████░░░░ **5 of 6**

| State | Check | Id |
|---|---|---|
|  | **A dead letter queue for PutRideRecordSns** | 3 of 4 |
| ✅ pass | Enable the dead letter plugin | `dlq.plugin` |
| ✅ pass | Create the queue PutRideRecordSnsDlq | `dlq.queue` |
| ❌ fails | Let PutRideRecordSns write to the queue | `dlq.permission` |
| ✅ pass | Point PutRideRecordSns at the queue | `dlq.target` |
|  | **A table that scales with the rides** | 2 of 2 |
| ✅ pass | Bill RideRecordTable on demand | `table.on_demand` |
| ✅ pass | Remove the fixed capacity of RideRecordTable | `table.no_provisioned` |
|  | **Extra credit** | optional |
| ⚪ open | Process the dead letter queue | `extra.dlq_processor` |
| ⚪ open | Scale the table automatically | `extra.autoscaling` |

### Next: Let PutRideRecordSns write to the queue

`fixtures/class/chidi/serverless.yml:46:5` in `provider.iamRoleStatements[1].Resource`

```
   44 |     Action:
   45 |     - "sqs:SendMessage"
>  46 |     Resource:
   47 |       Ref: PutRideRecordSnsDlq
   48 |
```

`Ref` of a queue gives its URL, and IAM compares ARNs.

**Why:** Lambda sends a failed event with the function's own role, and it takes the queue as a target only when that \
role may send to it. Without this permission the last step of the deployment fails, and failed events are dropped.

> 💡 **A hint:** What does IAM compare with the `Resource` of a statement: a URL, a name or an ARN?

<details>
<summary>A stronger hint</summary>

`Ref` gives a queue's URL. `Fn::GetAtt` gives one of its attributes; which one is its ARN?

<details>
<summary>The answer</summary>

As `Resource`: the `Fn::GetAtt` of `PutRideRecordSnsDlq` and `Arn`.

</details>

</details>

The same in a terminal: `rydecheck hint fixtures/class/chidi`

**What happens to a ride event now:** If a write failed now, this event would be lost: the role of PutRideRecordSns \
may not send to PutRideRecordSnsDlq, so Lambda does not take the queue as its target and drops the event after three \
attempts.

Questions: 2 of 4 answered in ANSWERS.md
"""


def judged(name: str, pack: RulePack, *, lint: bool = False) -> Report:
    return check_path(FIXTURES / "class" / name, pack, Request(lint=lint))


def lines(*reports: Report) -> list[str]:
    return render(reports, HERE).splitlines()


def rows(text: str) -> list[list[str]]:
    """The cells of each line of a table."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def test_the_whole_summary(pack: RulePack) -> None:
    assert render([judged("chidi", pack)], HERE) == CHIDI


def test_each_stronger_hint_lies_behind_the_one_before(pack: RulePack) -> None:
    page = GitHub(CHIDI)
    start = page.html.index("<blockquote>")
    first, second, answer = pack.rule("dlq.permission").ladder("resource-not-arn")
    assert first.partition("`")[0] in page.html[start : page.html.index("</blockquote>")]
    outer, _, inner = page.html[start:].partition("<details>")[2].partition("<details>")
    assert second.partition("`")[2].partition("`")[2].partition("`")[0].strip() in outer
    assert "<code>Arn</code>" not in page.html[: start + page.html[start:].index("<details>")]
    assert "<summary>The answer</summary>" in inner
    assert "<code>Arn</code>" in inner
    assert answer.endswith("`Arn`.")


def test_a_complete_service_has_nothing_next(pack: RulePack) -> None:
    told = lines(judged("ada", pack))
    assert "### ✅ Complete: every check passes" in told
    assert not [line for line in told if "Next" in line or "hint" in line]
    assert "████████████████████ **6 of 6**" in told
    assert [line for line in told if "this event would be kept" in line]


def test_extra_credit_alone_is_not_called_complete(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "ada", pack, Request(only=frozenset(["extra.autoscaling"])))
    told = lines(report)
    assert "| ⚪ open | Scale the table automatically | `extra.autoscaling` |" in told
    assert not [line for line in told if line.startswith("###")]


def test_a_service_that_cannot_be_checked_shows_its_line(pack: RulePack) -> None:
    assert render([judged("luis", pack)], HERE) == (
        "## Serverless Reliability\n\n### ❌ The service cannot be checked\n\n"
        "`fixtures/class/luis/serverless.yml:46:6`\n\n"
        "```\n   44 |       Action:\n   45 |         - sqs:SendMessage\n>  46 |      Resource:\n"
        "   47 |         Fn::GetAtt:\n   48 |           - PutRideRecordSnsDlq\n```\n\n"
        "This line does not fit the list above it. Check its indentation.\n"
    )


def test_an_error_without_a_line_names_its_file(pack: RulePack) -> None:
    error = CheckError("too-large", "the file is larger than 1 MiB.", file="parts/table.yml")
    report = Report(pack, SubmissionFacts("ada", "services/ada"), error=error)
    assert lines(report)[-3:] == ["`services/ada/parts/table.yml`", "", "The file is larger than 1 MiB."]


def test_what_else_is_open_is_folded_with_its_places(pack: RulePack) -> None:
    told = lines(judged("omar", pack))
    start = told.index("<summary>5 more after that</summary>")
    assert told[start + 2] == (
        "- ❌ **Create the queue PutRideRecordSnsDlq** `fixtures/class/omar/serverless.yml:109:5`<br>"
        "`PutRideRecordSnsDlq` stands under `resources.Outputs`; a resource belongs directly under "
        "`resources.Resources`."
    )
    assert told[start + 6].startswith("- ❌ **Remove the fixed capacity of RideRecordTable** ")
    assert told[start + 8] == "</details>"


def test_extra_credit_that_was_tried_is_optional(checked: Checked) -> None:
    text = (FIXTURES / "extra.dlq_processor" / "processor-disabled" / "serverless.yml").read_text(encoding="utf-8")
    told = lines(checked(text))
    assert [line for line in told if line.startswith("- ⚪ **Process the dead letter queue** (optional) `")]
    assert "| ⚪ open | Process the dead letter queue | `extra.dlq_processor` |" in told


def test_notes_and_lint_are_told(pack: RulePack) -> None:
    told = lines(judged("maya", pack))
    assert told[told.index("**Notes**") + 2].startswith("- Serverless Framework reads `${ssm:/wild-rydes/")
    told = lines(judged("omar", pack, lint=True))
    start = told.index("### Would break the deployment")
    assert told[start + 2 : start + 4] == [
        (
            "- `fixtures/class/omar/serverless.yml:86:9` `BillingMode: on-demand`<br>"
            "`on-demand` is none of the values that may stand here: `PAY_PER_REQUEST` and `PROVISIONED`."
        ),
        (
            "- `fixtures/class/omar/serverless.yml:109:5` `PutRideRecordSnsDlq:`<br>"
            "`Value` is missing here; `PutRideRecordSnsDlq` needs it."
        ),
    ]


def test_two_sources_have_a_column_each(pack: RulePack) -> None:
    text = render([with_stack(judged("ada", pack), LIVE._replace(notes=(DRIFT,)))], HERE)
    assert rows(text)[0] == ["State", "File", "Deployed", "Check", "Id"]
    states = ["❌&nbsp;fails", "✅&nbsp;pass", "❌&nbsp;fails"]
    assert [*states, "Create the queue PutRideRecordSnsDlq", "`dlq.queue`"] in rows(text)
    assert pack.common.deploy in text
    assert "hint" not in text


def test_a_stack_that_is_not_there_leaves_the_file_first(pack: RulePack) -> None:
    text = render([with_stack(judged("chidi", pack), NOT_DEPLOYED)], HERE)
    assert "### Next: Let PutRideRecordSns write to the queue" in text
    assert "`fixtures/class/chidi/serverless.yml:46:5`" in text
    assert f"**Deployed:** {NOT_DEPLOYED.message}" in text


def test_a_class_is_a_table(pack: RulePack) -> None:
    ada = with_marks(report_of("ada", pack, Person("Ada Nowak")), how=Mark(1.5, 2))
    text = render([ada, report_of("jonas", pack), failed(pack), report_of("chidi", pack)], HERE)
    told = text.splitlines()
    assert told[2] == "**4 submissions**: 2 complete, 1 under way, 1 could not be checked"
    assert told[told.index("### In the way of most") + 2 :][:3] == [
        "| Submissions | Check | Reason |",
        "|--:|---|---|",
        "| 1 | Let PutRideRecordSns write to the queue `dlq.permission` | `resource-not-arn` |",
    ]
    assert told[told.index("### Could not be checked") + 2] == "- `luis` `serverless.yml:46:6`: this line does not fit."
    assert told[told.index("### Everybody") + 2 :] == [
        "| Attendee | State | Points | Extra | Next |",
        "|---|---|--:|--:|---|",
        "| Ada Nowak `ada` | ✅ complete | 7.5 of 8 |  |  |",
        "| `jonas` | ✅ complete | 6 of 6 | 1 |  |",
        "| `luis` | ❌ not checked |  |  |  |",
        "| `chidi` | 🚧 under way | 5 of 6 |  | Let PutRideRecordSns write to the queue |",
    ]


def test_common_reasons_come_first(pack: RulePack) -> None:
    text = render([report_of(name, pack) for name in ("chidi", "omar", "ben", "goran")], HERE)
    assert [row[0::2] for row in rows(text)][2:5] == [
        ["2", "`plugin-missing`"],
        ["2", "`throughput-present`"],
        ["1", "`action-wrong`"],
    ]


@pytest.mark.slow
def test_a_large_class_ends_before_githubs_limit(pack: RulePack) -> None:
    one = report_of("chidi", pack, Person("Name " * 15))
    error = poisoned(failed(pack), "@" * 3000)
    text = render((one if number % 20 else error for number in range(20_000)), HERE)
    assert 700_000 < len(text.encode()) < 1024 * 1024 - 100_000
    shown = len(rows(text)) - 5
    assert text.endswith(
        f"\n\nThe table has room for {shown:,} of 20,000: GitHub shows summaries up to 1 MiB. "
        "The pages of the class have everybody.\n"
    )
    assert text.count("\n- `") == 9
    assert "\n- … and 991 more\n" in text


def test_no_reports_are_no_text() -> None:
    assert render([], HERE).strip() == ""


def harmless(page: GitHub) -> list[str]:
    """The elements without those that text in backticks becomes."""
    return [one for one in page.shape if one != "code"]


@pytest.mark.parametrize("text", sampled(HOSTILE, 6))
@pytest.mark.parametrize("name", ["chidi", "omar", "luis", "ada", "maya"])
def test_a_hostile_text_is_no_part_of_the_summary(text: str, name: str, pack: RulePack) -> None:
    for clean in (judged(name, pack), with_stack(judged(name, pack), LIVE._replace(notes=(DRIFT,)))):
        rendered = render([poisoned(clean, text)], HERE)
        page = GitHub(rendered)
        assert harmless(page) == harmless(GitHub(render([poisoned(clean, "word")], HERE)))
        assert page.worked_on == []
        assert not [line for line in rendered.splitlines() if line.startswith("/")]
        assert " ".join(name_line(text.expandtabs(4)).split()) in page.text
        rendered.encode()


@pytest.mark.parametrize("text", sampled(HOSTILE, 6))
def test_a_hostile_text_is_no_part_of_a_class(text: str, pack: RulePack) -> None:
    def page(told: str) -> GitHub:
        class_ = [poisoned(report_of(name, pack, Person(told, told)), told) for name in ("chidi", "omar", "ada")]
        return GitHub(render([*class_, poisoned(failed(pack), told)], HERE))

    hostile = page(text)
    assert harmless(hostile) == harmless(page("word"))
    assert hostile.worked_on == []
    assert hostile.text.count(" ".join(name_line(text.expandtabs(4)).split())) >= 8


def test_each_row_has_as_many_cells_as_its_head(pack: RulePack) -> None:
    for text in ("a|b", "\\|", "`|`", "|"):
        single = render([poisoned(judged("omar", pack), text)], HERE)
        class_ = render([poisoned(report_of("omar", pack, Person(text)), text), poisoned(failed(pack), text)], HERE)
        for told in (single, class_):
            widths = [len(row) for row in rows(told) if "<code>|" not in str(row)]
            assert set(widths) <= {3, 5}, told
