"""Which tests there are, as meson knows them."""

import dataclasses
import os

import build


@dataclasses.dataclass
class Test:
    name: str
    suite: str
    threads: bool  # Runs under TSan, too.
    plain: bool  # Runs in the demo's build, without a sanitizer.
    command: list
    needs: list  # What must be built before: paths in the build directory.
    environment: dict
    workdir: str
    protocol: str
    seconds: int  # Time limit of a plain build.
    is_parallel: bool

    @property
    def full_name(self):
        return f'{self.suite}/{self.name}'


def read_test(entry, where, files):
    """From an entry of `meson introspect --tests` of the build directory
    `where`; `files` is {id of a target: its files}."""
    suites = [suite.split(':', 1)[-1] for suite in entry['suite']]
    return Test(
        name=entry['name'],
        suite=next((suite for suite in suites if suite not in ('threads', 'plain')), 'unit'),
        threads='threads' in suites,
        plain='plain' in suites,
        command=entry['cmd'],
        needs=[os.path.relpath(file, where) for target in entry['depends'] for file in files[target]],
        environment=entry['env'],
        workdir=entry['workdir'] or str(where),  # as `meson test` does
        protocol=entry['protocol'],
        seconds=entry['timeout'] or 0,
        is_parallel=entry['is_parallel'])


def read_tests(where):
    files = {target['id']: target['filename'] for target in build.introspect(where, '--targets')}
    tests = [read_test(entry, where, files) for entry in build.introspect(where, '--tests')]
    return sorted(tests, key=lambda test: test.full_name)


def forgotten(where, tests, files):
    """What is wrong with the lists in meson.build: *_test executables that no
    test() runs, and `files` (paths from the root) that no target compiles."""
    targets = build.introspect(where, '--targets')
    run = {test.command[0] for test in tests}
    compiled = {file for target in targets for part in target['target_sources']
                for file in part.get('sources', ())}
    return ([f'no test() names {target["name"]}' for target in targets
             if target['type'] == 'executable' and target['name'].endswith('_test')
             and not run.intersection(target['filename'])]
            + [f'no target compiles {file}' for file in sorted(files)
               if str(build.ROOT / file) not in compiled])


def files_to_compile():
    """Every source of the library and every test."""
    return [str(file.relative_to(build.ROOT)) for folder, pattern in (('lib', '*.cc'), ('tests', '*_test.cc'))
            for file in (build.ROOT / folder).rglob(pattern)]


def select(tests, names):
    """Those whose suite or full name is in `names`; all if there is none."""
    return [test for test in tests
            if not names or test.suite in names or test.full_name in names]
