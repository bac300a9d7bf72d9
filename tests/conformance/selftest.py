"""The harness must be able to fail: broken outputs go through the same functions as the real ones.

The policy of `specimen` passes all checks; each fault below is one edit of its template or its module,
and a check must name it.
"""

import json

import cloudformation
import examples
import lowering
import review
import standin
import terraform
from edits import Edit
from parameters import Values
from report import Quiet
from specimen import BACKUPS, EVERYWHERE, HALVES, HTTPS, LOCK, MODULE, RULE, TABLE, TEMPLATE, ref

# name -> (what is replaced, by what, a word of the problem that must be reported)
TEMPLATE_FAULTS = {
    "wrong port": (json.dumps(HTTPS), json.dumps(HTTPS | {"FromPort": 442}), "missing ingress tcp 443-443"),
    "missing rule": (json.dumps(HTTPS) + ", ", "", "missing ingress tcp 443-443"),
    "duplicate rule": (
        json.dumps(HTTPS),
        json.dumps(HTTPS) + ", " + json.dumps(HTTPS | {"Description": "again"}),
        "Duplicate",
    ),
    "extra rule": (
        json.dumps(HTTPS),
        json.dumps(HTTPS) + ", " + json.dumps(HTTPS | {"CidrIp": "10.0.0.0/8"}),
        "not in the policy",
    ),
    "wrong text": ("db allows mysql from web", "mysql", "missing ingress tcp 3306"),
    "default egress left": (f', "SecurityGroupEgress": {json.dumps(EVERYWHERE)}', "", "missing egress -1"),
    "all-traffic rule beside an egress resource": (
        json.dumps(HALVES)[1:-1],
        json.dumps(HALVES[0] | {"CidrIp": "0.0.0.0/0"}),
        "missing egress -1",
    ),
    "another account's group as its own": (
        ', "SourceSecurityGroupOwnerId": "123456789012"',
        "",
        "not in the policy: ingress tcp 8080",
    ),
    "wrong tag": ("shop-web", "shop-wob", "no group for tier web"),
    "missing output": (f', "WebId": {json.dumps({"Value": ref("Web")})}', "", "each once"),
    "unknown resource": ("EC2::SecurityGroupIngress", "EC2::SecurityGroupRule", "not made"),
    "lint finding": ('{"MainVpc"', '{"Unused": {"Type": "String"}, "MainVpc"', "cfn-lint: W2001"),
    "cycle": (
        '"CidrIp": "0.0.0.0/0", "Description": "web allows',
        f'"SourceSecurityGroupId": {json.dumps(ref("Web"))}, "Description": "web allows',
        "E3004",
    ),
    "validator finding": ('{"MainVpc"', '{"Unused": {"Type": "String"}, "MainVpc"', "cloudformation-validate: W2001"),
    "wrong parameter": ("AWS::EC2::VPC::Id", "String", "not a AWS::EC2::VPC::Id"),
}
MODULE_FAULTS = {
    "wrong port": ("= 443\n  cidr", "= 444\n  cidr", "missing ingress tcp 443-443"),
    "missing rule": (RULE, "", "missing ingress tcp 443-443"),
    "duplicate rule": (RULE, RULE + RULE.replace('"web_tcp', '"again_tcp'), "Duplicate"),
    "unlocked default group": (LOCK, "", "locked default group"),
    "unsettled plan": ('"-1"\n', '"-1"\n  from_port         = 0\n  to_port           = 0\n', "update module"),
    "unformatted": ("from_port         = 443", "from_port = 443", "old/"),
    "host bits": ('"0.0.0.0/0"', '"10.0.0.1/8"', "terraform validate"),
    "unknown block": ("variable", "varia ble", "Unsupported block type"),
    "syntax error": ("variable", "{", "terraform fmt"),
    "missing output": (MODULE[MODULE.index('output "web') : MODULE.index(RULE)], "", "expected"),
    "wrong text": ("db allows mysql from web", "mysql", "missing ingress tcp 3306"),
}


def subject(name, template=None, module=None):
    """A subject around (a copy of) the policy, as `examples` makes them of real outputs."""
    return examples.Subject(name, TABLE, template, module, Values(name, TABLE))


def demand(report, name, problems, word):
    """Passes if some problem speaks of the fault."""
    found = [problem for problem in problems if word in problem]
    report.check(f"selftest: {name}", [] if found else [f"{word!r} is in none of: {problems}"])


def replaced(text, old, new):
    assert old in text, old
    return text.replace(old, new, 1)


def templates(report):
    """The whole template passes everything; each broken one is found."""

    def problems(name, text):
        quiet, one = Quiet(), [subject(name, template=text)]
        examples.lint_templates(quiet, one)
        examples.create_stacks(quiet, one)
        return quiet.problems

    report.check("selftest: the whole template passes", problems("whole", TEMPLATE))
    for name, (old, new, word) in TEMPLATE_FAULTS.items():
        demand(report, f"template with {name}", problems(name, replaced(TEMPLATE, old, new)), word)


def modules(report, server, directory):
    """All modules under one root, whole and broken: each fault is found, and in its own module."""
    texts = {"whole": MODULE} | {name: replaced(MODULE, old, new) for name, (old, new, _) in MODULE_FAULTS.items()}
    quiet = Quiet()
    examples.apply_modules(quiet, [subject(name, module=text) for name, text in texts.items()], server, directory)
    report.check(
        "selftest: the whole module passes", [p for p in quiet.problems if p.startswith(("whole", "terraform: "))]
    )
    for name, (_, _, word) in MODULE_FAULTS.items():
        demand(report, f"module with {name}", [p for p in quiet.problems if p.startswith(f"{name}:")], word)


def comparisons(report):
    """The two deployments side by side, the lowering, and the review's counts."""
    pair = subject("pair", TEMPLATE, MODULE)
    expected = lowering.lower(TABLE, pair.values, "terraform")
    deployed = {
        tier: {"name": tier, "description": "d", "tags": {"Name": tier}, "associated": [], "rules": rules}
        for tier, rules in expected.items()
    }
    # a template has an all-traffic rule as its halves, where that stands beside a rule to a tier
    stacked = {
        tier: group | {"rules": lowering.halved(group["rules"])} for tier, group in deployed.items()
    }
    pair.stacked, pair.applied = stacked, deployed
    report.check("selftest: equal deployments pass", examples.different(pair))
    for what, broken in (("rules", []), ("description", "other"), ("tags", {}), ("associated", ["vpc-1"])):
        pair.applied = deployed | {"web": deployed["web"] | {what: broken}}
        demand(report, f"deployments that differ in {what}", examples.different(pair), "web")
    demand(
        report, "a deployment without a tier", lowering.differences(expected, {"web": deployed["web"]}), "db: missing"
    )
    pair.values.for_template(json.loads(TEMPLATE), {BACKUPS["aws_name"].replace("region", standin.REGION): "pl-1"})
    demand(
        report,
        "a default that differs",
        pair.values.for_module(MODULE.replace("db8:40", "db8:41"))[1],
        "variable office_v6",
    )
    plan = terraform.Plan()
    plan.counts["m"].update(["add", "destroy"])
    plan.actions["m"].append(("replace", "aws_security_group", "module.m.aws_security_group.web"))
    demand(
        report,
        "a plan that does too much",
        review.too_much(plan, "m", Edit("e", "", "", (0, 1, 0), "")),
        "expected (0, 1, 0)",
    )
    demand(
        report,
        "a plan that replaces a group",
        review.too_much(plan, "m", Edit("e", "", "", (1, 0, 1), "")),
        "should be replaced",
    )


def selftest(report, server_factory, directory):
    """Everything above."""
    templates(report)
    comparisons(report)
    server = server_factory()
    modules(report, server, directory)
    server.stop()
