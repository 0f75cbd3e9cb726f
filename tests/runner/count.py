"""Counts test cases in what a test printed. Pure."""

import dataclasses
import re


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    why: str = ''  # What made a run fail beside its cases.

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed,
                     self.skipped + other.skipped)


DOCTEST = re.compile(r'^\[doctest\] test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|'
                     r'\s*(\d+) failed\s*\|\s*(\d+) skipped', re.MULTILINE)
TAP_LINE = re.compile(r'^(not )?ok\b(.*)$', re.MULTILINE)
TAP_PLAN = re.compile(r'^1\.\.(\d+)', re.MULTILINE)
TAP_SKIP = re.compile(r'#\s*skip', re.IGNORECASE)


def count_doctest(output):
    summaries = DOCTEST.findall(output)
    return Count(*map(int, summaries[-1])) if summaries else Count(why='no doctest summary')


def count_tap(output):
    count = Count()
    for refused, rest in TAP_LINE.findall(output):
        if refused:
            count.failed += 1
        elif TAP_SKIP.search(rest):
            count.skipped += 1
        else:
            count.passed += 1
    plan = TAP_PLAN.search(output)
    ran = count.passed + count.failed + count.skipped
    if plan is None:
        count.why = 'no TAP plan'
    elif int(plan.group(1)) != ran:
        count.why = f'planned {plan.group(1)} cases and ran {ran}'
    return count


def judge(protocol, output, exit_code, timed_out):
    """What one run counts for. A run that crashed, hung or ran no case has at
    least one failure, whatever it printed."""
    count = count_tap(output) if protocol == 'tap' else count_doctest(output)
    if timed_out:
        count.why = 'timed out'
    elif exit_code < 0:
        count.why = f'killed by signal {-exit_code}'
    elif exit_code != 0 and count.failed == 0:
        count.why = f'exit code {exit_code}'
    elif not count.why and count.passed + count.failed == 0:
        count.why = 'ran no test case'
    if count.why and not (count.failed and exit_code > 0 and not timed_out):
        count.failed += 1
    return count
