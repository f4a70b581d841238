"""`rydecheck completion`: the script that lets a shell complete the command line.

shtab makes it from the parser. What it does not know is added here: that `check` is the command when none is named, and
which checks and steps there are, in each module, so that a shell never has to start this program to complete a word.
"""

import argparse
from collections.abc import Iterable, Iterator
from shlex import quote

import shtab

from checker.cli.arguments import FORMATS, every_command
from checker.rulepack import RulePack, load_pack, module_ids
from checker.shipped import DEFAULT_MODULE

_FILES = ("PATH", "FILE", "CSV", "SUBMISSION")
_FOLDERS = ("DIR", "FOLDER")
_DEFAULT_COMMAND = "check"
# By the name of an argument: the function that completes it, each in all three scripts. bash marks folders with a
# slash where the name of the function speaks of files.
_COMPLETED_BY = {
    "check": "_rydecheck_checks",
    "only": "_rydecheck_checks_and_steps",
    "names": "_rydecheck_checks_steps_and_files",
    "module": "_rydecheck_modules_and_dirs",
    "also": "_rydecheck_formats",
}


def script(shell: str) -> str:
    """The script of a shell, one of `SHELLS`."""
    packs = [load_pack(module) for module in module_ids()]
    parser = every_command()
    commands = _prepare(parser, shell)
    before, after = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](packs, commands)
    made: str = shtab.complete(parser, shell, preamble=before)
    return f"{made.rstrip()}\n{after}"


def _prepare(parser: argparse.ArgumentParser, shell: str) -> list[str]:
    """Tell shtab how each argument is completed; the names of the commands of this parser."""
    commands: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            action.help = None  # shtab leaves out what is hidden
            commands += action.choices
            for command in action.choices.values():
                _prepare(command, shell)
        elif action.metavar == "CHECK" or action.dest in ("module", "also"):
            _complete_by(action, {shell: _call(_COMPLETED_BY[action.dest], shell)})
        elif action.metavar in _FILES:
            _complete_by(action, shtab.FILE)
        elif action.metavar in _FOLDERS:
            _complete_by(action, shtab.DIRECTORY)
    return commands


def _complete_by(action: argparse.Action, how: object) -> None:
    action.complete = how  # type: ignore[attr-defined]  # where shtab looks for it


def _call(function: str, shell: str) -> str:
    return f"({function})" if shell == "fish" else function


def _as_words(names: Iterable[str]) -> str:
    return " ".join(map(quote, names))


def _named(pack: RulePack) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The checks and the steps of a module, each with its title."""
    return [(rule.id, rule.title) for rule in pack.rules], [(step.id, step.title) for step in pack.steps]


def _bash(packs: list[RulePack], commands: list[str]) -> tuple[str, str]:
    def cases() -> Iterator[str]:
        for pack in packs:
            checks, steps = ([name for name, _ in each] for each in _named(pack))
            yield f"    {quote(pack.id)}) checks={quote(' '.join(checks))} steps={quote(' '.join(steps))} ;;"

    before = f"""\
# Sets the names of the module that the line asks for.
_rydecheck_read() {{
  local module={DEFAULT_MODULE} place
  for ((place = 1; place < COMP_CWORD; place++)); do
    [[ ${{COMP_WORDS[place]}} == --module ]] && module=${{COMP_WORDS[place + 1]}}
  done
  checks= steps=
  case $module in
{chr(10).join(cases())}
  esac
}}

_rydecheck_checks() {{
  local checks steps
  _rydecheck_read
  compgen -W "$checks" -- "$1"
}}

# Where `--only` takes one word after another, the next may be an option all the same.
_rydecheck_checks_and_steps() {{
  local checks steps
  if [[ $completing_word == -* ]]; then
    compgen -W "${{current_option_strings[*]}}" -- "$completing_word"
    return
  fi
  _rydecheck_read
  compgen -W "$checks $steps" -- "$1"
}}

_rydecheck_checks_steps_and_files() {{
  _rydecheck_checks_and_steps "$1"
  compgen -f -- "$1"
}}

_rydecheck_modules_and_dirs() {{
  compgen -W {quote(_as_words(pack.id for pack in packs))} -- "$1"
  compgen -d -- "$1"
}}

_rydecheck_formats() {{
  compgen -W {quote(_as_words(f"{name}=" for name in FORMATS))} -- "$1"
}}"""
    after = f"""
# bash takes `--module=M` for three words, and `json=FILE` too. Of an option and its value two are left, and of a value
# that is being typed behind a sign its last.
_rydecheck_without_signs() {{
  local words=() place at
  for ((place = 0; place < ${{#COMP_WORDS[@]}}; place++)); do
    if [[ $place -gt 1 && ${{COMP_WORDS[place]}} == "=" ]]; then
      if [[ $place -eq $COMP_CWORD ]]; then
        words+=("")
      elif [[ ${{COMP_WORDS[place - 1]}} != --* && $((place + 1)) -ne $COMP_CWORD ]]; then
        place=$((place + 1))
      fi
    else
      words+=("${{COMP_WORDS[place]}}")
    fi
    [[ $place -eq $COMP_CWORD ]] && at=$((${{#words[@]}} - 1))
  done
  COMP_WORDS=("${{words[@]}}") COMP_CWORD=$at
}}

# `{_DEFAULT_COMMAND}` is the command when none is named; the first word may be either.
_rydecheck_words() {{
  local first=()
  if [[ " {" ".join(commands)} " == *" ${{COMP_WORDS[1]}} "* && $COMP_CWORD -gt 1 ]]; then
    _shtab_rydecheck "$@"
    return
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    _shtab_rydecheck "$@"
    first=("${{COMPREPLY[@]}}")
  fi
  COMP_WORDS=("${{COMP_WORDS[0]}}" {_DEFAULT_COMMAND} "${{COMP_WORDS[@]:1}}")
  COMP_CWORD=$((COMP_CWORD + 1))
  _shtab_rydecheck "$@"
  COMPREPLY=("${{first[@]}}" "${{COMPREPLY[@]}}")
}}

_rydecheck() {{
  _rydecheck_without_signs
  _rydecheck_words "$@"
  [[ ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace 2>/dev/null || : # bash>=4
}}

complete -o bashdefault -F _rydecheck rydecheck
"""
    return before, after


def _zsh(packs: list[RulePack], commands: list[str]) -> tuple[str, str]:
    def cases() -> Iterator[str]:
        for pack in packs:
            checks, steps = (" ".join(quote(f"{name}:{title}") for name, title in each) for each in _named(pack))
            yield f"    {quote(pack.id)}) checks=({checks}) steps=({steps}) ;;"

    before = f"""\
# Sets the names of the module that the line asks for.
_rydecheck_read() {{
  local module={DEFAULT_MODULE} place=${{words[(I)--module]}} joined=${{words[(I)--module=*]}}
  (( place )) && module=${{words[place + 1]}}
  (( joined > place )) && module=${{words[joined]#--module=}}
  checks=() steps=()
  case $module in
{chr(10).join(cases())}
  esac
}}

_rydecheck_checks() {{
  local -a checks steps
  _rydecheck_read
  _describe -t checks check checks
}}

_rydecheck_checks_and_steps() {{
  local -a checks steps
  _rydecheck_read
  _describe -t checks check checks -- steps
}}

_rydecheck_checks_steps_and_files() {{
  _rydecheck_checks_and_steps
  _files
}}

_rydecheck_modules_and_dirs() {{
  _alternative {quote(f"modules:module:({_as_words(pack.id for pack in packs)})")} 'folders:folder:_files -/'
}}

_rydecheck_formats() {{
  if compset -P '*='; then
    _files
  else
    compadd -S '' -- {_as_words(f"{name}=" for name in FORMATS)}
  fi
}}

# `{_DEFAULT_COMMAND}` is the command when none is named; the first word may be either.
functions[_rydecheck_named]=$functions[_shtab_rydecheck]
_shtab_rydecheck() {{
  local -a given named=({" ".join(commands)})
  local -i at=CURRENT place only
  for (( place = 1; place <= $#words; place++ )); do
    if [[ ${{words[place]}} == --[a-z]*=* ]]; then  # `_arguments` knows an option and its value as two words
      given+=("${{words[place]%%=*}}" "${{words[place]#*=}}")
      (( place <= CURRENT )) && at+=1
      (( place == CURRENT )) && compset -P 1 '*='
    else
      given+=("${{words[place]}}")
    fi
  done
  only=${{given[(I)--only]}}
  if (( only && only < at )) && [[ -z ${{(M)given[only + 1,at - 1]:#-*}} ]]; then
    # `--only` takes all up to the next option; `_arguments` would give that no chance.
    if [[ ${{given[at]}} != -* ]]; then
      _rydecheck_checks_and_steps
      (( at > only + 1 )) && _files
      return
    fi
    given=("${{(@)given[1,only - 1]}}" "${{given[at]}}")
    at=only
  fi
  if (( at > 2 && ${{named[(Ie)${{given[2]}}]}} )); then
    words=("${{(@)given}}") CURRENT=at
    _rydecheck_named "$@"
    return
  fi
  if (( at == 2 && CURRENT == 2 )); then
    _rydecheck_named "$@"
  fi
  words=("${{given[1]}}" {_DEFAULT_COMMAND} "${{(@)given[2,-1]}}")
  CURRENT=$(( at + 1 ))
  _rydecheck_named "$@"
}}"""
    return before, ""


def _fish(packs: list[RulePack], commands: list[str]) -> tuple[str, str]:  # noqa: ARG001
    def cases(which: int) -> Iterator[str]:
        for pack in packs:
            yield f"    case {quote(pack.id)}"
            for name, title in _named(pack)[which]:
                yield f"      printf '%s\\t%s\\n' {quote(name)} {quote(title)}"

    before = f"""\
# The module that the line asks for.
function _rydecheck_module
  set -l words (commandline -opc)
  set -l place (contains -i -- --module $words)
  and test (count $words) -gt $place
  and echo $words[(math $place + 1)]
  and return
  set -l joined (string match -- '--module=*' $words)
  and string replace -- --module= '' $joined[-1]
  or echo {DEFAULT_MODULE}
end

function _rydecheck_checks
  switch (_rydecheck_module)
{chr(10).join(cases(0))}
  end
end

function _rydecheck_steps
  switch (_rydecheck_module)
{chr(10).join(cases(1))}
  end
end

function _rydecheck_checks_and_steps
  _rydecheck_checks
  _rydecheck_steps
end

function _rydecheck_checks_steps_and_files
  _rydecheck_checks_and_steps
  __fish_complete_path (commandline -ct)
end

function _rydecheck_modules_and_dirs
  printf '%s\\n' {_as_words(pack.id for pack in packs)}
  __fish_complete_directories (string replace -r '^--module=' '' -- (commandline -ct))
end

function _rydecheck_formats
  set -l typed (string replace -r '^--also=' '' -- (commandline -ct))
  set -l parts (string split -m 1 = -- $typed)
  if test (count $parts) -eq 2
    for file in (__fish_complete_path $parts[2])
      echo "$parts[1]=$file"
    end
  else
    printf '%s\\n' {_as_words(f"{name}=" for name in FORMATS)}
  end
end

# Whether the words before this one belong to `--only`, which takes all up to the next option.
function _rydecheck_after_only
  set -l options (string match -- '-*' (commandline -opc))
  test "$options[-1]" = --only
end"""
    after = f"""
complete -c rydecheck -n _rydecheck_after_only -a '(_rydecheck_checks_and_steps)'

# `{_DEFAULT_COMMAND}` is the command when none is named; the first word may be either.
function _shtab_rydecheck_using
  _shtab_rydecheck_scan
  if test -n "$_shtab_rydecheck_cmdpath"
    test "$_shtab_rydecheck_cmdpath" = "$argv"
  else if test -z "$argv"
    test (count (commandline -opc)) -eq 1
  else
    test "$argv" = {_DEFAULT_COMMAND}
  end
end
"""
    return before, after
