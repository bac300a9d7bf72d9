"""What each unbound parameter of a case is, and the value that the run gives it.

The flow table says which parameters there are; a template's `Parameters` and a module's `variable`
blocks must then ask for those and no others. A name is written three ways (`office-cidr`,
`OfficeCidr`, `office_cidr`); `key` makes them one. Both outputs get the same values, made of the
names, so that what they deploy can be compared.
"""

import hashlib
import json
import re

import standin

BLOCKS = {"ipv4": "203.0.113.0/24", "ipv6": "2001:db8::/32"}
VARIABLE = re.compile(r'^variable "([^"]+)" \{\n(.*?)^\}', re.M | re.S)
AWS_LIST = re.compile(r"com\.amazonaws\.[A-Za-z0-9.-]+[A-Za-z0-9]")
DEFAULT = re.compile(r'^  default\s*= ("(?:.*)"|[0-9]+)$', re.M)
PREFIX = {"vpc": "vpc", "external": "sg", "prefix-list": "pl"}
TYPES = {
    "vpc": "AWS::EC2::VPC::Id",
    "external": "AWS::EC2::SecurityGroup::Id",
    "prefix-list": "String",
    "aws-list": "String",
    "ipv4": "String",
    "ipv6": "String",
    "text": "String",
    "port": "Number",
}
# Kinds whose defaults the run keeps.
KEPT = {*BLOCKS, "text", "port"}
# `${stage}`, but not the `${` that `$${` stands for.
IN_TEXT = re.compile(r"\$\$\{|\$\{([A-Za-z][A-Za-z0-9_-]*)\}")


def key(name):
    """`office-cidr`, `OfficeCidr` and `office_cidr` as one."""
    return re.sub("[^a-z0-9]", "", name.lower())


class Values:
    """The parameters of one case by `key`: `kinds`, `ids` and, once an output was read, `defaults`."""

    account = standin.ACCOUNT

    def __init__(self, case, table):
        self.case, self.kinds, self.families, self.aws = case, {"vpcid": "vpc"}, {}, set()
        for vpc in table["vpcs"]:
            if vpc["parameter"]:
                self.kinds[key(vpc["parameter"])] = "vpc"
        for end in (end for flow in table["flows"] for end in (flow["from"], flow["to"])):
            self._note(end)
        texts = [flow["description"] for flow in table["flows"]] + [tier["tag_name"] for tier in table["tiers"]]
        ports = [flow[end] for flow in table["flows"] for end in ("from_port", "to_port")]
        self.kinds |= {key(port["parameter"]): "port" for port in ports if isinstance(port, dict)}
        for name in (found[1] for text in texts for found in IN_TEXT.finditer(text) if found[1]):
            self.kinds.setdefault(key(name), "text")
        self.defaults = {}

    def _note(self, end):
        if end["kind"] == "parameter":
            self.kinds[key(end["name"])] = end["family"]
        elif end["kind"] == "external" and end["parameter"]:
            self.kinds[key(end["parameter"])] = "external"
        elif end["kind"] == "prefix-list" and end["aws_name"]:
            self.aws.add(self.aws_name(end["aws_name"]))
        elif end["kind"] == "prefix-list" and not end.get("made"):
            if end["parameter"]:
                self.kinds[key(end["parameter"])] = "prefix-list"
            self.families[end["id"] or self.of(end["parameter"])] = end["family"]

    @staticmethod
    def aws_name(name):
        """The word `region` in an AWS list's name is the region that the stack is deployed to."""
        return re.sub(r"\.region\.", f".{standin.REGION}.", name, flags=re.I)

    def aws_list(self, parameter):
        """Which of AWS's lists a template asks for: it can only be read in the parameter's description."""
        named = AWS_LIST.search(parameter.get("Description", ""))
        return self.aws_name(named[0]) if named and self.aws_name(named[0]) in self.aws else None

    def of(self, name):
        """The value of a parameter: its default, a block for documentation, or an id of its own.
        A VPC is the case's own, default or not; groups and lists may be shared."""
        name = key(name)
        kind = self.kinds[name]
        if kind == "text":
            return self.defaults.get(name, f"text of {name}")
        if kind in BLOCKS:
            return self.defaults.get(name, BLOCKS[kind])
        if kind == "port":
            return self.defaults.get(name, 9000 + len(name))
        owner = self.case if kind == "vpc" else ""
        return f"{PREFIX[kind]}-" + hashlib.sha256(f"{owner}/{name}".encode()).hexdigest()[:17]

    def written(self, text):
        """A text of the flow table with the values of its parameters."""
        return IN_TEXT.sub(lambda found: str(self.of(found[1])) if found[1] else "${", text)

    def ids(self):
        """The ids among the values, which must exist."""
        return {self.of(name) for name, kind in self.kinds.items() if kind in PREFIX}

    def ipv6_lists(self):
        """The ids of the prefix lists that are to be IPv6."""
        return {id for id, family in self.families.items() if family == "ipv6"}

    def for_template(self, template, lists):
        """(CloudFormation's Parameters argument, problems); `lists` is {AWS list's name: id}."""
        given, problems = [], []
        for name, parameter in template.get("Parameters", {}).items():
            kind = self.kinds.get(key(name), self.aws_list(parameter) and "aws-list")
            if kind is None:
                problems.append(f"parameter {name} is none of the program's unbound parameters")
            elif parameter["Type"] != TYPES[kind]:
                problems.append(f"parameter {name} is a {parameter['Type']}, not a {TYPES[kind]}")
            elif kind in KEPT and "Default" in parameter:
                self.defaults[key(name)] = parameter["Default"]
            else:
                value = lists[self.aws_list(parameter)] if kind == "aws-list" else str(self.of(name))
                pattern = parameter.get("AllowedPattern", "")
                if not re.search(pattern, value):
                    problems.append(f"parameter {name}: its pattern {pattern} refuses {value}")
                given.append({"ParameterKey": name, "ParameterValue": value})
        return given, problems

    def for_module(self, text):
        """({variable: value} to pass to a Terraform module, problems)."""
        given, problems = {}, []
        for name, body in VARIABLE.findall(text):
            kind, default = self.kinds.get(key(name)), DEFAULT.search(body)
            if kind is None:
                problems.append(f"variable {name} is none of the program's unbound parameters")
            elif kind not in KEPT or not default:
                given[name] = self.of(name)
            elif self.defaults.setdefault(key(name), json.loads(default[1])) != json.loads(default[1]):
                problems.append(f"variable {name}: default {default[1]}, in the template {self.defaults[key(name)]}")
        return given, problems
