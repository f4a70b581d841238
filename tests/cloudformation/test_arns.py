"""Patterns against ARNs of which some parts are not known yet."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.cloudformation.arns import Arns, Atom, Wildcard, match
from checker.cloudformation.intrinsics import Reference, text_value
from checker.cloudformation.policies import wildcard_matches
from checker.model import Unknown
from checker.serverless.resolving import Settings
from tests.serverless.reading import found, parsed, service_of

RESOURCES = """
service: rides
provider: {stage: dev, region: us-east-2}
resources:
  Resources:
    Q: {Type: AWS::SQS::Queue}
    Named: {Type: AWS::SQS::Queue, Properties: {QueueName: rides-dlq}}
    Open: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue name}}
    T: {Type: AWS::DynamoDB::Table}
    Role: {Type: AWS::IAM::Role}
"""
QUEUE, TABLE = "AWS::SQS::Queue", "AWS::DynamoDB::Table"


def matches(
    pattern: str, logical_id: str = "Q", type_: str = QUEUE, text: str = RESOURCES, action: str = ""
) -> bool | None:
    value = text_value(found(parsed(f"x: {pattern}\n"), "x"))
    assert not isinstance(value, Unknown)
    return Arns(service_of(text, Settings())).matches(value, logical_id, type_, action)


ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("!GetAtt Q.Arn", True),
        ("!Sub '${Q.Arn}'", True),
        ("!Sub '${Q.Arn}*'", True),
        ("!Sub '*'", True),
        ("'*'", True),
        ("'**'", True),
        ("'arn:*'", True),
        ("'arn:aws:sqs:*'", True),
        ("'arn:aws:sqs'", True),
        ("'arn:*:sqs:*:*:*'", True),
        ("'arn:aws:sqs:*:*:*'", True),
        ("'arn:aws:sqs:*:*:rides-dev-Q-*'", True),
        ("'arn:aws:sqs:us-east-2:*:*'", True),
        ("'arn:aws:sqs:us-*-2:*:*'", True),
        ("'arn:aws:sqs:us-east-?:*:*'", True),
        (f"'arn:aws:sqs:us-east-2:{ACCOUNT}:*'", True),
        ("!Sub 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*'", True),
        ("!Sub 'arn:aws:sqs:*:*:${AWS::StackName}-Q-*'", True),
        ("!Sub 'arn:aws:sqs:*:*:${Q.QueueName}'", True),
        (
            "!Join [':', [arn, !Ref AWS::Partition, sqs, !Ref AWS::Region, !Ref AWS::AccountId, !GetAtt Q.QueueName]]",
            True,
        ),
        ("!Sub '${Q.Arn}/*'", False),
        ("!Sub '${Q}'", False),
        ("!Ref Q", False),
        ("!GetAtt Q.QueueName", False),
        ("!GetAtt T.Arn", False),
        ("!GetAtt Named.Arn", False),
        ("{'Fn::GetAtt': Q.Arn}", False),
        ("Q", False),
        ("''", False),
        ("'arn'", True),
        ("'arn:aws:sns:*:*:*'", False),
        ("'arn:aws:sqs:us-west-1:*:*'", False),
        ("'arn:aws:sqs:*:*:Q'", False),
        ("'arn:aws:sqs:*:*:other-*'", False),
        ("'arn:gcp:sqs:*:*:*'", False),
        ("'arn:aws:s*s:*:*:*'", True),
        ("'arn:aws*:rides-dev-Q-*'", False),
        ("'arn:aws:sqs:*:rides-dev-Q-*'", False),
        (f"'arn:aws:sqs:us-east-2:{ACCOUNT}'", True),
        ("'arn:aws:sqs:*:*:rides-dev-Q-*:x'", False),
        ("'arn:aws:sqs:*:*:rides-dev-Q-A*'", None),
        ("'arn:aws:sqs:*:*:rides-dev-Q-a*'", False),
        ("'arn:aws:sqs:*:1*:*'", None),
        ("'arn:aws:sqs:*:x*:*'", False),
        ("!Sub 'arn:aws:sqs:*:*:${Parameter}'", None),
        ("!Ref Parameter", None),
        ("!Ref AWS::Region", False),
        ("!GetAtt Elsewhere.Arn", False),
        ("!GetAtt Role.Arn", False),
    ],
)
def test_a_pattern_covers_the_generated_name_or_not(pattern: str, expected: bool | None) -> None:
    assert matches(pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("'arn:aws:sqs:*:*:rides-dlq'", True),
        ("'arn:aws:sqs:*:*:rides-???'", True),
        ("'arn:aws:sqs:*:*:rides-????'", False),
        ("'arn:aws:sqs:*:*:RIDES-DLQ'", False),
        (f"'arn:aws:sqs:us-east-2:{ACCOUNT}:rides-dlq'", True),
        ("!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Named.QueueName}'", True),
        ("!Sub 'arn:aws:sqs:eu-west-1:${AWS::AccountId}:${Named.QueueName}'", False),
        ("rides-dlq", False),
    ],
)
def test_a_pattern_covers_a_given_name_or_not(pattern: str, expected: bool) -> None:
    assert matches(pattern, "Named") is expected


def test_a_name_from_elsewhere_leaves_only_wildcards_certain() -> None:
    assert matches("'arn:aws:sqs:*:*:*'", "Open") is True
    assert matches("'arn:aws:sqs:*:*:rides'", "Open") is None
    assert matches("!GetAtt Open.Arn", "Open") is True
    assert matches("'arn:aws:sns:*:*:rides'", "Open") is False


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("!GetAtt T.Arn", True),
        ("'arn:aws:dynamodb:*:*:table/*'", True),
        ("!Sub 'arn:aws:dynamodb:*:*:table/${T}'", True),
        ("'arn:aws:dynamodb:*:*:rides-*'", False),
        ("!Sub '${T.Arn}/index/*'", False),
    ],
)
def test_a_tables_name_has_its_prefix(pattern: str, expected: bool) -> None:
    assert matches(pattern, "T", TABLE) is expected


def test_a_region_that_is_not_known_is_left_open() -> None:
    text = RESOURCES.replace("region: us-east-2", "region: '${ssm:/region}'")
    assert matches("'arn:aws:sqs:us-west-1:*:*'", text=text) is None
    assert matches("!Sub 'arn:aws:sqs:${AWS::Region}:*:*'", text=text) is True


BUCKETS = (
    RESOURCES
    + """
    Site: {Type: AWS::S3::Bucket}
    NamedSite: {Type: AWS::S3::Bucket, Properties: {BucketName: rides-site}}
    ABucketWithANameSoLongThatItIsCutByCloudFormation: {Type: AWS::S3::Bucket}
    Stream: {Type: AWS::Kinesis::Stream}
"""
)
BUCKET, STREAM = "AWS::S3::Bucket", "AWS::Kinesis::Stream"


@pytest.mark.parametrize(
    ("action", "pattern", "expected"),
    [
        ("s3:PutObject", "!Sub '${Site.Arn}/*'", True),
        ("s3:PutObject", "!Join ['/', [!GetAtt Site.Arn, '*']]", True),
        ("s3:PutObject", "!Sub 'arn:aws:s3:::${Site}/*'", True),
        ("s3:PutObject", "'arn:aws:s3:::rides-dev-site-*'", True),
        ("s3:PutObject", "'*'", True),
        ("s3:PutObject", "!GetAtt Site.Arn", False),
        ("s3:PutObject", "!Sub 'arn:aws:s3:::${Site}'", False),
        ("s3:PutObject", "!Sub '${Site.Arn}/rides/*'", None),
        ("s3:PutObject", "!Sub '${NamedSite.Arn}/*'", False),
        ("s3:PutObject", "'arn:aws:s3:::other/*'", False),
        ("s3:PutObject", "Site", False),
        ("s3:ListBucket", "!GetAtt Site.Arn", True),
        ("s3:ListBucket", "!Sub '${Site.Arn}/*'", False),
        ("s3:GetBucketObjectLockConfiguration", "!GetAtt Site.Arn", True),
        ("s3:AbortMultipartUpload", "!GetAtt Site.Arn", False),
    ],
)
def test_an_action_on_objects_asks_for_what_lies_in_the_bucket(
    action: str, pattern: str, expected: bool | None
) -> None:
    assert matches(pattern, "Site", BUCKET, BUCKETS, action) is expected


def test_the_name_of_a_bucket_is_given_or_made_in_small_letters_and_may_be_cut() -> None:
    assert matches("'arn:aws:s3:::rides-site/*'", "NamedSite", BUCKET, BUCKETS, "s3:PutObject") is True
    assert matches("'arn:aws:s3:::rides-dev-Site-*'", "Site", BUCKET, BUCKETS) is False
    cut = "ABucketWithANameSoLongThatItIsCutByCloudFormation"
    assert matches("'arn:aws:s3:::rides-dev-abucket*'", cut, BUCKET, BUCKETS) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("!GetAtt Stream.Arn", True),
        ("!Sub '${Stream.Arn}*'", True),
        ("'*'", True),
        ("'arn:*'", True),
        ("!Sub '${Stream.Arn}/x'", False),
        ("!Ref Stream", False),
        ("!GetAtt Q.Arn", False),
        ("!Sub '${Q.Arn}/x'", False),
        ("!Sub '${Role.Arn}/x'", False),
        ("Stream", False),
        ("5", False),
        ("'arn:aws:kinesis:us-east-2:*:stream/*'", None),
        ("!Join [':', ['arn:aws:kinesis', !Ref 'AWS::Region', stream/rides]]", None),
        ("!Ref Parameter", None),
        ("!Sub '${Parameter}/x'", None),
    ],
)
def test_of_a_type_whose_arn_is_not_written_out_only_its_own_attribute_is_certain(
    pattern: str, expected: bool | None
) -> None:
    assert matches(pattern, "Stream", STREAM, BUCKETS) is expected


@settings(max_examples=200)
@given(st.text("ab*?.[", max_size=8), st.text("ab*?.[\n", max_size=8))
def test_the_wildcard_matcher_agrees_with_a_naive_one(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    assert wildcard_matches(pattern, text) == (re.fullmatch(expression, text, re.DOTALL) is not None)


def test_many_wildcards_take_no_exponential_time() -> None:
    assert wildcard_matches("*a" * 500 + "b", "a" * 2000) is False


UNKNOWN_A, UNKNOWN_B = Reference("A"), Reference("B")
ATOMS = st.sampled_from(["a", "b", UNKNOWN_A, UNKNOWN_B])
PATTERN_ATOMS = st.sampled_from(["a", "b", Wildcard.ANY_TEXT, Wildcard.ONE_CHARACTER, UNKNOWN_A])
EXPANSIONS = ["".join(letters) for length in range(3) for letters in itertools.product("ab", repeat=length)]


def truths(pattern: list[Atom], text: list[Atom]) -> set[bool]:
    """The answers over all expansions of the unknown parts, each the same wherever it stands."""
    unknown = sorted({atom.name for atom in (*pattern, *text) if isinstance(atom, Reference)})
    answers = set()
    for texts in itertools.product(EXPANSIONS, repeat=len(unknown)):
        given_ = dict(zip(unknown, texts, strict=True))
        expression = "".join(
            {Wildcard.ANY_TEXT: ".*", Wildcard.ONE_CHARACTER: "."}[atom]
            if isinstance(atom, Wildcard)
            else (given_[atom.name] if isinstance(atom, Reference) else atom)
            for atom in pattern
        )
        expanded = "".join(given_[atom.name] if isinstance(atom, Reference) else str(atom) for atom in text)
        answers.add(re.fullmatch(expression, expanded) is not None)
    return answers


@settings(max_examples=150)
@given(st.lists(PATTERN_ATOMS, max_size=3), st.lists(ATOMS, max_size=3))
def test_a_certain_match_holds_for_every_expansion(pattern: list[Atom], text: list[Atom]) -> None:
    verdict = match(pattern, text)
    answers = truths(pattern, text)
    if verdict is not None:
        assert answers == {verdict}
    if len(answers) == 2:
        assert verdict is None


@settings(max_examples=150)
@given(
    st.lists(PATTERN_ATOMS.filter(lambda atom: not isinstance(atom, Reference)), max_size=2),
    st.permutations(["a", "b", UNKNOWN_A]),
)
def test_a_match_is_left_open_only_where_some_expansion_matches(pattern: list[Atom], text: list[Atom]) -> None:
    if match(pattern, text) is None:
        assert True in truths(pattern, text)


@settings(max_examples=200)
@given(st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_without_unknown_parts_it_is_the_plain_matcher(pattern: str, text: str) -> None:
    atoms: list[Atom] = [Wildcard(one) if one in "*?" else one for one in pattern]
    assert match(atoms, list(text)) is wildcard_matches(pattern, text)
