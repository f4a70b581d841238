"""Whether the framework loads a plugin."""

from typing import NamedTuple

from checker.checks.finding import Finding, fail, passed, skipped, unknown
from checker.checks.kinds import Kind
from checker.model import Remark, Service, text_of
from checker.wording import near_name

_NEAR = 0.88  # plugin names share long prefixes; less would take a neighbour for a misspelling


class Parameters(NamedTuple):
    """`name` is the package; `forks` are packages that do the same."""

    name: str
    forks: tuple[str, ...] = ()


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the plugin stands in `plugins`, as a list or under `modules`; a plain string loads nothing."""
    if service.plugins is None:
        return skipped(service.resources.origin)
    for name in (given.name, *given.forks):
        entry = service.plugins.entries.get(name)
        if entry is not None:
            return passed(entry.origin, equivalent=name != given.name, remarks=unlisted(service, name))
    if service.plugins.unknown is not None:
        return unknown(service.plugins.unknown)
    misspelled = near_name(given.name, service.plugins.entries, _NEAR)
    if misspelled is not None:
        return fail("misspelled", service.plugins.entries[misspelled].origin, found=misspelled)
    stray = next(service.find(lambda key, value: key == given.name or text_of(value) == given.name), None)
    if stray is not None:
        return fail(
            "misplaced",
            stray.origin.use,
            place=stray.origin.use.parent if stray.origin.use.path.endswith("]") else stray.origin.use.path,
        )
    return fail("absent", service.plugins.origin)


def unlisted(service: Service, name: str) -> tuple[Remark, ...]:
    """The note that package.json, where there is one, does not list the package."""
    if service.packages is None or name in service.packages:
        return ()
    return (Remark("not-in-package-json", (("name", name),)),)


SLOTS: dict[str, tuple[str, ...]] = {"absent": (), "misspelled": ("found",), "misplaced": ("place",)}
KIND = Kind(Parameters, SLOTS, judge)
