"""Runs tests and collects what they count for."""

import concurrent.futures
import dataclasses
import functools
import os
import platform
import signal
import subprocess
import time

import build
import count

SANITIZERS = {
    'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
    'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1:suppressions='
                    + str(build.ROOT / 'tests' / 'runner' / 'tsan.supp'),
}
SLOWER = 4  # What a sanitizer costs, about; the time limits are stretched by it.
SECONDS_BETWEEN_WORDS = 30
LINES_SHOWN = 60


@dataclasses.dataclass
class Result:
    test: object
    label: str
    count: count.Count
    seconds: float
    log: object


@functools.cache
def prefix():
    """The sanitizers of GCC 12 fail at random where the kernel randomises
    more address bits than they know of."""
    try:
        with open('/proc/sys/vm/mmap_rnd_bits') as bits:
            if int(bits.read()) <= 28:
                return ()
        words = ('setarch', platform.machine(), '-R')
        return words if subprocess.run([*words, 'true'], capture_output=True).returncode == 0 else ()
    except (OSError, ValueError):
        return ()


def run_one(test, build_name):
    """Runs `test` of build/<build_name>."""
    label = test.suite + (' (tsan)' if build_name == 'tsan' else '')
    log = build.LOGS / f'{build_name}-{test.suite}-{test.name}.log'.replace(' ', '_')
    env = {**build.environment(), **SANITIZERS, **test.environment}
    started = time.monotonic()
    timed_out = False
    with log.open('wb') as out:
        process = subprocess.Popen(
            [*prefix(), *test.command], cwd=test.workdir, env=env, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            process.wait(test.seconds * (1 if build_name == 'demo' else SLOWER) or None)
        except subprocess.TimeoutExpired:
            timed_out = True
        kill_group(process)
    seconds = time.monotonic() - started
    output = log.read_text(errors='replace')
    return Result(test, label, count.judge(test.protocol, output, process.returncode, timed_out),
                  seconds, log)


def kill_group(process):
    """Also what the test has started and left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def report(result):
    test, counted = result.test, result.count
    line = f'  {result.label}/{test.name}: {counted.passed} passed'
    if counted.skipped:
        line += f', {counted.skipped} skipped'
    if counted.failed:
        line += f', {counted.failed} FAILED'
    if counted.why:
        line += f' ({counted.why})'
    build.say(f'{line}, {result.seconds:.1f} s')
    if counted.failed:
        build.say(f'    from {result.log.relative_to(build.ROOT)}:')
        lines = result.log.read_text(errors='replace').splitlines()
        for text in what_failed(test.protocol, lines)[-LINES_SHOWN:]:
            build.say('    | ' + text)


def what_failed(protocol, lines):
    """Of TAP all but the cases that passed."""
    return [line for line in lines if protocol != 'tap' or not line.startswith('ok ')]


def run_all(tests, build_name):
    """Runs `tests`, those that may side by side, and returns the results."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        # What may take long first, or it would run alone in the end.
        longest_first = sorted(tests, key=lambda test: -test.seconds)
        running = {pool.submit(run_one, test, build_name): test
                   for test in longest_first if test.is_parallel}
        results += collect(running)
        for test in tests:
            if not test.is_parallel:
                results += collect({pool.submit(run_one, test, build_name): test})
    return results


def collect(running):
    results = []
    started = time.monotonic()
    pending = set(running)
    while pending:
        done, pending = concurrent.futures.wait(pending, SECONDS_BETWEEN_WORDS,
                                                concurrent.futures.FIRST_COMPLETED)
        for future in done:
            results.append(future.result())
            report(results[-1])
        if not done:
            names = ', '.join(sorted(running[future].full_name for future in pending))
            build.say(f'  still running after {time.monotonic() - started:.0f} s: {names}')
    return results
