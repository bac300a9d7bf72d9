"""The story of `docs/pull-requests.md` as AWS sees it: its commits are made in a scratch repository, the outputs that
each commit holds are deployed one after the other, and what `tierwall diff --git` foretold is what happens.

Terraform's plan must have the counts of the review, and settle. In the stack of CloudFormation the rules that come
and go must be those that the review lists.
"""

import json
import os
import re
import subprocess

import cloudformation
import readback
import standin
import terraform
from examples import not_empty, unequal
from parameters import Values

BLOCK = re.compile(r"^(`{3,})(console|diff)\n(.*?)^\1$", re.M | re.S)
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}
SLUG = "story"


class Repository:
    """A scratch repository, and a shell in it that finds the compiler."""

    def __init__(self, compiler, directory):
        self.directory = directory
        binaries = compiler.binary.resolve().parent
        self.environment = os.environ | GIT | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
        self.run("git init --quiet --initial-branch main")

    def run(self, line, stdin=None):
        """A line of shell."""
        return subprocess.run(
            ["sh", "-c", line], cwd=self.directory, env=self.environment, capture_output=True, text=True, input=stdin or ""
        )

    def show(self, commit, path):
        """A file as it is in a commit."""
        return self.run(f"git show {commit}:{path}").stdout

    def play(self, page):
        """Types the commands of a page, and applies its edits; those that fail are part of the story."""
        for _, kind, text in BLOCK.findall(page):
            if kind == "diff":
                self.run("git apply", text).check_returncode()
            for command in re.findall(r"^\$ (.*)", text, re.M) if kind == "console" else []:
                self.run(command)


def story(report, compiler, page, directory, root_directory):
    """Plays the page, and deploys both of its commits with both targets."""
    repository = Repository(compiler, directory)
    repository.play(page.read_text())
    commits = repository.run("git log --all --format=%s --reverse").stdout.splitlines()
    report.check("story: there are two commits", [] if len(commits) == 2 else [commits])
    denied = repository.run("tierwall diff --git main..metrics --deny internet --format json")
    report.check("story: what was narrowed passes", [denied.stderr] if denied.returncode else [])
    [review] = json.loads(denied.stdout)
    table = compiler.flows(directory / "shop.tier")
    values = Values(SLUG, table)
    by_terraform(report, repository, review, values, root_directory)
    by_cloudformation(report, repository, review, values, table)


def by_terraform(report, repository, review, values, directory):
    """The module of `main` is applied, that of the branch planned and applied."""
    server = standin.Server()
    root = terraform.Root(directory, server)
    for commit in ("main", "metrics"):
        module = repository.show(commit, "shop.tf")
        given, problems = values.for_module(module)
        standin.seed(values.ids())
        root.put(SLUG, module, given)
        report.check(f"story: {commit}: the variables of the module", problems)
        if commit == "main":
            report.check("story: main: the module is valid", flat(root.validate()))
            report.check("story: main: the module is applied", flat(root.apply()))
    plan, problems = root.plan()
    foretold = tuple(review["aws"]["terraform"][what] for what in ("add", "change", "destroy"))
    report.check("story: the plan has the counts that were foretold", flat(problems) + unequal(foretold, plan.of(SLUG)))
    report.check("story: they are those of the page", unequal((2, 0, 0), foretold))
    report.check("story: metrics: the plan is applied", flat(root.apply("plan.out")))
    report.check("story: the plan after that is empty", flat(not_empty(root)))
    server.stop()


def by_cloudformation(report, repository, review, values, table):
    """The stack of `main` and that of the branch, each of its own; how their rules differ."""
    tiers = {tier["tag_name"]: tier["name"] for tier in table["tiers"]}
    rules = {}
    for commit in ("main", "metrics"):
        template = repository.show(commit, "shop.json")
        with standin.in_process() as (ec2, cfn):
            given, problems = values.for_template(json.loads(template), {})
            standin.seed(values.ids())
            ids, created = cloudformation.create(cfn, f"story-{commit}", template, given)
            groups, read = readback.groups(ec2, ids, tiers)
        report.check(f"story: {commit}: the stack is created", problems + created + read)
        rules[commit] = {(tier, rule) for tier, group in groups.items() for rule in group["rules"]}
    came = sorted(told(rule) for rule in rules["metrics"] - rules["main"])
    went = sorted(told(rule) for rule in rules["main"] - rules["metrics"])
    report.check("story: the rules that come are those foretold", unequal(foretold(review, "added"), came))
    report.check("story: the rules that go are those foretold", unequal(foretold(review, "removed"), went))
    report.check("story: some come", [] if came else ["none"])


def told(rule):
    """(tier, direction, protocol and ports, peer) of a rule that was read back."""
    tier, rule = rule
    return tier, rule.direction, f"{rule.protocol} {rule.from_port}-{rule.to_port}", rule.peer


def flat(problems):
    """What is wrong with any module."""
    return [problem for found in problems.values() for problem in found]
