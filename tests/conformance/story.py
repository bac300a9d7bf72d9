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
            ["sh", "-c", line],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            input=stdin or "",
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


STEPS = (("main", "metrics"), ("metrics", "main"))


def story(report, compiler, page, directory, root_directory):
    """Plays the page, and deploys both of its commits with both targets: forth, and back again."""
    repository = Repository(compiler, directory)
    repository.play(page.read_text())
    commits = repository.run("git log --all --format=%s").stdout.splitlines()
    report.check("story: there are two commits", [] if len(commits) == 2 else [commits])
    denied = repository.run("tierwall diff --git main..metrics --deny internet,replace")
    report.check("story: what was narrowed passes", [denied.stderr] if denied.returncode else [])
    reviews = {step: foretold(report, repository, *step) for step in STEPS}
    table = compiler.flows(directory / "shop.tier")
    values = Values(SLUG, table)
    by_terraform(report, repository, reviews, values, root_directory)
    by_cloudformation(report, repository, reviews, values, {values.written(t["tag_name"]): t["name"] for t in table["tiers"]})


def foretold(report, repository, old, new):
    """What `diff` says that AWS will do."""
    done = repository.run(f"tierwall diff --git {old}..{new} --format json")
    report.check(f"story: {old} to {new} is reviewed", [done.stderr] if done.returncode else [])
    [review] = json.loads(done.stdout)
    return review["aws"]


def by_terraform(report, repository, reviews, values, directory):
    """The module of `main` is applied; then each step is planned, applied and settled."""
    server = standin.Server()
    root = terraform.Root(directory, server)
    put(report, repository, root, values, "main")
    report.check("story: the first module is valid", flat(root.validate()))
    report.check("story: the first module is applied", flat(root.apply()))
    for step in STEPS:
        name = "story: terraform: {} to {}".format(*step)
        put(report, repository, root, values, step[1])
        plan, problems = root.plan()
        counts = tuple(reviews[step]["terraform"][what] for what in ("add", "change", "destroy"))
        report.check(f"{name}: the plan is as foretold", flat(problems) + unequal(counts, plan.of(SLUG)))
        report.check(f"{name}: it does something", [] if any(counts) else [counts])
        report.check(f"{name}: it is applied", flat(root.apply("plan.out")))
        report.check(f"{name}: the plan after that is empty", flat(not_empty(root)))
    server.stop()


def put(report, repository, root, values, commit):
    """Puts the module that a commit holds under the root."""
    module = repository.show(commit, "shop.tf")
    given, problems = values.for_module(module)
    report.check(f"story: the variables of the module of {commit}", problems)
    standin.seed(values.ids())
    root.put(SLUG, module, given)


def by_cloudformation(report, repository, reviews, values, tiers):
    """The stacks of both commits, and how their rules differ."""
    rules = {commit: stacked(report, repository, values, tiers, commit) for commit in ("main", "metrics")}
    for step in STEPS:
        old, new = (rules[commit] for commit in step)
        for word, found in (("added", new - old), ("removed", old - new)):
            wanted = sorted(listed(rule) for rule in reviews[step]["rules"][word])
            name = "story: cloudformation: {} to {}: the rules {}".format(*step, word)
            report.check(f"{name} are those foretold", unequal(wanted, sorted(map(read, found))))
    report.check(
        "story: cloudformation: the stacks differ", [] if rules["main"] != rules["metrics"] else ["they do not"]
    )


def stacked(report, repository, values, tiers, commit):
    """{(tier, rule)} of the stack that a commit holds."""
    template = repository.show(commit, "shop.json")
    with standin.in_process() as (ec2, cfn):
        given, problems = values.for_template(json.loads(template), {})
        standin.seed(values.ids())
        ids, refused = cloudformation.create(cfn, f"story-{commit}", template, given)
        groups, wrong = readback.groups(ec2, ids, tiers)
    report.check(f"story: cloudformation: the stack of {commit} is created", problems + refused + wrong)
    return {(tier, rule) for tier, group in groups.items() for rule in group["rules"]}


def read(found):
    """A rule that was read back, as `listed` has it."""
    tier, rule = found
    return tier, rule.direction, rule.protocol, rule.from_port, rule.to_port, rule.peer, rule.description


def listed(rule):
    """A rule of the review. The story has addresses and tiers for peers, and no other kind."""
    peer = rule["peer"]
    name = peer["block"] if peer["kind"] == "address" else f"tier {peer['name']}"
    direction = {"inbound": "ingress", "outbound": "egress"}[rule["direction"]]
    text = rule["text_after"] or rule["text_before"]
    return rule["tier"], direction, rule["protocol"], rule["from_port"], rule["to_port"], name, text


def flat(problems):
    """What is wrong with any module."""
    return [problem for found in problems.values() for problem in found]
