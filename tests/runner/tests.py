"""Which tests there are, as meson knows them."""

import dataclasses
import pathlib

import build


@dataclasses.dataclass
class Test:
    name: str
    suite: str
    threads: bool  # Runs under TSan, too.
    command: list
    environment: dict
    workdir: str
    protocol: str
    seconds: int  # Time limit of a plain build.
    is_parallel: bool

    @property
    def full_name(self):
        return f'{self.suite}/{self.name}'

    def target(self, where):
        """The path in the build directory `where` that must be built; None for a script."""
        program = pathlib.Path(self.command[0])
        return str(program.relative_to(where)) if program.is_relative_to(where) else None


def read_test(entry):
    suites = [suite.split(':', 1)[-1] for suite in entry['suite']]
    return Test(
        name=entry['name'],
        suite=next((suite for suite in suites if suite != 'threads'), 'unit'),
        threads='threads' in suites,
        command=entry['cmd'],
        environment=entry['env'],
        workdir=entry['workdir'] or str(build.ROOT),
        protocol=entry['protocol'],
        seconds=entry['timeout'] or 0,
        is_parallel=entry['is_parallel'])


def read_tests(where):
    tests = [read_test(entry) for entry in build.introspect(where, '--tests')]
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
