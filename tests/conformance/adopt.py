"""Taking over what lives: estates in every style are deployed, imported and adopted, and nothing changes.

The estates share an account and a root module. Each is imported by itself, from its part of the state and the
answers of the real `aws` command; then all old configurations give way to the new ones. The plan must say what
`import` foretold of each, its apply must leave every group and rule as it is, id by id, and the next plan must
be empty.
"""

import json
import re
import shutil
import subprocess
from collections import Counter

import estates as styles
import standin

ROOT = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  max_retries = 3
%s}

variable "vpc" { type = string }
variable "list" { type = string }
"""
DEFAULT_TAGS = """
  default_tags {
    tags = {
      owner = "platform"
    }
  }
"""
VARIABLES = 'variable "vpc" { type = string }\nvariable "list" { type = string }\n'
EACH = """module "{estate}" {{
  source   = "./modules/{estate}"
  for_each = {{ orders = 5432, users = 3306 }}
  name     = "{estate}-${{each.key}}"
  port     = each.value
  vpc      = var.vpc
}}
"""
EACH_MODULE = """variable "vpc" { type = string }
variable "name" { type = string }
variable "port" { type = number }

resource "aws_security_group" "this" {
  count       = 1
  name_prefix = "${var.name}-"
  description = "Database ${var.name}"
  vpc_id      = var.vpc

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group_rule" "in" {
  for_each          = { tcp = "10.1.0.0/16", TCP = "10.2.0.0/16", "6" = "10.3.0.0/16" }
  security_group_id = aws_security_group.this[0].id
  type              = "ingress"
  protocol          = each.key
  from_port         = var.port
  to_port           = var.port
  cidr_blocks       = [each.value]
}
"""
FORETOLD = re.compile(r"terraform plan: (\d+) to import, (\d+) to add, (\d+) to change, (\d+) to destroy")


class Root:
    """A root module in a directory, against a stand-in."""

    def __init__(self, directory, server, head):
        self.directory, self.server = directory, server
        self.ec2 = server.ec2
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        self.list = self.ec2.create_managed_prefix_list(
            PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "203.0.113.0/24"}]
        )["PrefixList"]["PrefixListId"]
        self.environment = standin.os.environ | {
            "AWS_ENDPOINT_URL": server.url,
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_VAR_vpc": self.vpc,
            "TF_VAR_list": self.list,
        }
        directory.mkdir(parents=True)
        (directory / "root.tf").write_text(head)

    def run(self, *arguments):
        """What Terraform prints; an error of it is one of the run."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode not in (0, 2):
            raise RuntimeError(f"terraform {' '.join(arguments)}: {done.stdout[-3000:]}{done.stderr[-6000:]}")
        return done.stdout

    def write(self, estate, style, groups):
        """Writes the configuration of an estate."""
        if style == "module":
            folder = self.directory / "modules" / estate
            folder.mkdir(parents=True)
            (folder / "main.tf").write_text(VARIABLES + styles.old(estate, groups))
            text = f'module "{estate}" {{\n  source = "./modules/{estate}"\n  vpc = var.vpc\n  list = var.list\n}}\n'
        elif style == "each":
            folder = self.directory / "modules" / estate
            folder.mkdir(parents=True)
            (folder / "main.tf").write_text(EACH_MODULE)
            text = EACH.format(estate=estate)
        else:
            text = styles.STYLES[style](estate, groups)
        (self.directory / f"{estate}.tf").write_text(text)

    def state(self):
        return json.loads(self.run("show", "-json"))

    def plan(self):
        """The changes of a plan that is kept as `plan.out`."""
        self.run("plan", "-input=false", "-parallelism=20", "-out=plan.out", "-detailed-exitcode")
        return json.loads(self.run("show", "-json", "plan.out")).get("resource_changes", [])

    def living(self):
        """Every group and rule that lives, by id."""
        groups = self.ec2.describe_security_groups()["SecurityGroups"]
        rules = self.ec2.describe_security_group_rules()["SecurityGroupRules"]
        return {group["GroupId"]: group for group in groups}, {rule["SecurityGroupRuleId"]: rule for rule in rules}


def part_of_state(state, estate):
    """The state of one estate."""
    root = state["values"]["root_module"]
    is_own = lambda address: re.search(rf"(^module\.|\.){estate}[_.\[]", address)
    resources = [it for it in root.get("resources", []) if is_own(it["address"])]
    modules = [it for it in root.get("child_modules", []) if it["address"].split("[")[0] == f"module.{estate}"]
    return state | {"values": {"root_module": {"resources": resources, "child_modules": modules}}}


def answers(awscli, root):
    """What the real `aws` command says of the account."""
    calls = ("describe-security-groups", "describe-security-group-rules", "describe-vpcs", "describe-managed-prefix-lists")
    return [
        subprocess.run(
            [awscli / "aws", "ec2", call, "--output", "json"],
            env=root.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for call in calls
    ]


def answers_of(root, ids):
    """The same of some groups alone, for estates that no state has."""
    filters = [{"Name": "group-id", "Values": sorted(ids)}]
    groups = root.ec2.describe_security_groups(GroupIds=sorted(ids))["SecurityGroups"]
    rules = root.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return [json.dumps({"SecurityGroups": groups}), json.dumps({"SecurityGroupRules": rules})]


def import_estate(compiler, folder, name, texts):
    """Imports sources; (folder of the result, counts that it foretells, problems)."""
    folder.mkdir(parents=True)
    files = []
    for n, text in enumerate(texts):
        files.append(folder / f"source{n}.json")
        files[-1].write_text(text)
    out = folder / "out"
    done = subprocess.run(
        [compiler.binary, "import", *files, "-o", out, "--adopt", "terraform", "--name", name],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    foretold = FORETOLD.search(done.stderr)
    if done.returncode or not foretold or "equal: proved" not in done.stderr:
        return out, None, [f"exit code {done.returncode}\n{done.stderr}"]
    return out, tuple(map(int, foretold.groups())), []


def counts_of(changes, addresses):
    """(import, add, change, destroy) of a plan, of what has these addresses."""
    counts = Counter()
    for change in changes:
        if change["address"] not in addresses or change["mode"] != "managed":
            continue
        actions = change["change"]["actions"]
        counts["import"] += "importing" in change["change"]
        counts["add"] += "create" in actions
        counts["change"] += actions == ["update"]
        counts["destroy"] += "delete" in actions
    return tuple(counts[what] for what in ("import", "add", "change", "destroy"))


def shown_changes(changes):
    """What a plan does, for people; what it forgets is not among it."""
    wanted = [it for it in changes if it["mode"] == "managed" and it["change"]["actions"] not in (["no-op"], ["forget"])]
    return [f"{it['address']}: {it['change']['actions']}" for it in wanted]


def addresses_in(folder):
    """The addresses that the files of a folder declare."""
    texts = "".join(file.read_text() for file in folder.glob("*.tf"))
    return {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', texts, re.M)}


def adopt(report, compiler, awscli, server, folder):
    """All of it, for estates with and without `default_tags`."""
    wanted = {(style, name): make() for style in (*styles.STYLES, "module", "hand") for name, make in styles.CONTENTS.items()}
    wanted[("each", "prefixes")] = []
    adopt_root(report, compiler, awscli, server, folder / "plain", ROOT % "", wanted)
    tagged = {
        ("new", "defaults"): styles.plain(),
        ("old", "untagged"): styles.plain(),
        ("inline", "inner"): styles.tagged(),
    }
    adopt_root(report, compiler, awscli, server, folder / "tags", ROOT % DEFAULT_TAGS, tagged)


def adopt_root(report, compiler, awscli, server, folder, head, wanted):
    root = Root(folder / "root", server, head)
    by_hand = {}
    for (style, name), groups in wanted.items():
        estate = f"{style}_{name}"
        groups = styles.named(groups, estate)
        if style == "hand":
            by_hand[estate] = styles.by_hand(root.ec2, root.vpc, root.list, estate, groups)
        else:
            root.write(estate, style, groups)
    root.run("init", "-input=false")
    root.run("apply", "-auto-approve", "-input=false", "-parallelism=20")
    before = root.living()
    state, everything = root.state(), answers(awscli, root)

    foretold = {}
    for style, name in wanted:
        estate = f"{style}_{name}"
        hand = by_hand.get(estate)
        texts = answers_of(root, hand.values()) if hand else [json.dumps(part_of_state(state, estate)), *everything]
        out, counts, problems = import_estate(compiler, folder / "imports" / estate, estate.replace("_", "-"), texts)
        report.check(f"{estate}: import", problems)
        if problems:
            continue
        foretold[estate] = counts, addresses_in(out)
        place(root, estate, out)

    changes = root.plan()
    for estate, (counts, addresses) in foretold.items():
        found = counts_of(changes, addresses)
        problems = [] if found == counts else [f"foretold {counts}, planned {found}", *shown_changes(changes)[:20]]
        report.check(f"{estate}: the plan is what import foretold", problems)
        report.check(f"{estate}: nothing is added or destroyed", [] if counts[1] == counts[3] == 0 else [counts])
    others = [it for it in shown_changes(changes) if not any(it.split(":")[0] in known for _, known in foretold.values())]
    report.check("no plan for anything else", others)

    root.run("apply", "-input=false", "-parallelism=20", "plan.out")
    after = root.living()
    report.check("every group and rule is what it was", differences(before, after, tags_may_come="tags" in folder.name))
    report.check("the next plan is empty", shown_changes(root.plan()))
    import_again(report, compiler, root, foretold, folder)


def import_again(report, compiler, root, foretold, folder):
    """Importing the state of an output gives the same output, and nothing to import."""
    state = root.state()
    for estate, (_, addresses) in foretold.items():
        resources = state["values"]["root_module"]["resources"]
        own = [it for it in resources if it["address"] in addresses]
        texts = [json.dumps(state | {"values": {"root_module": {"resources": own}}})]
        name = estate.replace("_", "-")
        out, counts, problems = import_estate(compiler, folder / "again" / estate, name, texts)
        if not problems and counts[0]:
            problems = [f"{counts[0]} to import"]
        if not problems and (out / f"{name}.tf").read_text() != (root.directory / f"{estate}.tf").read_text():
            problems = ["another output"]
        report.check(f"{estate}: import of the output's state", problems)


def place(root, estate, out):
    """Puts the new configuration in the place of the old one."""
    old = root.directory / f"{estate}.tf"
    old.unlink(missing_ok=True)
    shutil.rmtree(root.directory / "modules" / estate, ignore_errors=True)
    (output,) = [file for file in out.glob("*.tf") if file.name != "adopt.tf"]
    shutil.copy(output, old)
    shutil.copy(out / "adopt.tf", root.directory / f"{estate}.adopt.tf")


def differences(before, after, tags_may_come):
    """What is not as it was, id by id."""
    found = []
    for was, now in zip(before, after):
        for id in sorted(was.keys() | now.keys()):
            one, other = was.get(id, {}), now.get(id, {})
            if tags_may_come:
                one, other = ({key: value for key, value in it.items() if key != "Tags"} for it in (one, other))
            if one != other:
                found.append(f"{id}: {one} became {other}")
    return found
