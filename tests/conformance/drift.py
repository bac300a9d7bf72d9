"""Drift: a program is deployed by both targets, and then changed behind tierwall's back, one change at a time.

Each change must be found and reported in its list, by the id of its rule, with the command that takes it back and the
assertion that it breaks; and where nothing changed, nothing may be reported. Every change is undone again.
"""

import json
import subprocess
from dataclasses import dataclass, field
from typing import Callable

import adopt
import standin

PROGRAM = """stack drift

vpc main {{ id = "{vpc}", cidr = 10.0.0.0/16 }}

network office = 203.0.113.0/24

tier web "Web servers"
tier app {{ tags = {{ team = "shop" }} }}
tier db  {{ outbound = closed }}
tier job {{ outbound = closed }}

web allows https        from anywhere
web allows ssh          from office "admin access"
app allows tcp 8080     from web
app allows icmp 8       from 10.0.0.0/8
db  allows postgres     from app, job
job allows https        to   10.1.0.0/16, 10.2.0.0/16
db  allows all          from itself

assert internet cannot reach db
assert internet cannot reach web on ssh, rdp
assert job cannot reach app
"""


@dataclass
class Change:
    """A change, what takes it back, and where and how drift must report it."""

    name: str
    make: Callable
    undo: Callable
    found: str
    """`opened`, `closed`, `otherwise`, `missing`, `unmanaged`"""
    words: list = field(default_factory=list)
    """What the entry has in it."""
    counts: int = 1


class Account:
    """The groups of one deployment."""

    def __init__(self, ec2, vpc):
        self.ec2, self.vpc = ec2, vpc
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        named = {tag["Value"]: group["GroupId"] for group in groups for tag in group.get("Tags", []) if tag["Key"] == "Name"}
        self.ids = {tier: named[f"drift-{tier}"] for tier in ("web", "app", "db", "job")}

    def rules(self, tier):
        filters = [{"Name": "group-id", "Values": [self.ids[tier]]}]
        return self.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]

    def rule(self, tier, **wanted):
        """The one rule of a tier with these attributes."""
        (found,) = [rule for rule in self.rules(tier) if all(rule.get(key) == value for key, value in wanted.items())]
        return found

    def open(self, tier, egress=False, **permission):
        authorize = self.ec2.authorize_security_group_egress if egress else self.ec2.authorize_security_group_ingress
        answer = authorize(GroupId=self.ids[tier], IpPermissions=[permission])
        return answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def close(self, tier, id, egress=False):
        revoke = self.ec2.revoke_security_group_egress if egress else self.ec2.revoke_security_group_ingress
        revoke(GroupId=self.ids[tier], SecurityGroupRuleIds=[id])


def block(protocol, ports, cidr, text=None):
    """A permission for a block."""
    kind = ("Ipv6Ranges", "CidrIpv6") if ":" in cidr else ("IpRanges", "CidrIp")
    ranges = {kind[0]: [{kind[1]: cidr} | ({"Description": text} if text else {})]}
    return {"IpProtocol": protocol, **ports_of(protocol, ports), **ranges}


def ports_of(protocol, ports):
    return {} if protocol == "-1" else {"FromPort": ports[0], "ToPort": ports[1]}


def opening(name, tier, permission, words, egress=False, found="opened"):
    """A rule that somebody opens by hand."""
    made = {}

    def make(account):
        wanted = permission(account) if callable(permission) else permission
        made["id"] = account.open(tier, egress, **wanted)
        return made["id"]

    return Change(name, make, lambda account: account.close(tier, made["id"], egress), found, words)


def revoking(name, tier, wanted, words, egress=False, found="closed"):
    """A rule that somebody revokes."""
    kept = {}

    def make(account):
        rule = account.rule(tier, **{key: value(account) if callable(value) else value for key, value in wanted.items()})
        kept["rule"] = rule
        account.close(tier, rule["SecurityGroupRuleId"], egress)

    def undo(account):
        rule = kept["rule"]
        text = {"Description": rule["Description"]} if rule.get("Description") else {}
        shown = {"IpProtocol": rule["IpProtocol"], **ports_of(rule["IpProtocol"], (rule["FromPort"], rule["ToPort"]))}
        if "CidrIpv4" in rule:
            shown["IpRanges"] = [{"CidrIp": rule["CidrIpv4"]} | text]
        elif "CidrIpv6" in rule:
            shown["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"]} | text]
        else:
            shown["UserIdGroupPairs"] = [{"GroupId": rule["ReferencedGroupInfo"]["GroupId"]} | text]
        account.open(tier, egress, **shown)

    return Change(name, make, undo, found, words)


def group_peer(protocol, ports, tier):
    return lambda account: {
        "IpProtocol": protocol,
        **ports_of(protocol, ports),
        "UserIdGroupPairs": [{"GroupId": account.ids[tier]}],
    }


def rewording(name, tier, text, words):
    """Another description of a rule."""
    kept = {}

    def describe(account, text):
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "203.0.113.0/24", "Description": text}
        account.ec2.modify_security_group_rules(
            GroupId=account.ids[tier], SecurityGroupRules=[{"SecurityGroupRuleId": kept["id"], "SecurityGroupRule": rule}]
        )

    def make(account):
        rule = account.rule(tier, FromPort=22)
        kept.update(id=rule["SecurityGroupRuleId"], text=rule["Description"])
        describe(account, text)
        return kept["id"]

    return Change(name, make, lambda account: describe(account, kept["text"]), "otherwise", words)


def tagging(name, tier, key, value, words):
    """A tag of a group, added or changed."""
    kept = {}

    def make(account):
        (group,) = account.ec2.describe_security_groups(GroupIds=[account.ids[tier]])["SecurityGroups"]
        kept["old"] = {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}.get(key)
        account.ec2.create_tags(Resources=[account.ids[tier]], Tags=[{"Key": key, "Value": value}])

    def undo(account):
        tag = {"Key": key} if kept["old"] is None else {"Key": key, "Value": kept["old"]}
        call = account.ec2.delete_tags if kept["old"] is None else account.ec2.create_tags
        call(Resources=[account.ids[tier]], Tags=[tag])

    return Change(name, make, undo, "otherwise", words)


def untagging(account):
    account.ec2.delete_tags(Resources=[account.ids["app"]], Tags=[{"Key": "team"}])


def new_group(name, found="unmanaged"):
    kept = {}

    def make(account):
        answer = account.ec2.create_security_group(GroupName=name, Description="by hand", VpcId=account.vpc)
        kept["id"] = answer["GroupId"]
        return kept["id"]

    return Change(f"a group {name}", make, lambda account: account.ec2.delete_security_group(GroupId=kept["id"]), found, [name])


ANYWHERE = "0.0.0.0/0"

CHANGES = [
    opening("SSH from everywhere", "web", block("tcp", (22, 22), ANYWHERE, "temporary"), ["tcp 22", "E07", "open-admin-port"]),
    opening("SSH from everywhere, IPv6", "web", block("tcp", (22, 22), "::/0"), ["tcp 22", "::/0", "E07"]),
    opening("the database from everywhere", "db", block("tcp", (5432, 5432), ANYWHERE), ["tcp 5432", "db"]),
    opening("everything from a partner", "app", block("-1", None, "198.51.100.0/24"), ["all", "198.51.100.0/24"]),
    opening("one more port", "app", group_peer("tcp", (9090, 9090), "web"), ["tcp 9090", "web"]),
    opening("a wider range", "app", group_peer("tcp", (8080, 8090), "web"), ["tcp 8080-8090", "web"]),
    opening("a wider block", "web", block("tcp", (22, 22), "203.0.112.0/23"), ["203.0.112.0/23"]),
    opening("jobs to the application", "app", group_peer("tcp", (8080, 8080), "job"), ["job"]),
    opening("another protocol", "web", block("udp", (443, 443), ANYWHERE), ["udp 443"]),
    opening("all of ICMP", "app", block("icmp", (-1, -1), "10.0.0.0/8"), ["icmp"]),
    opening("all of ICMPv6", "web", block("icmpv6", (-1, -1), "2001:db8::/32"), ["icmpv6"]),
    opening("itself", "web", group_peer("-1", None, "web"), ["all", "web"]),
    opening("the outbound side", "db", block("tcp", (443, 443), ANYWHERE), ["outbound", "tcp 443"], egress=True),
    opening("all outbound traffic", "job", block("-1", None, ANYWHERE), ["outbound", "all"], egress=True),
    opening("outbound to a group", "job", group_peer("tcp", (8080, 8080), "app"), ["outbound", "app"], egress=True),
    opening("by a controller", "web", block("tcp", (30000, 32767), "10.0.0.0/8", "kubernetes.io/rule"), ["30000-32767"]),
    opening("a part of a rule", "web", block("tcp", (22, 22), "203.0.113.7/32"), ["203.0.113.7/32"], found="otherwise"),
    opening("a part of all addresses", "web", block("tcp", (443, 443), "10.0.0.0/8"), ["10.0.0.0/8"], found="otherwise"),
    opening("another ping", "app", block("icmp", (8, 0), "10.0.0.0/8"), ["icmp 8/0"], found="otherwise"),
    revoking("SSH from the office", "web", {"FromPort": 22}, ["tcp 22", "203.0.113.0/24"]),
    revoking("HTTPS of IPv6", "web", {"FromPort": 443, "CidrIpv6": "::/0"}, ["tcp 443", "::/0"]),
    revoking("the application's port", "app", {"FromPort": 8080}, ["tcp 8080", "web"]),
    revoking("ping", "app", {"IpProtocol": "icmp"}, ["icmp 8"]),
    revoking("the database itself", "db", {"IpProtocol": "-1", "IsEgress": False}, ["all", "db"]),
    revoking("an outbound block", "job", {"CidrIpv4": "10.1.0.0/16"}, ["outbound", "10.1.0.0/16"], egress=True),
    rewording("a description", "web", "who changed this", ["description", "who changed this"]),
    rewording("no description", "web", "", ["description", "admin access"]),
    tagging("a tag", "app", "owner", "someone", ["tag owner", "someone"]),
    tagging("another value of a tag", "app", "team", "other", ["tag team", "other"]),
    Change(
        "no tag",
        untagging,
        lambda account: account.ec2.create_tags(Resources=[account.ids["app"]], Tags=[{"Key": "team", "Value": "shop"}]),
        "otherwise",
        ["tag team"],
    ),
    new_group("debug"),
    new_group("launch-wizard-1"),
]


def compare(compiler, program, sources, *options):
    """What drift finds, as parsed JSON, and its exit code."""
    done = subprocess.run(
        [compiler.binary, "drift", program, *sources, "--format", "json", *options],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout), done.returncode


def answers(account, file):
    """What runs, as the `aws` command says it."""
    calls = {
        "SecurityGroups": account.ec2.describe_security_groups,
        "SecurityGroupRules": account.ec2.describe_security_group_rules,
        "PrefixLists": account.ec2.describe_managed_prefix_lists,
    }
    file.write_text("".join(json.dumps({key: call()[key]}) for key, call in calls.items()))
    return file


def check_changes(report, compiler, name, account, folder, program):
    """Makes each change, and undoes it."""
    live = folder / "live.json"

    def problems_now():
        found, exit = compare(compiler, program, [answers(account, live)])
        wrong = [f"{key}: {found[key]}" for key in ("opened", "closed", "otherwise", "missing", "unmanaged") if found[key]]
        return wrong + ([] if exit == 0 else [f"exit code {exit}"])

    report.check(f"{name}: no drift where nothing changed", problems_now())
    for change in CHANGES:
        id = change.make(account)
        found, exit = compare(compiler, program, [answers(account, live)])
        report.check(f"{name}: {change.name}", judge(change, found, exit, id))
        change.undo(account)
    report.check(f"{name}: no drift after everything was undone", problems_now())


def judge(change, found, exit, id):
    """What is wrong with a report of one change."""
    wrong = []
    if exit != (0 if change.found == "unmanaged" else 1):
        wrong.append(f"exit code {exit}")
    for key in ("opened", "closed", "otherwise", "missing", "unmanaged"):
        wanted = change.counts if key == change.found else 0
        if len(found[key]) != wanted:
            wrong.append(f"{len(found[key])} {key}, wanted {wanted}: {found[key]}")
    entries = json.dumps(found[change.found])
    wrong += [f"`{word}` is not in {entries}" for word in change.words if word not in entries]
    if id and id not in entries:
        wrong.append(f"{id} is not in {entries}")
    if change.found == "opened" and not all(it["revoke"] and it["id"] in it["revoke"] for it in found["opened"]):
        wrong.append("no command that revokes it")
    return wrong


def drift(report, compiler, awscli, folder):
    """All of it, for both targets."""
    server = standin.Server()
    root = adopt.Root(folder / "terraform", server, adopt.ROOT % "")
    program = folder / "drift.tier"
    program.write_text(PROGRAM.format(vpc=root.vpc))
    (root.directory / "drift.tf").write_text(compiler.build(program, "terraform"))
    root.run("init", "-input=false")
    root.run("apply", "-auto-approve", "-input=false", "-parallelism=20")
    account = Account(root.ec2, root.vpc)
    check_changes(report, compiler, "terraform", account, folder, program)
    check_live(report, compiler, awscli, root, account, program)
    server.stop()

    with standin.in_process() as (ec2, cloudformation):
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        program.write_text(PROGRAM.format(vpc=vpc))
        template = compiler.build(program, "cloudformation")
        cloudformation.create_stack(StackName="drift", TemplateBody=template)
        check_changes(report, compiler, "cloudformation", Account(ec2, vpc), folder, program)


def check_live(report, compiler, awscli, root, account, program):
    """`--live` runs the real `aws` command, and the state finds groups whose names and tags changed."""
    environment = root.environment | {"PATH": f"{awscli}:{root.environment['PATH']}"}

    def run(*arguments):
        return subprocess.run(
            [compiler.binary, "drift", program, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    same = run("--live", "--region", standin.REGION)
    report.check("--live: no drift", [] if same.returncode == 0 else [same.stdout + same.stderr])
    id = account.open("db", **block("tcp", (22, 22), ANYWHERE))
    found = run("--live")
    wanted = [id, "E0701", "aws ec2 revoke-security-group-ingress"]
    report.check("--live: an opened rule", [word for word in wanted if word not in found.stdout] + found.stderr.splitlines())
    (command,) = run("--live", "--fix-commands").stdout.splitlines()
    subprocess.run([awscli / command.split()[0], *command.split()[1:]], env=environment, check=True, capture_output=True)
    report.check("--fix-commands: what it prints revokes it", [] if run("--live").returncode == 0 else ["it is still there"])

    state = root.directory / "state.json"
    state.write_text(json.dumps(root.state()))
    root.ec2.delete_tags(Resources=[account.ids["web"]], Tags=[{"Key": "Name"}])
    live = answers(account, root.directory / "live.json")
    found, _ = compare(compiler, program, [state, live])
    wrong = [] if [it["what"] for it in found["otherwise"]] == ["tag Name"] and not found["missing"] else [found]
    report.check("a state finds a group without its tag", wrong)
    root.ec2.create_tags(Resources=[account.ids["web"]], Tags=[{"Key": "Name", "Value": "drift-web"}])
