"""A template through the real tools: cfn-lint, cloudformation-validate, and a stack on the stand-in."""

import json
import warnings

import members
import standin
import cloudformation_validate
from cfnlint.api import lint
from cfnlint.core import get_rules

RULES = get_rules([], [], ["I", "W", "E"])  # once: loading them for each template costs a second each
ENGINE = cloudformation_validate.CompositeEngine()
FINE = {"INFO", "DEBUG"}


def lint_findings(text):
    """Everything that cfn-lint says, informational rules included."""
    matches = lint(text, rules=RULES, regions=[standin.REGION])
    return [f"{m.rule.id} {'/'.join(map(str, m.path or []))}: {m.message}" for m in matches]


def validate_findings(text, name):
    """What AWS's own validator says above INFO."""
    report = ENGINE.validate_template(cloudformation_validate.TemplateContent(text, name))
    found = [
        f"{d.rule_id} {d.severity.name} {d.entity and d.entity.logical_id} {d.property_path}: {d.message}"
        for d in report.diagnostics
        if d.severity.name not in FINE
    ]
    if report.status.name != "OK":
        found.append(f"the validator's report is {report.status.name}")
    return found


def create(cfn, name, text, parameters):
    """(ids of the stack's groups, problems) after creating the stack."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            cfn.create_stack(StackName=name, TemplateBody=text, Parameters=parameters)
            stack = cfn.describe_stacks(StackName=name)["Stacks"][0]
            listed = cfn.describe_stack_resources(StackName=name)["StackResources"]
        except RecursionError:
            return set(), ["circular dependency between resources"]
        except Exception as error:  # whatever moto raises is a refusal
            return set(), [f"{type(error).__name__}: {error}"]
    # moto passes over what it does not know with a warning
    problems = [str(w.message) for w in said if "CloudFormation" in str(w.message)]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        problems.append(f"the stack is {stack['StackStatus']}")
    made = {r["LogicalResourceId"]: r for r in listed if "LogicalResourceId" in r}
    problems += [f"resource {id} was not made" for id in json.loads(text)["Resources"] if id not in made]
    groups = {r["PhysicalResourceId"] for r in made.values() if r["ResourceType"] == "AWS::EC2::SecurityGroup"}
    values = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    outputs = members.single(values)
    if sorted(outputs) != sorted(groups):
        problems.append(f"the outputs {sorted(outputs)} are not the groups {sorted(groups)}, each once")
    problems += members.cloudformation_problems(values)
    return groups, problems
