"""The examples of `docs/wiring.md`, deployed: the files of each section are written, its commands are run against a
stand-in of its own, and what stands there must carry the groups that it should, and no others.

The commands run as they are on the page: with the real Terraform, AWS CLI and CDK. The groups themselves must have
the rules of the program and no more, whatever else the section deploys: constructs of the CDK add rules on their own.

Of what a section deploys, the stand-in passes over the secret that the CDK makes for a database, and starts nothing.
What it lacks of the rest is in `moto_attached.py`.

Each section has a process of its own, and with it a stand-in.
"""

import copy
import json
import multiprocessing
import os
import re
import subprocess
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import standin  # before everything that reads the environment
import boto3

import cloudformation
import lowering
import readback
from examples import unequal
from parameters import Values

SECTION = re.compile(r"^## (.*)\n", re.M)
FILE = re.compile(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.M)

EVERYTHING = {
    "load balancer": ["balancer"],
    "service": ["database-client", "web"],
    "database": ["database"],
    "function": ["database-client", "resizer"],
}
# section -> what stands there after it, with the tiers whose groups it carries
SECTIONS = {
    "A Terraform module": EVERYTHING,
    "A file of the root module": {"instance": ["web"], "database": ["database"]},
    "A nested stack": EVERYTHING,
    "Exports": {"load balancer": ["balancer"]},
    "Systems Manager": {"database": ["database"]},
    "The AWS CDK": EVERYTHING,
}
# section -> what the stand-in passes over, because it has no such resource
PASSED_OVER = {
    "The AWS CDK": {
        "AWS::CDK::Metadata",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
}
OWNER = "123456789012"  # the account that the page writes
CERTIFICATE = f"arn:aws:acm:{standin.REGION}:{standin.ACCOUNT}:certificate/8f0e3d5c-7a41-4a53-9d7e-2b6f5c1a9e10"
IMAGE = f"{standin.ACCOUNT}.dkr.ecr.{standin.REGION}.amazonaws.com/{{}}:1"
VARIABLES = {"certificate_arn": CERTIFICATE, "web_image": IMAGE.format("web"), "resizer_image": IMAGE.format("resizer")}


@dataclass(frozen=True)
class Fault:
    """An edit of a section, and a word of the problem that must be reported."""

    section: str
    old: str
    new: str
    word: str
    target: str | None = None


FAULTS = (
    Fault(
        "A Terraform module",
        "module.groups.resizer_security_group_ids",
        "[module.groups.resizer_security_group_id]",
        "found {'function': ['resizer']}",
        "aws_lambda_function.resizer",  # quick: no load balancer, no database
    ),
    Fault("A Terraform module", "  main_vpc = aws_vpc.main.id\n", "", "main_vpc"),
    Fault("A file of the root module", '"aws_vpc.main.id"', '"aws_vpc.maim.id"', "undeclared resource"),
    Fault(
        "A file of the root module",
        "[aws_security_group.web.id]",
        "[aws_security_group.database.id]",
        "found {'instance': ['database']}",
        "aws_instance.web",
    ),
    Fault("A nested stack", "Outputs.DatabaseSecurityGroupId", "Outputs.WebSecurityGroupId", "'database': ['web']"),
    Fault("A nested stack", "Groups.Outputs.Balancer", "Groups.Outputs.Blancer", "BlancerSecurityGroupId"),
    Fault("Exports", "${GroupsStack}-Balancer", "${GroupsStack}-Web", "found {'load balancer': ['web']}"),
    Fault("Exports", "${GroupsStack}-Balancer", "${GroupsStack}-Blancer", "BlancerSecurityGroupId"),
    Fault("Systems Manager", "Outputs.DatabaseSecurityGroupId", "Outputs.WebSecurityGroupId", "{'database': ['web']}"),
    Fault("The AWS CDK", "{ mutable: false }", "{ mutable: true }", "the CDK adds no group and no rule: expected"),
    Fault("The AWS CDK", "[group('Resizer'), databaseClient]", "[group('Resizer')]", "'function': ['resizer']"),
)
# few processes are enough: most of the time is Terraform's waiting
POOL = ProcessPoolExecutor(3, multiprocessing.get_context("spawn"))


class Wirings:
    """The page, and the tools that its commands name."""

    def __init__(self, compiler, page, awscli, node):
        self.compiler, self.page, self.node = compiler, page.replace(OWNER, standin.ACCOUNT), node.resolve()
        self.path = os.pathsep.join(
            [str(compiler.binary.resolve().parent), str(awscli.resolve()), os.environ["PATH"]]
        )

    def sections(self):
        """{title: ({file: text}, [command])} of the sections with commands; the first files of the page belong to all."""
        preface, *parts = SECTION.split(self.page)
        common = dict(FILE.findall(preface))
        texts = dict(zip(parts[::2], parts[1::2]))
        return {
            title: (common | dict(FILE.findall(text)), commands(text))
            for title, text in texts.items()
            if commands(text)
        }

    def broken(self, fault):
        """The same page with a fault."""
        start = self.page.index(f"\n## {fault.section}\n")
        assert fault.old in self.page[start:], fault.old
        other = copy.copy(self)
        other.page = self.page[:start] + self.page[start:].replace(fault.old, fault.new, 1)
        return other


def commands(text):
    """The commands of a text, in their order."""
    return [command for block in CONSOLE.findall(text) for command in COMMAND.findall(block)]


def start(wirings, directory):
    """[(section, the future of its checks)] of the page; an AWS of their own for each is a process of its own."""
    return [
        (title, POOL.submit(checked, wirings, title, directory / title.replace(" ", "-")))
        for title in wirings.sections()
    ]


def start_faults(wirings, directory):
    """The same of the page with a fault, for each of them."""
    return [
        (fault, POOL.submit(checked, wirings.broken(fault), fault.section, directory / str(number), fault.target))
        for number, fault in enumerate(FAULTS)
    ]


def wiring(report, started):
    """Every section of the page."""
    report.check("wiring: the sections are those of the test", unequal(sorted(SECTIONS), sorted(t for t, _ in started)))
    for title, future in started:
        for name, problems in future.result():
            report.check(f"wiring: {title}: {name}", problems)


def selftest(report, started):
    """The fault must be named."""
    for fault, future in started:
        found = [f"{name}: {problem}" for name, problems in future.result() for problem in problems]
        report.check(
            f"selftest: wiring: {fault.section}: {fault.new}",
            [] if any(fault.word in problem for problem in found) else [f"{fault.word!r} is in none of: {found}"],
        )


def checked(wirings, title, directory, target=None):
    """The checks of a section, as a list, and what the stand-in passed over in it with a warning."""
    files, lines = wirings.sections()[title]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = list(checks(wirings, title, files, lines, directory, target))
    passed = {type for warning in said for type in re.findall(r"parse (AWS::\S+) but", str(warning.message))}
    return [*found, ("the stand-in knows all resources but these", unequal(PASSED_OVER.get(title, set()), passed))]


def checks(wirings, title, files, lines, directory, target=None):
    """(name, problems) of a section: its files, its commands, what stands there after them. `target` is all that
    Terraform applies."""
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    (directory / "node_modules").symlink_to(wirings.node / "node_modules")
    server = standin.Server()
    try:
        place = Place(wirings, directory, server)
        if target:
            place.environment["TF_CLI_ARGS_apply"] += f" -target={target}"
        place.seed("\n".join([*files.values(), *lines]))
        yield "the program is formatted", place.run("tierwall fmt --check shop.tier")
        for line in lines:
            problems = place.run(line)
            yield line.split(" --")[0], problems
            if problems:
                return
        yield from terraform(place, files)
        yield from templates(files)
        yield from synthesised(place)
        yield "each has its groups", unequal(SECTIONS.get(title), place.attached())
        yield "the groups have the rules of the program", place.rules()
    finally:
        server.stop()


def terraform(place, files):
    """Formatted, and a second plan that is empty."""
    if any(name.endswith(".tf") for name in files):
        yield "terraform fmt", place.run("terraform fmt -check -diff -recursive -no-color")
        yield "the second plan is empty", place.run("terraform plan -detailed-exitcode -no-color -input=false")


def templates(files):
    """cfn-lint and cloudformation-validate, but for advice, and for the path that `aws cloudformation package` replaces."""
    for name, text in files.items():
        if name.endswith(".yaml"):
            linted, validated = cloudformation.lint_findings(text), cloudformation.validate_findings(text, name)
            for tool, found in (("cfn-lint", linted), ("cloudformation-validate", validated)):
                yield f"{name}: {tool}", [it for it in found if not it.startswith(("I", "W3002 "))]


def synthesised(place):
    """The template of the CDK as a stack. `cdk deploy` would do it with roles of a bootstrapped account."""
    template = place.directory / "cdk.out" / "Shop.template.json"
    if not template.exists():
        return
    version = {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "30", "Type": "String"}
    place.client("ssm").put_parameter(**version)
    done = place.run(
        f"aws cloudformation deploy --template-file {template} --stack-name Shop --capabilities CAPABILITY_IAM"
    )
    yield "the synthesised stack is created", done
    theirs, ours = (
        [type for type in types(path) if "SecurityGroup" in type] for path in (template, place.directory / "shop.json")
    )
    yield "the CDK adds no group and no rule", unequal(ours, theirs)


def types(path):
    """The types of the resources of a template."""
    return sorted(resource["Type"] for resource in json.loads(path.read_text())["Resources"].values())


class Place:
    """A directory with the files of a section, and the stand-in that its commands reach."""

    def __init__(self, wirings, directory, server):
        self.wirings, self.directory, self.server = wirings, directory, server
        self.environment = os.environ | {
            "PATH": wirings.path,
            "AWS_ENDPOINT_URL": server.url.replace("127.0.0.1", "localhost"),
            "AWS_PAGER": "",
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_CLI_ARGS_init": "-input=false -no-color",
            "TF_CLI_ARGS_apply": "-auto-approve -input=false -no-color",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DEFAULT_ACCOUNT": standin.ACCOUNT,
            "CDK_DEFAULT_REGION": standin.REGION,
            # nobody answers there: what asks for anything but the stand-in fails
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_COLOR": "1",
            **{f"TF_VAR_{name}": value for name, value in VARIABLES.items()},
        }

    def client(self, service):
        return boto3.client(service, endpoint_url=self.server.url)

    def run(self, line):
        """A line of shell; a problem if it fails."""
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        return [f"exit code {done.returncode}: {done.stdout[-4000:]}{done.stderr[-4000:]}"] if done.returncode else []

    def seed(self, text):
        """What the section refers to: VPCs, subnets, the certificate, the images."""
        standin.seed(standin.ids_in(text))
        standin.seed_subnets(text)
        standin.seed_certificate(CERTIFICATE)
        standin.seed_images(["web", "resizer"])

    def attached(self):
        """{what: tiers whose groups it carries}; an id of another group stands for itself."""
        ids = {
            "load balancer": [lb["SecurityGroups"] for lb in self.client("elbv2").describe_load_balancers()["LoadBalancers"]],
            "service": [s["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] for s in self.services()],
            "database": [
                [group["VpcSecurityGroupId"] for group in db["VpcSecurityGroups"]]
                for db in self.client("rds").describe_db_instances()["DBInstances"]
            ],
            "function": [f["VpcConfig"]["SecurityGroupIds"] for f in self.client("lambda").list_functions()["Functions"]],
        }
        ids["instance"] = [
            [group["GroupId"] for group in instance["SecurityGroups"]]
            for reservation in self.server.ec2.describe_instances()["Reservations"]
            for instance in reservation["Instances"]
        ]
        tiers = self.tiers()
        named = {what: [sorted(tiers.get(id, id) for id in one) for one in found] for what, found in ids.items()}
        return {what: found[0] if len(found) == 1 else found for what, found in named.items() if found}

    def services(self):
        """The ECS services of all clusters."""
        ecs = self.client("ecs")
        for cluster in ecs.list_clusters()["clusterArns"]:
            arns = ecs.list_services(cluster=cluster)["serviceArns"]
            yield from ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []

    def table(self):
        return self.wirings.compiler.flows(self.directory / "shop.tier")

    def tiers(self):
        """{id: tier} of the groups of the program, by their `Name`."""
        names = {tier["tag_name"]: tier["name"] for tier in self.table()["tiers"]}
        found = {}
        for group in self.server.ec2.describe_security_groups()["SecurityGroups"]:
            tags = {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}
            if tags.get("Name") in names:
                found[group["GroupId"]] = names[tags["Name"]]
        return found

    def rules(self):
        """How the rules that stand there differ from the flow table's."""
        table, target = self.table(), "terraform" if (self.directory / "main.tf").exists() else "cloudformation"
        found, problems = readback.groups(
            self.server.ec2, set(self.tiers()), {tier["tag_name"]: tier["name"] for tier in table["tiers"]}
        )
        return problems + lowering.differences(lowering.lower(table, Values("wiring", table), target), found)
