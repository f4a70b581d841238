"""A made class: any number of submissions, no two alike, each a variation of a fixture that keeps its verdict.

Names, stages, comments, quotes, the indentation of lists, the order of sections, functions and resources differ, and
functions and resources that the workshop does not ask for stand between them. Half a class is made of the sample class
and the steps of the workshop, the other half of the fixtures for single outcomes and reasons, each in turn.

    python benchmarks/made_class.py FOLDER COUNT
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"
CONFIGURATIONS = ("serverless.yml", "serverless.yaml", "serverless.json", "serverless.js", "serverless.ts")
# What is ours in a fixture, and no part of a submission.
OURS = frozenset(("expect.json", "deployed.json"))

GIVEN_NAMES = """Aiko Amara Anders Beatriz Bilal Camille Chen Daria Deniz Eero Elena Esther Farid Freya Giulia Hamid
Hannah Ibrahim Ines Ivan Jana Joao Kaito Kofi Laila Lars Leila Lucia Malik Marta Mateo Mei Mina Nadia Nils Nora Olga
Oscar Pablo Petra Quentin Rania Ravi Rosa Samir Sofia Tariq Thea Tomas Uma Vera Viktor Wanda Xin Yara Yusuf Zoe"""
FAMILY_NAMES = """Abe Adeyemi Almeida Berg Bianchi Costa Dahl Diallo Eriksen Farouk Fischer Garcia Haddad Ito Jansen
Kaya Kim Kowalska Lopez Mbeki Meyer Moreau Nair Novak Okafor Park Petrov Quispe Rossi Sato Silva Singh Tanaka Torres
Umar Varga Weber Yilmaz Zhang"""
REMARKS = (
    "TODO: tidy this up",
    "from the workshop's page",
    "worked on the second attempt",
    "do not deploy on Friday",
    "see the notes of the first day",
    "copied by hand, please check the indentation",
    "äöü: is this file UTF-8?",
    "asked in the chat, no answer yet",
    "----------------------------------------",
    "what comes next was there before",
)
FUNCTIONS = ("GetRide", "ListRides", "HealthCheck", "ExportToCsv", "CleanUp", "WarmUp", "Migrate", "SendReceipt")
EVENTS = ("http: GET {path}", "schedule: rate(15 minutes)", "httpApi: GET {path}")
RESOURCES = {
    "UploadsBucket": ("AWS::S3::Bucket", "BucketName: uploads-{stage}"),
    "AuditLogGroup": ("AWS::Logs::LogGroup", "RetentionInDays: 14"),
    "ReceiptsTopic": ("AWS::SNS::Topic", "DisplayName: Receipts"),
    "FeatureParameter": ("AWS::SSM::Parameter", "{{Name: /feature/{stage}, Type: String, Value: 'on'}}"),
    "ErrorsDashboard": ("AWS::CloudWatch::Dashboard", "DashboardBody: '{{}}'"),
    "NightlyRule": ("AWS::Events::Rule", "ScheduleExpression: rate(1 day)"),
}
QUESTIONS = ("qa.how", "qa.burst", "qa.alternative", "qa.rearchitect")
SENTENCES = (
    "The capacity follows the load, between two bounds.",
    "Alarms need some minutes until they notice.",
    "A short burst is over before anything was scaled.",
    "On demand there is nothing to set.",
    "A queue in front of the function would level it out.",
    "I am not sure about this one.",
)


KEY = r"[\"']?[A-Za-z][\w.-]*[\"']?:(?=\s|$)"
ANCHOR = re.compile(r"(?:^|[\s\[{,:])[&*]\w", re.MULTILINE)
TAGS = re.compile(r"^  stackTags:\n((?:    .*\n)+)", re.MULTILINE)
# Texts that mean the same in any quotes, or in none.
SIMPLE = re.compile(
    r"^(?P<key> +(?:- )?(?:name|handler|method|Type|KeyType): )"
    r"(?P<quote>[\"']?)(?P<value>[A-Za-z][\w:/.]{2,})(?P=quote)$",
    re.MULTILINE,
)
# The order of what stands below these keys decides nothing.
UNORDERED = ("functions", "resources", "Resources")


class Made(NamedTuple):
    """One submission: the name of its folder, its files by name, and the fixture whose verdict it must get."""

    name: str
    fixture: Path
    files: dict[str, bytes]


class Attendee(NamedTuple):
    name: str
    folder: str
    service: str
    stage: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    make_class(asked.folder, asked.count, asked.seed)


def make_class(folder: Path, count: int, seed: int = 1) -> None:
    """Write `count` submissions, each into a folder of its own; the same ones for the same seed."""
    for made in submissions(count, seed):
        home = folder / made.name
        home.mkdir(parents=True)
        for name, content in made.files.items():
            (home / name).write_bytes(content)


def submissions(count: int, seed: int = 1) -> Iterator[Made]:
    """The submissions of a made class; a larger class begins with the smaller one."""
    common, special = fixtures()
    Random(seed).shuffle(special)
    turns = (cycle(common), cycle(special))
    for number in range(count):
        # A text as a seed, for a tuple has none that is the same in each process.
        yield made_from(next(turns[number % 2]), number, Random(f"{seed} {number}"))


def fixtures() -> tuple[list[Path], list[Path]]:
    """The sample class with the steps of the workshop, and all other fixtures that hold a configuration."""
    found = sorted({path.parent for name in CONFIGURATIONS for path in FIXTURES.rglob(name)})
    common = [folder for folder in found if folder.parent.name in ("class", "service")]
    return common, [folder for folder in found if folder not in common]


def made_from(fixture: Path, number: int, random: Random) -> Made:
    """A submission like the fixture, by another attendee."""
    who = attendee(number, random)
    content = {
        path.name: path.read_bytes() for path in sorted(fixture.iterdir()) if path.is_file() and path.name not in OURS
    }
    # What is no UTF-8 stays what it is.
    files = {
        renamed(name, who): renamed(each.decode("utf-8", "surrogateescape"), who) for name, each in content.items()
    }
    main = next(name for name in CONFIGURATIONS if name in files)
    if main.endswith(("yml", "yaml")):
        line_end = "\r\n" if "\r\n" in files[main] else "\n"
        files[main] = files[main].replace("\r\n", "\n")
        if can_be_judged(fixture):
            files[main] = rewritten(files[main], who, random)
            files = with_files(files, main, who, random)
        files[main] = signed(files[main], who, random).replace("\n", line_end)
    elif main.endswith("json"):
        files[main] = json.dumps({"custom": {}, **json.loads(files[main]), "x-author": who.name}, indent=2)
    else:
        files[main] = f"// {who.name}\n{files[main]}"
    return Made(who.folder, fixture, {name: text.encode("utf-8", "surrogateescape") for name, text in files.items()})


def attendee(number: int, random: Random) -> Attendee:
    given, family = random.choice(GIVEN_NAMES.split()), random.choice(FAMILY_NAMES.split())
    tag = random.choice((f"{given[0]}{family}", given, family, f"group{number % 40}")).lower()
    return Attendee(
        name=f"{given} {family}, number {number}",
        folder=f"{number:05}-{given}-{family}".lower(),
        service=random.choice(("wild-rydes-ride-record", f"wild-rydes-ride-record-{tag}")),
        stage=random.choice((f"user{number}", f"{tag}{number}", f"test{number}")),
    )


def renamed(text: str, who: Attendee) -> str:
    """The text with the attendee's own service and stage, also in what is built of their names."""
    return re.sub(r"(?<![\w/])dev(?!\w)", who.stage, text.replace("wild-rydes-ride-record", who.service))


def can_be_judged(fixture: Path) -> bool:
    """Whether there is a service to rewrite; of a file that cannot be read only the top may change."""
    expected = json.loads((fixture / "expect.json").read_text(encoding="utf-8"))
    return bool(expected["status"] != "error")


def signed(text: str, who: Attendee, random: Random) -> str:
    """The text with its author at the top, which makes each file another."""
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    remarks = [who.name, *random.sample(REMARKS, random.randrange(4))]
    return mark + "".join(f"# {remark}\n" for remark in remarks) + text


def rewritten(text: str, who: Attendee, random: Random) -> str:
    """The same service as somebody else would have written it, with more beside it."""
    text = with_owner(text, who, random)
    text = with_more(text, "functions", lambda indent: a_function(indent, random), random.choice((0, 0, 1, 2, 4)))
    text = with_more(text, "Resources", lambda indent: a_resource(indent, who, random), random.choice((0, 1, 3)))
    text = dedented(requoted(text, random), random)
    if not ANCHOR.search(text):  # an anchor has to stand before what refers to it
        text = shuffled(text, random)
    return commented(text, random)


def with_owner(text: str, who: Attendee, random: Random) -> str:
    tags = f'    Owner: "{who.name}"\n    Team: {random.choice(("blue", "green", "red"))}\n'
    return TAGS.sub(lambda found: found[0] + tags, text, count=1)


def with_more(text: str, key: str, make: Callable[[str], tuple[str, str]], count: int) -> str:
    """The text with up to `count` entries more in the mapping below a key, under names that stand nowhere in it."""
    found = re.search(rf"^( *){key}:\n(?=(?: *#.*\n)*(\1 +){KEY})", text, re.MULTILINE)
    if found is None:
        return text
    entries = dict(make(found[2]) for _ in range(count))
    added = "".join(entry for name, entry in entries.items() if name not in text)
    return text[: found.end()] + added + text[found.end() :]


def a_function(indent: str, random: Random) -> tuple[str, str]:
    name = random.choice(FUNCTIONS)
    event = random.choice(EVENTS).format(path=f"/{name.lower()}")
    lines = [
        f"{name}:",
        f"  handler: handlers/{name.lower()}.handler",
        f"  memorySize: {random.choice((128, 256, 512))}",
    ]
    if random.random() < 0.5:
        lines += ["  environment:", f"    LOG_LEVEL: {random.choice(('DEBUG', 'INFO', 'ERROR'))}"]
    lines += ["  events:", f"    - {event}"]
    return name, "".join(f"{indent}{line}\n" for line in lines)


def a_resource(indent: str, who: Attendee, random: Random) -> tuple[str, str]:
    name, (kind, properties) = random.choice(tuple(RESOURCES.items()))
    lines = [f"{name}:", f"  Type: {kind}", "  Properties:", f"    {properties.format(stage=who.stage)}"]
    return name, "".join(f"{indent}{line}\n" for line in lines)


def requoted(text: str, random: Random) -> str:
    def quoted(found: re.Match[str]) -> str:
        quote = random.choice(("", "'", '"'))
        return f"{found['key']}{quote}{found['value']}{quote}"

    return SIMPLE.sub(quoted, text)


def dedented(text: str, random: Random) -> str:
    """The text with some lists right below their keys, in place of two columns further in."""
    lines = text.split("\n")
    for at in range(len(lines) - 1):
        inner = " " * (len(lines[at]) - len(lines[at].lstrip()) + 2)
        if re.fullmatch(rf" *{KEY}", lines[at]) and lines[at + 1].startswith(f"{inner}- ") and random.random() < 0.3:
            below = range(at + 1, len(lines))
            end = next((each for each in below if lines[each] and not lines[each].startswith(inner)), len(lines))
            lines[at + 1 : end] = [line[2:] for line in lines[at + 1 : end]]
    return "\n".join(lines)


def shuffled(mapping: str, random: Random) -> str:
    """The entries of a mapping in another order, and those below them where no order counts either."""
    first = re.match(rf"(?:\s*#.*\n|\s*\n)*( *){KEY}", mapping)
    if first is None:
        return mapping
    starts = [found.start() for found in re.finditer(rf"^{first[1]}{KEY}", mapping, re.MULTILINE)]
    ends = [*starts[1:], len(mapping)]
    entries = []
    for start, end in zip(starts, ends, strict=True):
        key, line_end, below = mapping[start:end].partition("\n")
        inner = shuffled(below, random) if key.strip(" :\"'") in UNORDERED else below
        entries.append(f"{key}\n{inner}".rstrip("\n") + line_end)
    random.shuffle(entries)
    return mapping[: starts[0]] + "".join(entries)


def commented(text: str, random: Random) -> str:
    """The text with remarks and empty lines between its sections."""

    def above(_: re.Match[str]) -> str:
        remark = f"# {random.choice(REMARKS)}\n" if random.random() < 0.3 else ""
        return "\n" * random.randrange(3) + remark

    return re.sub(rf"^(?={KEY})", above, text, flags=re.MULTILINE)


def with_files(files: dict[str, str], main: str, who: Attendee, random: Random) -> dict[str, str]:
    """The files with those that some attendees have besides, none of which decides anything."""
    files = dict(files)
    # Which version of the framework reads the file is the fixture's own affair.
    if "package.json" not in files and "frameworkVersion" not in files[main]:
        if random.random() < 0.4:
            files["package.json"] = package(who, random)
        if ".env" not in files and "useDotenv" not in files[main] and random.random() < 0.1:
            files[".env"] = f"OWNER={who.folder}\nTEAM=blue\n"
            files[main] += "\nuseDotenv: true\n"
    if "ANSWERS.md" not in files and random.random() < 0.4:
        files["ANSWERS.md"] = answers(who, random)
    tags = TAGS.search(files[main])
    if tags is not None and not ANCHOR.search(files[main]) and random.random() < 0.1:
        files["tags.yml"] = re.sub("^    ", "", tags[1], flags=re.MULTILINE)
        files[main] = TAGS.sub("  stackTags: ${file(tags.yml)}\n", files[main], count=1)
    return files


def package(who: Attendee, random: Random) -> str:
    needed = {
        "serverless": f"^3.{random.randrange(30, 41)}.0",
        "serverless-plugin-lambda-dead-letter": "^1.2.1",
    }
    return json.dumps({"name": who.service, "private": True, "devDependencies": needed}, indent=2) + "\n"


def answers(who: Attendee, random: Random) -> str:
    """Answers to some of the questions."""
    parts = [f"# Questions, {who.name}\n"]
    for question in random.sample(QUESTIONS, random.randrange(1, 5)):
        said = " ".join(random.sample(SENTENCES, random.randrange(1, 4)))
        parts.append(f"## {question}\n\n{said}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
