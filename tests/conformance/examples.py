"""The conformance run: every example, in every variant, through both outputs and the real tools.

The claim is one: what CloudFormation makes, what Terraform makes, and what the flow table says are
the same rules.
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import cloudformation
import lowering
import members
import readback
import standin
import terraform
from parameters import Values
from tierwall import Refused


@dataclass
class Subject:
    """A case and what becomes of it; the outputs are None where the compiler refused."""

    name: str
    table: dict
    template: str | None
    module: str | None
    values: Values
    stacked: dict = field(default_factory=dict)
    applied: dict = field(default_factory=dict)

    @property
    def slug(self):
        return re.sub("[^a-z0-9]", "_", self.name.lower())

    @property
    def tiers(self):
        return {self.values.written(tier["tag_name"]): tier["name"] for tier in self.table["tiers"]}

    def ids(self):
        """Everything that must exist before it is deployed."""
        return standin.ids_in((self.template or "") + (self.module or "")) | self.values.ids()


def subjects(report, compiler, cases, work):
    """Builds every case; keeps the outputs in `work` for people to look at."""
    out = []
    for case in cases:
        made, problems = {}, defaultdict(list)
        for what, make in (
            ("flows", lambda: compiler.flows(case.source, *case.options)),
            ("cloudformation", lambda: compiler.build(case.source, "cloudformation", *case.options)),
            ("json", lambda: json.loads(compiler.build(case.source, "json", *case.options))),
            ("terraform", lambda: compiler.build(case.source, "terraform", *case.options)),
        ):
            try:
                made[what] = make()
            except (Refused, ValueError) as refused:
                problems[what].append(refused)
            report.check(f"{case.name}: {what} is built", problems[what])
        if "flows" in made:
            subject = Subject(
                case.name,
                made["flows"],
                made.get("cloudformation"),
                made.get("terraform"),
                Values(case.name, made["flows"]),
            )
            out.append(subject)
            for vpc in (id for id in subject.ids() if id.startswith("vpc-")):
                standin.raise_quota(vpc, made.get("json", {}).get("rule_quota"))
            for name, text in (
                ("template.json", subject.template),
                ("module.tf", subject.module),
                ("flows.json", json.dumps(subject.table, indent=2)),
            ):
                (work / f"{subject.slug}.{name}").write_text(text or "")
    report.check("cases", [] if out else ["there are no examples"])
    return out


def lint_templates(report, subjects):
    """cfn-lint and cloudformation-validate."""
    for subject in subjects:
        if subject.template:
            report.check(f"{subject.name}: cfn-lint", cloudformation.lint_findings(subject.template))
            report.check(
                f"{subject.name}: cloudformation-validate",
                cloudformation.validate_findings(subject.template, f"{subject.name}.json"),
            )


def create_stacks(report, subjects):
    """A stack for each template, and what stands there afterwards against the flow table."""
    with standin.in_process() as (ec2, cfn):
        lists = {name: id for id, name in readback.list_names(ec2).items()}
        for subject in subjects:
            if not subject.template:
                continue
            template = json.loads(subject.template)
            given, problems = subject.values.for_template(template, lists)
            report.check(f"{subject.name}: template parameters", problems)
            standin.seed(subject.ids(), subject.values.ipv6_lists())
            ids, problems = cloudformation.create(cfn, subject.slug.replace("_", "-"), subject.template, given)
            report.check(f"{subject.name}: the stack is created", problems)
            if not problems:
                subject.stacked, problems = readback.groups(ec2, ids, subject.tiers)
                expected = lowering.lower(subject.table, subject.values, "cloudformation")
                report.check(
                    f"{subject.name}: the stack's rules are the flow table's",
                    problems
                    + lowering.differences(expected, subject.stacked)
                    + lowering.misplaced(subject.table, subject.values, subject.stacked),
                )


def apply_modules(report, subjects, server, directory):
    """All modules under one root: formatted, valid, applied, and settled."""
    root = terraform.Root(directory, server)
    subjects = {subject.slug: subject for subject in subjects if subject.module}
    for slug, subject in subjects.items():
        given, problems = subject.values.for_module(subject.module)
        report.check(f"{subject.name}: module variables", problems)
        root.put(slug, subject.module, given)
        standin.seed(subject.ids(), subject.values.ipv6_lists())
    standing = readback.default_groups(server.ec2)

    def each(what, step):
        slugs = list(root.modules)  # before the step: it leaves out what it finds broken
        problems = step()
        report.check(f"terraform: {what}", problems[terraform.GENERAL])
        for slug in slugs:
            report.check(f"{subjects[slug].name}: {what}", problems[slug])

    each("terraform fmt", root.unformatted)
    each("terraform validate", root.validate)
    each("terraform apply", root.apply)
    each("the second plan is empty", lambda: not_empty(root))
    groups, outputs = root.groups(), root.outputs()
    for slug in root.modules:
        subject = subjects[slug]
        subject.applied, problems = readback.groups(server.ec2, groups[slug], subject.tiers)
        expected = lowering.lower(subject.table, subject.values, "terraform")
        report.check(
            f"{subject.name}: the applied rules are the flow table's",
            problems
            + lowering.differences(expected, subject.applied)
            + lowering.misplaced(subject.table, subject.values, subject.applied),
        )
        report.check(
            f"{subject.name}: the module's outputs are its groups",
            unequal(sorted(groups[slug]), sorted(members.single(outputs.get(slug, {}))))
            + members.terraform_problems(subject.table, outputs.get(slug, {})),
        )
    check_default_groups(
        report, [subjects[slug] for slug in root.modules], standing, readback.default_groups(server.ec2)
    )


def not_empty(root):
    """{module: problems} of a plan that should do nothing."""
    plan, problems = root.plan()
    for module in plan.actions:
        problems[module] += unsettled(plan, module) + [root.explain(module)]
    return problems


def unsettled(plan, module):
    """What a plan that should be empty would do."""
    return [f"{action} {address}" for action, _, address in plan.actions[module]]


def unequal(wanted, found):
    """A problem if two things differ."""
    return [] if wanted == found else [f"expected {wanted}, found {found}"]


def check_default_groups(report, subjects, before, after):
    """A locked VPC's default group has no rule left; any other is as it was."""
    users = Counter(id for subject in subjects for id in subject.ids() if id in before)
    for subject in subjects:
        locked = {
            vpc["id"] or subject.values.of(vpc["parameter"])
            for vpc in subject.table["vpcs"]
            if vpc["default_group"] == "locked" and (vpc["id"] or vpc["parameter"])
        }
        own = {id for id in subject.ids() if users[id] == 1}
        report.check(
            f"{subject.name}: default groups",
            [f"{after[id]} rules on the locked default group of {id}" for id in locked if after[id]]
            + [f"the default group of {id} was touched" for id in own - locked if after[id] != before[id]],
        )


def compare_targets(report, subjects):
    """Both deployments side by side: rules (but the placeholder), tags, descriptions, explicit names."""
    for subject in subjects:
        if subject.stacked and subject.applied:
            report.check(f"{subject.name}: both outputs deploy the same", different(subject))


def different(subject):
    """How the two deployments of a subject differ."""
    problems = []
    named = set(
        re.findall(r'"GroupName": "([^"]*)"', subject.template) + re.findall(r'^  name += "(.*)"', subject.module, re.M)
    )
    for tier in sorted(set(subject.stacked) | set(subject.applied)):
        stacked, applied = subject.stacked.get(tier), subject.applied.get(tier)
        if not stacked or not applied:
            problems.append(f"{tier} is deployed by one output alone")
            continue
        rules = [rule for rule in stacked["rules"] if rule != lowering.PLACEHOLDER]
        halved = lowering.halved(applied["rules"])
        problems += [f"{tier}: one alone has {rule}" for rule in sorted(set(rules) ^ set(halved))]
        compared = ["description", "tags", "associated"]
        compared += ["name"] if {stacked["name"], applied["name"]} & named else []
        for what in compared:
            if stacked[what] != applied[what]:
                problems.append(f"{tier}: {what} {stacked[what]!r} by template, {applied[what]!r} by module")
    return problems
