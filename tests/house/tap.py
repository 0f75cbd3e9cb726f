"""Prints the Test Anything Protocol."""

import sys


class Tap:
    """Each case is a sentence. done() gives the exit code."""

    def __init__(self):
        self.ran = 0
        self.failed = 0

    def case(self, passed, sentence, details=()):
        """`details` are lines that say what is wrong; shown only then."""
        self.ran += 1
        print(f'{"ok" if passed else "not ok"} {self.ran} - {sentence}', flush=True)
        if not passed:
            self.failed += 1
            for line in details:
                print(f'# {line}', flush=True)

    def none(self, problems, sentence):
        """Passes if there is no problem."""
        self.case(not problems, sentence, problems)

    def done(self):
        print(f'1..{self.ran}')
        sys.exit(1 if self.failed else 0)
