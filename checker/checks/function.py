"""Whether a function is there under its name, and runs the code that it should."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, misplaced, passed, unknown
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import settle
from checker.model import Function, Mapping, Scalar, Service, Unknown, is_truthy, shown_value
from checker.wording import near_name


class Parameters(NamedTuple):
    """`handler` is the code that the function runs, in the words of Lambda: `folder/file.name`.

    `formerly` is the name that the function had before, which no function has any more. `others` are the names of other
    functions, which are no misspelling of this one's.
    """

    function: str
    handler: str
    formerly: str = ""
    others: tuple[str, ...] = ()


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function", "formerly", "others")
    if given.formerly == given.function:
        yield "formerly", f"`{given.formerly}` is what the function is called now; `formerly` is the name before that"


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether there is the function, and the old one no more, and whether its handler is exactly the one given.

    One with a near name stands in for it, and the old one does not: nobody has touched that yet.
    """
    function = service.functions.get(given.function)
    if isinstance(function, Unknown):
        return unknown(function)
    old = service.functions.entries.get(given.formerly)
    if function is None:
        return _missing(service, given, old)
    if old is not None:
        return fail("left_over", old.origin)
    return _judge_handler(function, given)


def _missing(service: Service, given: Parameters, old: Function | None) -> Finding:
    near = near_name(given.function, [name for name in service.functions.entries if not _is_another(name, given)])
    if near is not None:
        origin = service.functions.entries[near].origin
        return fail("near", origin, stands_in=near, found=near, line=str(origin.line))
    stray = next(service.find(lambda key, value: key == given.function and isinstance(value, Mapping)), None)
    if stray is not None:
        return misplaced(stray.origin.use)
    return fail("formerly", old.origin) if old is not None else fail("absent", service.functions.origin)


def _is_another(name: str, given: Parameters) -> bool:
    """Whether a name is that of another function, or nearer to one than to this one's."""
    taken = [one for one in (given.formerly, *given.others) if one]
    return name in taken or near_name(name, [given.function, *taken]) in taken


def _judge_handler(function: Function, given: Parameters) -> Finding:
    handler = settle(function.handler)
    if isinstance(function.image, Unknown) or (function.image is not None and is_truthy(function.image)):
        return fail("image", function.image.origin)
    if handler is None or (isinstance(handler, Scalar) and handler.value in (None, "")):
        return fail("handler_absent", function.origin)
    if isinstance(handler, Unknown):
        return unknown(handler)
    text = handler.text if isinstance(handler, Scalar) else ""
    shown = shown_value(handler)
    if text == given.handler:
        return passed(handler.origin, value=given.handler)
    (file, _, name), (wanted_file, _, wanted_name) = text.rpartition("."), given.handler.rpartition(".")
    if name == wanted_name and file == wanted_file.replace("/", "."):
        # Lambda's Python takes dots for slashes before the last one (awslambdaric, `bootstrap.py`).
        return passed(handler.origin, equivalent=True, value=given.handler)
    slot = "handler_differs"
    if name == wanted_name:
        slot = "handler_file"
    elif file == wanted_file:
        slot = "handler_name"
    return fail(slot, handler.origin, value=None if shown != text else text, found=shown)


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "formerly": (),
        "left_over": (),
        "near": ("found", "line"),
        "misplaced": ("place",),
        "at_top_level": (),
        "image": (),
        "handler_absent": (),
        "handler_file": ("found",),
        "handler_name": ("found",),
        "handler_differs": ("found",),
    },
    judge,
    check_parameters=check_parameters,
    finds="function",
    only_with={"formerly": "formerly", "left_over": "formerly"},
)
