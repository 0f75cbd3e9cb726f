"""Builds and runs the tests; tests/run sees to the set-up before."""

import argparse
import os
import sys
import time

import build
import count
import execute
import tests as catalogue


def parse(arguments):
    parser = argparse.ArgumentParser(prog='tests/run')
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--suite', action='append', default=[], metavar='NAME')
    parser.add_argument('--long', action='store_true')
    return parser.parse_args(arguments)


def print_list(tests):
    for suite in sorted({test.suite for test in tests}):
        names = [test.name + (' (also tsan)' if test.threads else '') + (' (plain)' if test.plain else '')
                 for test in tests if test.suite == suite]
        build.say(f'{suite}: {", ".join(names)}')


def build_and_run(build_name, tests, everything):
    """Builds what `tests` need in build/<build_name>, then runs them there."""
    targets = sorted({file for test in tests for file in test.needs})
    if everything or targets:
        build.build(build_name, () if everything else targets)
    return execute.run_all(tests, build_name)


def run(names):
    where = build.configure('asan')
    every = catalogue.read_tests(where)
    chosen = catalogue.select(every, names)
    if not chosen:
        raise build.BuildError(f'no suite or test is named {" or ".join(names)}; see tests/run --list')
    results = build_and_run('asan', [test for test in chosen if not test.plain], not names)
    if any(test.plain for test in chosen):
        plain = catalogue.read_tests(build.configure('demo'))
        results += build_and_run(
            'demo', [test for test in catalogue.select(plain, names) if test.plain], False)
    if any(test.threads for test in chosen):
        tsan = catalogue.read_tests(build.configure('tsan'))
        results += build_and_run(
            'tsan', [test for test in catalogue.select(tsan, names) if test.threads], False)
    forgotten = [] if names else catalogue.forgotten(where, every, catalogue.files_to_compile())
    return results, forgotten


def summarize(results, forgotten, seconds):
    total = count.Count()
    build.say('')
    for label in sorted({result.label for result in results}):
        mine = [result for result in results if result.label == label]
        counted = sum((result.count for result in mine), count.Count())
        total += counted
        spent = sum(result.seconds for result in mine)
        build.say(f'{label:14} {counted.passed:5} passed {counted.failed:4} failed {spent:8.1f} s')
    for what in forgotten:
        build.say(f'meson.build: {what}')
    total.failed += len(forgotten)
    if total.skipped:
        build.say(f'{total.skipped} skipped')
    build.say(f'{seconds:.0f} s in all; logs are in build/logs')
    build.say(f'{total.passed} passed, {total.failed} failed')
    return 0 if total.failed == 0 and total.passed > 0 else 1


def main():
    arguments = parse(sys.argv[1:])
    started = time.monotonic()
    if arguments.long:
        os.environ['JOINPASS_TESTS_LONG'] = '1'
    try:
        if arguments.list:
            print_list(catalogue.read_tests(build.configure('asan')))
            return 0
        results, forgotten = run(arguments.suite)
    except (build.BuildError, OSError) as error:
        build.say(str(error))
        build.say('0 passed, 1 failed')
        return 1
    return summarize(results, forgotten, time.monotonic() - started)


if __name__ == '__main__':
    sys.exit(main())
