"""Many Terraform modules under one root: one init, one validate, one apply, one plan for all.

Starting the provider costs more than all else, so every output is a module of one root, and
whatever Terraform says is put down to the module it speaks of. A module that does not parse or
validate is reported and left out, so that it never hides what there is to say about the others.
"""

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import standin

ROOT = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

# 25 by default, which is ten minutes and more after one error of the stand-in
provider "aws" {
  max_retries = 3
}
"""
COUNTED = {"create": ["add"], "update": ["change"], "delete": ["destroy"], "replace": ["add", "destroy"]}
GENERAL = ""  # the module of a problem that Terraform puts down to none


@dataclass
class Plan:
    """What a plan would do, module by module."""

    counts: dict = field(default_factory=lambda: defaultdict(Counter))
    actions: dict = field(default_factory=lambda: defaultdict(list))

    def of(self, module):
        """(add, change, destroy)"""
        return tuple(self.counts[module][what] for what in ("add", "change", "destroy"))


class Root:
    """A root module in a directory, against a `standin.Server`."""

    def __init__(self, directory, server):
        self.directory, self.modules = directory, {}
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": server.url,
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_DATA_DIR": ".terraform",
        }

    def put(self, name, text, arguments):
        """Writes a module (again), called with these arguments."""
        self.modules[name] = arguments
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "main.tf").write_text(text)

    def _write_root(self):
        text = ROOT
        for name, arguments in self.modules.items():
            lines = [f"  {key} = {json.dumps(value)}\n" for key, value in arguments.items()]
            text += f'module "{name}" {{\n  source = "./{name}"\n{"".join(lines)}}}\n'
            text += f'output "{name}" {{\n  value = module.{name}\n}}\n'
        (self.directory / "main.tf").write_text(text)

    def _run(self, *arguments):
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def unformatted(self):
        """{module: problems} of `terraform fmt -check`; those that do not parse are left out from here on."""
        problems = defaultdict(list)
        self._write_root()
        # one file that does not parse keeps fmt from looking at the rest
        while (done := self._run("fmt", "-check", "-diff", "-recursive", "-no-color", *self.modules)).stderr:
            if not self._leave_out(done.stderr, problems):
                problems[GENERAL].append(done.stderr)
                break
        for part in re.split(r"^(?=--- old/)", done.stdout, flags=re.M):
            if found := re.match(r"--- old/([^/]+)/", part):
                problems[found[1]].append(part[:2000])
        if done.returncode and not problems:
            problems[GENERAL].append(done.stdout)
        return problems

    def validate(self):
        """{module: problems} of `init` and `validate`; invalid modules are left out from here on."""
        problems = defaultdict(list)
        self._write_root()
        while (done := self._run("init", "-no-color", "-input=false")).returncode:
            if not self._leave_out(done.stderr, problems):
                problems[GENERAL].append("terraform init: " + done.stdout + done.stderr)
                return problems
        while not self._valid(problems):
            pass
        return problems

    def _valid(self, problems):
        """Whether there is nothing left to leave out after one `validate`."""
        verdict = json.loads(self._run("validate", "-json").stdout)
        invalid = set()
        for diagnostic in verdict["diagnostics"]:
            module = self._module(diagnostic)
            if diagnostic["severity"] == "error" or "deprecat" in diagnostic["summary"].lower():
                problems[module].append(words(diagnostic))
            if diagnostic["severity"] == "error":
                invalid.add(module)
        for module in invalid & set(self.modules):
            del self.modules[module]
        self._write_root()
        return not invalid - {GENERAL}

    def _leave_out(self, said, problems):
        """Leaves out, and puts problems down to, the modules that an error text names; whether any."""
        broken = set(re.findall(r" on ([^/\s]+)/main\.tf", said)) & set(self.modules)
        for module in broken:
            problems[module].append(said[:2000])
            del self.modules[module]
        self._write_root()
        return bool(broken)

    def apply(self, *plan):
        """{module: problems} of an apply, of a saved plan or of what stands there."""
        self._write_root()
        said = self._messages("apply", "-auto-approve", "-input=false", "-parallelism=20", "-json", *plan)
        return self._errors(said)

    def plan(self):
        """(Plan, {module: problems}), kept as `plan.out`."""
        self._write_root()
        said = self._messages("plan", "-input=false", "-parallelism=20", "-json", "-detailed-exitcode", "-out=plan.out")
        plan = Plan()
        for message in said:
            if message["type"] == "planned_change" and message["change"]["action"] not in ("read", "noop"):
                resource, action = message["change"]["resource"], message["change"]["action"]
                module = resource["module"].removeprefix("module.")
                plan.counts[module].update(COUNTED.get(action, []))
                plan.actions[module].append((action, resource["resource_type"], resource["addr"]))
        problems = self._errors(said)
        if said[-1]["exit"] == 2 and not plan.actions:
            problems[GENERAL].append("the plan changes something that is no resource")
        return plan, problems

    def explain(self, module):
        """What `plan.out` says of a module's resources, for people."""
        text = self._run("show", "-no-color", "plan.out").stdout
        return "".join(part for part in re.split(r"^(?=  # )", text, flags=re.M) if f"module.{module}." in part)[:3000]

    def groups(self):
        """{module: ids of its security groups} from the state."""
        state = json.loads(self._run("state", "pull").stdout or "{}")
        found = defaultdict(set)
        for resource in state.get("resources", []):
            if resource["type"] == "aws_security_group":
                found[resource["module"].removeprefix("module.")] |= {
                    i["attributes"]["id"] for i in resource["instances"]
                }
        return found

    def outputs(self):
        """{module: {output: value}} from the state."""
        state = json.loads(self._run("state", "pull").stdout or "{}")
        return {name: output["value"] for name, output in state.get("outputs", {}).items()}

    def variables(self):
        """{module: {variable: its description, default and so on}} as Terraform read them for `plan.out`."""
        shown = json.loads(self._run("show", "-json", "plan.out").stdout or "{}")
        calls = shown.get("configuration", {}).get("root_module", {}).get("module_calls", {})
        return {name: call["module"].get("variables", {}) for name, call in calls.items()}

    def _messages(self, *arguments):
        done = self._run(*arguments)
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return messages + [{"type": "end", "exit": done.returncode, "text": done.stderr}]

    def _errors(self, said):
        problems = defaultdict(list)
        for message in said:
            if message["type"] == "diagnostic" and message["diagnostic"]["severity"] == "error":
                problems[self._module(message["diagnostic"])].append(words(message["diagnostic"]))
        if said[-1]["exit"] not in (0, 2) and not problems:
            problems[GENERAL].append(f"terraform ended with {said[-1]['exit']}: {said[-1]['text']}")
        return problems

    def _module(self, diagnostic):
        """The module that a diagnostic speaks of."""
        place = diagnostic.get("address", "").removeprefix("module.").split(".")[0]
        place = place or (diagnostic.get("range") or {}).get("filename", "").split("/")[0]
        return place if place in self.modules else GENERAL


def words(diagnostic):
    """A diagnostic in one line."""
    place = diagnostic.get("range") or {}
    where = diagnostic.get("address") or f"{place.get('filename')}:{place.get('start', {}).get('line')}"
    return f"{where}: {diagnostic['summary']}: {diagnostic.get('detail', '')}".replace("\n", " ")
