"""Counts the checks of a run, prints the ones that failed, and says how long each stage took."""

import sys
import time
from contextlib import contextmanager


class Report:
    """One line for each failed check as it happens (for each check when verbose)."""

    def __init__(self, verbose=False):
        self.passed, self.failed, self.verbose = 0, 0, verbose

    def check(self, name, problems):
        """Counts one check: it passed if there are no problems."""
        if problems:
            self.failed += 1
            print(f"FAILED  {name}")
            for problem in problems:
                print("        " + str(problem).strip().replace("\n", "\n        "))
        else:
            self.passed += 1
            if self.verbose:
                print(f"ok      {name}")
        sys.stdout.flush()

    @contextmanager
    def stage(self, title):
        """Prints the title, what the stage counted and its time."""
        start, passed, failed = time.monotonic(), self.passed, self.failed
        print(f"-- {title}", flush=True)
        yield
        print(
            f"   {self.passed - passed} passed, {self.failed - failed} failed," f" {time.monotonic() - start:.1f} s",
            flush=True,
        )


class Quiet(Report):
    """Keeps what went wrong instead of printing it."""

    def __init__(self):
        super().__init__()
        self.problems = []

    def check(self, name, problems):
        self.problems += [f"{name}: {problem}" for problem in problems]
