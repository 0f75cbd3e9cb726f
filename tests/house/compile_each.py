"""Compiles files one by one, in parallel, and only those that changed since."""

import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess


@dataclasses.dataclass(frozen=True)
class Unit:
    name: str  # What it is called in the answer; unique.
    source: pathlib.Path
    flags: tuple  # The compiler first. Paths are absolute, or from `flags_from`.
    flags_from: pathlib.Path

    @property
    def object(self):
        return re.sub(r'\W', '_', self.name) + '.o'


def clang():
    """Clang 14 by its name, else the one that there is."""
    return next((name for name in ('clang++-14', 'clang++') if shutil.which(name)), 'clang++-14')


# GCC's own, or about what the compiler writes.
DROPPED_WITH_VALUE = ('-o', '-MF', '-MQ', '-MT')
DROPPED = ('-c', '-MD', '-g', '-D_GLIBCXX_ASSERTIONS=1')


def flags_of(entry):
    """Clang, and what `entry` of compile_commands.json passes to GCC, fit for clang."""
    words = shlex.split(entry['command'])
    words = words[2:] if words[0].endswith('ccache') else words[1:]
    kept = []
    skip = False
    for word in words:
        if skip or word in DROPPED or word.startswith(('-fsanitize', '-O')) or word == entry['file']:
            skip = False
        elif word in DROPPED_WITH_VALUE:
            skip = True
        else:
            kept.append(word)
    return (clang(), *kept)


def compile_each(units, where):
    """{name: lines of the compiler} of those that did not compile. The objects
    stay in the folder `where`, for the next time."""
    where.mkdir(parents=True, exist_ok=True)
    (where / 'build.ninja').write_text(''.join(recipe(units, where)))
    done = subprocess.run(
        ['ninja', '-C', str(where), '-k', '0', '-j', str(len(os.sched_getaffinity(0)))],
        text=True, errors='replace', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    problems = failed_edges(done.stdout)
    if done.returncode != 0 and not problems:
        return {'ninja': done.stdout.splitlines()}
    return {unit.name: problems[unit.object] for unit in units if unit.object in problems}


def recipe(units, where):
    ccache = 'ccache ' if shutil.which('ccache') else ''
    yield 'rule compile\n'
    yield f'  command = cd $from && {ccache}$flags -MD -MF $object.d -c $in -o $object\n'
    yield '  depfile = $object.d\n  deps = gcc\n'
    for unit in units:
        yield f'build {unit.object}: compile {escape(unit.source)}\n'
        yield f'  flags = {" ".join(quote(flag) for flag in unit.flags)}\n'
        yield f'  object = {escape(where / unit.object)}\n  from = {escape(unit.flags_from)}\n'
        yield f'  description = {unit.name}\n'


def escape(path):
    return str(path).replace('$', '$$').replace(' ', '$ ').replace(':', '$:')


def quote(flag):
    return "'" + flag.replace('$', '$$').replace("'", "'\\''") + "'" if any(
        c in flag for c in ' "\'();&|<>*$') else flag


def failed_edges(output):
    """{object: lines} from what ninja printed."""
    problems = {}
    current = None
    for line in output.splitlines():
        if line.startswith('FAILED: '):
            current = problems.setdefault(line.split()[-1], [])
        elif line.startswith(('[', 'ninja: ')):
            current = None
        elif current is not None and not line.startswith('cd '):
            current.append(line)
    return problems
