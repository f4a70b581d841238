"""Where a module's rule pack lies: a shipped one by its id, somebody's own by the path of its folder or module.yaml."""

import os
from typing import NamedTuple

from checker.errors import CheckError, UsageError
from checker.model import Mapping
from checker.pack_file import parse_pack_file
from checker.serverless.files import FILE_LIMIT, open_regular
from checker.shipped import DEFAULT_MODULE, rules_folder
from checker.wording import as_argument, near_name, shown

PACK_FILE = "module.yaml"
HELP_FILE = "help.yaml"

_OF_A_PACK = ("id", "steps", "checks")
_PACK_HOLDS = "It begins with the keys `id`, `title`, `about` and `link`, and then come `steps` and `checks`."
_HELP_HOLDS = "The id of each check stands here as a key, and below it `hints`, `answer` and `links`."


class ModuleFiles(NamedTuple):
    """The files of a module.

    `id` is that of a shipped module, and empty for somebody's own, whose `file` lies in `folder`, named as on the
    command line. `carried` are the bytes of an own module's files by name, with which it travels to where submissions
    are judged; without them the files are read where they lie.
    """

    id: str = ""
    folder: str = ""
    file: str = PACK_FILE
    carried: tuple[tuple[str, bytes], ...] = ()

    @property
    def named(self) -> str:
        """What `--module` takes for it."""
        return self.id or self.path_of("" if self.file == PACK_FILE else self.file)

    @property
    def option(self) -> str:
        """How a command names it, with a blank before it; empty for the module that needs no name."""
        if self.id == DEFAULT_MODULE:
            return ""
        import shlex

        return f" --module {shlex.quote(as_argument(self.named))}"

    @property
    def digest(self) -> str:
        """The same as long as an own module's files are; of a shipped one, `data_digest` tells."""
        if self.id:
            return self.id
        import hashlib

        return hashlib.sha256(repr(self.carrying().carried).encode()).hexdigest()

    def path_of(self, name: str) -> str:
        """The path of a file of the module, as it is told."""
        path = os.path.normpath(os.path.join(self.folder, name))
        is_plain = os.path.isabs(path) or path.split(os.sep)[0] in (os.curdir, os.pardir)
        return path if is_plain else os.path.join(os.curdir, path)

    def document(self) -> Mapping:
        """What the module's own file holds. Raises CheckError."""
        found = parse_pack_file(self.content(self.file), self.called(self.file), _PACK_HOLDS)
        if not any(key in found.entries for key in _OF_A_PACK):
            raise CheckError(
                "invalid-config",
                "this is no rule pack: it has neither `id` nor `steps` nor `checks`.",
                advice="Name a module's folder, or its module.yaml.",
                file=self.called(self.file),
                line=1,
                column=1,
            )
        return found

    def help_document(self) -> Mapping:
        """What helps with the module's checks. Raises CheckError."""
        return parse_pack_file(self.content(HELP_FILE), self.called(HELP_FILE), _HELP_HOLDS)

    def content(self, name: str) -> bytes:
        """The bytes of a file. Raises CheckError `not-found` or `too-large`."""
        if self.carried:
            content = dict(self.carried).get(name)
        else:
            content = _read(os.path.join(rules_folder(), self.id) if self.id else self.folder, name)
        if content is None:
            told = "Hints, edits and links stand there, by check." if name == HELP_FILE else ""
            raise CheckError(
                "not-found", "there is no such file, or it cannot be read.", advice=told, file=self.called(name)
            )
        if len(content) > FILE_LIMIT:
            advice = f"A file of a module has at most {FILE_LIMIT // 1024**2} MiB."
            raise CheckError("too-large", "this file is too large.", advice=advice, file=self.called(name))
        return content

    def carrying(self) -> "ModuleFiles":
        """The same with the bytes of its files, when it is somebody's own. Raises CheckError."""
        if self.id or self.carried:
            return self
        helping = _read(self.folder, HELP_FILE)
        with_help = () if helping is None else ((HELP_FILE, helping),)
        return self._replace(carried=((self.file, self.content(self.file)), *with_help))

    def called(self, name: str) -> str:
        """A file as its errors name it."""
        return name if self.id else os.path.normpath(os.path.join(self.folder, name))


def _read(folder: str, name: str) -> bytes | None:
    """The bytes of a regular file, a little more than the limit at most; None when it cannot be read."""
    try:
        stream = open_regular(os.path.join(folder, name))
        if stream is None:
            return None
        with stream:
            return stream.read(FILE_LIMIT + 1)
    except OSError:
        return None


def module_ids() -> list[str]:
    """The ids of the shipped modules, sorted."""
    folder = rules_folder()
    return sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name, PACK_FILE)))


def find_module(name: str) -> ModuleFiles:
    """The module that `--module` names. Raises UsageError for one that does not exist, with what may be meant."""
    ids = module_ids()
    if name in ids:
        return ModuleFiles(name)
    is_path = name in (os.curdir, os.pardir) or os.sep in name or (os.altsep or os.sep) in name
    if not is_path and not name.endswith((".yaml", ".yml")):
        raise UsageError(f"there is no module `{shown(name)}`; {_meant(name, ids)}")
    return module_at(name)


def module_at(name: str) -> ModuleFiles:
    """The module at a path: of its folder, or of its module.yaml. Raises UsageError where there is none."""
    if os.path.isdir(name):
        if not os.path.lexists(os.path.join(name, PACK_FILE)):
            raise UsageError(f"there is no {PACK_FILE} in {shown(name)}; name the folder of a module.")
        return ModuleFiles(folder=name)
    if not os.path.lexists(name):
        raise UsageError(f"there is no file or folder {shown(name)}.")
    folder, file = os.path.split(name)
    return ModuleFiles(folder=folder, file=PACK_FILE if file == HELP_FILE else file)


def _meant(name: str, ids: list[str]) -> str:
    if name and os.path.isdir(name):
        return f"for the folder of that name here, say ./{shown(name)}."
    near = near_name(name, ids, 0.6)
    if near:
        return f"did you mean {near}?"
    return f"the modules are: {', '.join(ids)}. One of your own is named by its path, such as ./my-module."
