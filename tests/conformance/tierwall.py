"""The compiler as a program: builds, flow tables, and the cases that the examples make."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

TODAY = "2026-01-15"
ENVIRONMENTS = re.compile(r"^environments (.*)$", re.M)


class Refused(Exception):
    """The compiler did not do it; the text is what it said."""


@dataclass(frozen=True)
class Case:
    """An example with one set of bindings or in one environment, or as it is."""

    name: str
    source: Path
    vars: Path | None = None
    environment: str | None = None

    @property
    def options(self):
        """What the command line of its commands has."""
        vars = ["--vars", self.vars] if self.vars else []
        return [*vars, *(["--environment", self.environment] if self.environment else [])]


def cases(examples):
    """`NAME.tier` is a case; `NAME/main.tier` is one for each environment that it declares, else for each
    `NAME/*.json`, else one."""
    found = [Case(file.stem, file) for file in sorted(examples.glob("*.tier"))]
    for main in sorted(examples.glob("*/main.tier")):
        name, declared = main.parent.name, ENVIRONMENTS.search(main.read_text())
        environments = re.split(r",\s*", declared[1]) if declared else []
        made = [Case(f"{name}-{it}", main, environment=it) for it in environments]
        made = made or [Case(f"{name}-{file.stem}", main, file) for file in sorted(main.parent.glob("*.json"))]
        found += made or [Case(name, main)]
    return found


class Compiler:
    """The binary under test."""

    def __init__(self, binary):
        self.binary = binary

    def _done(self, *arguments):
        command = [str(self.binary), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Refused(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
        return done

    def _run(self, *arguments):
        return self._done(*arguments).stdout

    def check(self, source, *levels, as_of=TODAY):
        """What is told of a program."""
        return self._done("check", source, "--as-of", as_of, "--color", "never", *levels).stderr

    def errors(self, source, vars=None, *levels, as_of=TODAY):
        """The errors of a program, as parsed JSON."""
        command = [str(self.binary), "check", str(source), "--as-of", as_of, "--message-format", "json"]
        command += [*(["--vars", str(vars)] if vars else []), *levels]
        done = subprocess.run(command, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        # U+2028 ends a line for `splitlines`
        told = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
        found = [it for it in told if it["type"] == "problem" and it["level"] == "error"]
        if done.returncode not in (1, 2) if found else done.returncode:
            raise Refused(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return found

    def build(self, source, target, *options, as_of=TODAY):
        """The output for a target."""
        return self._run("build", source, "--to", target, "--as-of", as_of, *options)

    def foretold(self, old, new, as_of=TODAY):
        """What `diff` says that AWS will do, as parsed JSON; that the two differ is no failure."""
        return json.loads(self._run("diff", old, new, "--format", "json", "--as-of", as_of))["aws"]

    def flows(self, source, *options, as_of=TODAY):
        """The flow table, as parsed JSON."""
        return json.loads(self._run("flows", source, "--format", "json", "--as-of", as_of, *options))
