"""Configures and builds one of the build directories.

Also a command: `python3 tests/runner/build.py demo TARGET...`.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / 'build' / 'logs'


# All that a sanitizer needs to say where; the rest takes time to compile and to link.
LINES_ALONE = '-Dcpp_args=-g1'
OPTIONS = {
    # A stranger's compiler may know other warnings, so here none is an error.
    # It fetches nothing: what the demo itself needs, tests/setup has seen to.
    'demo': ['-Dbuildtype=release', '-Dtests=true', '--wrap-mode=nofallback'],
    'asan': ['-Dbuildtype=debug', '-Dtests=true', '-Dwerror=true', '-Db_lundef=false',
             '-Db_sanitize=address,undefined', LINES_ALONE],
    'tsan': ['-Dbuildtype=debug', '-Dtests=true', '-Dwerror=true', '-Db_lundef=false',
             '-Db_sanitize=thread', '-Doptimization=1', LINES_ALONE],
}
PROGRESS = re.compile(r'^\[(\d+)/(\d+)\]')
SECONDS_BETWEEN_WORDS = 15
LINES_SHOWN = 40


class BuildError(Exception):
    """Its text is fit for a person; the log is named in it."""


def say(text):
    print(text, flush=True)


def environment():
    """Ours, with what ccache needs to hit also from another clone."""
    env = dict(os.environ, LC_ALL='C.UTF-8', CCACHE_NOHASHDIR='1')
    home = env.get('HOME', '')
    if 'CCACHE_DIR' not in env and not (home and os.access(home, os.W_OK)):
        env['CCACHE_DIR'] = str(ROOT / 'build' / 'ccache')
    return env


def run_logged(what, command, log):
    """Runs `command` into `log`, with a word now and then about how far it is."""
    started = said = time.monotonic()
    lines = []
    with log.open('a') as out, subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors='replace') as process:
        for line in process.stdout:
            out.write(line)
            lines.append(line.rstrip())
            step = PROGRESS.match(line)
            if step and time.monotonic() - said >= SECONDS_BETWEEN_WORDS:
                said = time.monotonic()
                say(f'{what}: {step[1]} of {step[2]} after {said - started:.0f} s')
    if process.returncode != 0:
        raise BuildError('\n'.join([f'{what} failed; from {log.relative_to(ROOT)}:']
                                   + ['  ' + line for line in what_failed(lines)]))


def what_failed(lines):
    """The first failure of a build, or the end of what was said."""
    first = next((n for n, line in enumerate(lines) if line.startswith('FAILED: ')), None)
    # What meson says of itself stands before it.
    return lines[-LINES_SHOWN:] if first is None else lines[max(0, first - 8):first + LINES_SHOWN]


def configure(name):
    """Sees that build/<name> is configured with its options, and returns it."""
    where = ROOT / 'build' / name
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f'{name}.log'
    log.write_text('')
    wanted = json.dumps([str(ROOT), OPTIONS[name]])
    mark = where / 'configured-as.json'
    if mark.exists() and mark.read_text() == wanted:
        # Lets meson read again what was edited since.
        run_logged(f'configuring build/{name}', ['ninja', '-C', str(where), 'build.ninja'], log)
        return where
    # Another place or other options: nothing that is there can be trusted.
    shutil.rmtree(where, ignore_errors=True)
    run_logged(f'configuring build/{name}',
               ['meson', 'setup', str(where), *OPTIONS[name]], log)
    mark.write_text(wanted)
    return where


def build(name, targets=()):
    """Builds `targets` (paths in the build directory), or all."""
    where = configure(name)
    started = time.monotonic()
    jobs = str(len(os.sched_getaffinity(0)))
    run_logged(f'build/{name}', ['ninja', '-C', str(where), '-j', jobs, *targets],
               LOGS / f'{name}.log')
    say(f'build/{name}: built in {time.monotonic() - started:.0f} s')


def introspect(where, what):
    """What meson knows of a build directory that configure() gave."""
    done = subprocess.run(['meson', 'introspect', what, str(where)], cwd=ROOT, text=True,
                          env=environment(), stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise BuildError(f'meson introspect {what} failed:\n{done.stderr}')
    return json.loads(done.stdout)


def main(arguments):
    try:
        build(arguments[0], arguments[1:])
    except BuildError as error:
        say(str(error))
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
