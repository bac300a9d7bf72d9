"""Estates as people have them: the same few groups in every style of Terraform, and made by hand.

An estate is groups with rules; a style writes it as Terraform, or makes it with calls. Its groups, rules and
labels start with the name of the estate, so that all of them can live in one account and one root.
"""

import json
from dataclasses import dataclass, field


@dataclass
class Rule:
    direction: str
    protocol: str
    ports: tuple
    peer: str
    """A block, `group NAME`, `self`, or `list`."""
    text: str = ""
    tags: dict = field(default_factory=dict)


@dataclass
class Group:
    name: str
    rules: list
    text: str = "Managed by Terraform"
    tags: dict = field(default_factory=dict)
    has_prefix: bool = False


def inbound(protocol, ports, peer, text="", **tags):
    return Rule("ingress", protocol, ports, peer, text, tags)


def outbound(protocol, ports, peer, text="", **tags):
    return Rule("egress", protocol, ports, peer, text, tags)


ALL = ("-1", (0, 0))


def plain():
    return [
        Group(
            "web",
            [
                inbound("tcp", (443, 443), "0.0.0.0/0", "HTTPS from everywhere"),
                inbound("tcp", (80, 80), "0.0.0.0/0", "HTTP from everywhere"),
                outbound(*ALL, "0.0.0.0/0", "Everything"),
            ],
            "Web servers",
        ),
        Group(
            "app",
            [
                inbound("tcp", (8080, 8090), "group web", "From the web servers"),
                inbound("tcp", (22, 22), "203.0.113.0/24", "SSH from the office"),
                outbound(*ALL, "0.0.0.0/0", "Everything"),
            ],
            "Application",
        ),
        Group("db", [inbound("tcp", (5432, 5432), "group app", "From the application")], "Database"),
    ]


def both_families():
    return [
        Group(
            "router",
            [
                inbound("tcp", (443, 443), "0.0.0.0/0"),
                inbound("tcp", (443, 443), "::/0"),
                inbound("icmp", (8, -1), "10.0.0.0/8", "Ping"),
                inbound("icmp", (3, 4), "0.0.0.0/0", "Path MTU"),
                inbound("icmp", (-1, -1), "192.0.2.0/24", "All of ICMP"),
                inbound("icmpv6", (-1, -1), "2001:db8::/32", "All of ICMPv6"),
                outbound(*ALL, "0.0.0.0/0"),
                outbound(*ALL, "::/0"),
            ],
            "Router of both families",
        )
    ]


def lists_and_self():
    return [
        Group(
            "cluster",
            [
                inbound(*ALL, "self", "Members reach each other"),
                inbound("tcp", (443, 443), "list", "From the offices"),
                outbound("tcp", (443, 443), "list", "To the offices"),
            ],
            "Members of a cluster",
        )
    ]


def one_sided():
    return [
        Group(
            "client",
            [
                outbound("tcp", (5432, 5432), "group server", "To the database"),
                outbound("tcp", (443, 443), "0.0.0.0/0", "To the internet"),
            ],
            "Closed client",
        ),
        Group(
            "server",
            [
                inbound("tcp", (5432, 5432), "group client", "From clients"),
                inbound("tcp", (9100, 9100), "group client", "Metrics, which no client may ask for"),
                outbound("udp", (53, 53), "10.0.0.2/32", "DNS"),
            ],
            "Closed server",
        ),
    ]


def tagged():
    return [
        Group(
            "edge",
            [
                inbound("tcp", (443, 443), "198.51.100.0/24", "R&D, {test} [a;b]=$5", Ticket="NET-1"),
                inbound("tcp", (8443, 8443), "198.51.100.0/24", "Admin console", Ticket="NET-2", Owner="r&d"),
                outbound(*ALL, "0.0.0.0/0", "out", Ticket="NET-3"),
            ],
            "Edge & entry (EU)",
            {"Name": "Edge of the shop", "team": "shop", "cost centre": "42"},
        ),
        Group("inner", [inbound("tcp", (8080, 8080), "group edge")], "Inside", {"team": "shop"}),
    ]


def silent():
    return [
        Group("one", [inbound("udp", (514, 514), "10.1.0.0/16"), outbound(*ALL, "0.0.0.0/0")], has_prefix=True),
        Group("two", [inbound("tcp", (0, 65535), "group one"), inbound("tcp", (22, 22), "10.2.0.0/16")], has_prefix=True),
    ]


def many_texts():
    partners = [
        inbound("tcp", (443, 443), f"203.0.113.{n}/32", f"Partner number {n}, contract {1000 + n}") for n in range(32)
    ]
    return [Group("partners", [*partners, outbound(*ALL, "0.0.0.0/0", "Out")], "Partners with 32 texts")]


def mixed():
    return [
        Group(
            "hub",
            [
                inbound("tcp", (1, 65535), "group spoke", "Nearly all of TCP"),
                inbound("udp", (0, 65535), "group spoke"),
                inbound(*ALL, "10.9.0.0/16", "The other site"),
                inbound("tcp", (443, 443), "10.0.0.0/9"),
                inbound("tcp", (443, 443), "10.128.0.0/9"),
                outbound("tcp", (443, 443), "0.0.0.0/0"),
                outbound("tcp", (443, 443), "::/0"),
                outbound(*ALL, "group spoke"),
            ],
            "Hub",
            {"Name": "hub"},
        ),
        Group("spoke", [inbound(*ALL, "group hub"), outbound(*ALL, "0.0.0.0/0"), outbound(*ALL, "::/0")], "Spoke"),
    ]


def named(groups, estate):
    """The groups with tags `Name` that no other estate has."""
    for group in groups:
        if "Name" in group.tags:
            group.tags = group.tags | {"Name": f"{group.tags['Name']} {estate}"}
    return groups


CONTENTS = {
    "plain": plain,
    "families": both_families,
    "lists": lists_and_self,
    "sided": one_sided,
    "tagged": tagged,
    "silent": silent,
    "texts": many_texts,
    "mixed": mixed,
}


def quoted(text):
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")


def tags_text(tags):
    entries = "".join(f"    {quoted(key)} = {quoted(value)}\n" for key, value in tags.items())
    return f"  tags = {{\n{entries}  }}\n" if tags else ""


def group_head(label, name, group):
    key = "name_prefix" if group.has_prefix else "name"
    value = f"{name}-" if group.has_prefix else name
    text = "" if group.text == "Managed by Terraform" else f"  description = {quoted(group.text)}\n"
    return (
        f'resource "aws_security_group" "{label}" {{\n  {key} = {quoted(value)}\n{text}'
        f"  vpc_id = var.vpc\n{tags_text(group.tags)}"
    )


def peer_lists(peer, label_of):
    """The attributes of inline rules and `aws_security_group_rule` for a peer."""
    if peer == "self":
        return "self = true"
    if peer == "list":
        return "prefix_list_ids = [var.list]"
    if peer.startswith("group "):
        return f"security_groups = [aws_security_group.{label_of(peer[6:])}.id]"
    return f"{'ipv6_cidr_blocks' if ':' in peer else 'cidr_blocks'} = [{quoted(peer)}]"


def inline(estate, groups):
    """Rules within their group. Two groups cannot name each other so: the first has a block instead."""
    text, known = "", set()
    for group in groups:
        known.add(group.name)
        text += group_head(f"{estate}_{group.name}", f"{estate}-{group.name}", group)
        for rule in group.rules:
            is_known = not rule.peer.startswith("group ") or rule.peer[6:] in known
            peer = rule.peer if is_known else "10.77.0.0/16"
            shown = f"    description = {quoted(rule.text)}\n" if rule.text else ""
            text += (
                f"  {rule.direction} {{\n{shown}    protocol = {quoted(rule.protocol)}\n"
                f"    from_port = {rule.ports[0]}\n    to_port = {rule.ports[1]}\n"
                f"    {peer_lists(peer, lambda name: f'{estate}_{name}')}\n  }}\n"
            )
        text += "}\n"
    return text


def old(estate, groups):
    """`aws_security_group_rule`, with several blocks in one where everything else is the same."""
    label = lambda name: f"{estate}_{name}"
    text = ""
    for group in groups:
        text += group_head(label(group.name), f"{estate}-{group.name}", group) + "}\n"
        merged = {}
        for rule in group.rules:
            key = (rule.direction, rule.protocol, rule.ports, rule.text)
            is_block = "/" in rule.peer
            merged.setdefault(key if is_block else (*key, rule.peer), []).append(rule.peer)
        for n, (key, peers) in enumerate(merged.items()):
            direction, protocol, ports, shown = key[:4]
            text += (
                f'resource "aws_security_group_rule" "{label(group.name)}_{n}" {{\n'
                f"  security_group_id = aws_security_group.{label(group.name)}.id\n  type = {quoted(direction)}\n"
                f"  protocol = {quoted(protocol)}\n  from_port = {ports[0]}\n  to_port = {ports[1]}\n"
            )
            text += f"  description = {quoted(shown)}\n" if shown else ""
            if "/" in peers[0]:
                for attribute, blocks in [
                    ("cidr_blocks", [peer for peer in peers if ":" not in peer]),
                    ("ipv6_cidr_blocks", [peer for peer in peers if ":" in peer]),
                ]:
                    text += f"  {attribute} = {json.dumps(blocks)}\n" if blocks else ""
            else:
                source = peer_lists(peers[0], label)
                if source.startswith("security_groups"):
                    source = f"source_security_group_id = aws_security_group.{label(peers[0][6:])}.id"
                text += f"  {source}\n"
            text += "}\n"
    return text


def new(estate, groups):
    """A resource for each rule."""
    text = ""
    for group in groups:
        label = f"{estate}_{group.name}"
        text += group_head(label, f"{estate}-{group.name}", group) + "}\n"
        for n, rule in enumerate(group.rules):
            text += (
                f'resource "aws_vpc_security_group_{rule.direction}_rule" "{label}_{n}" {{\n'
                f"  security_group_id = aws_security_group.{label}.id\n  ip_protocol = {quoted(rule.protocol)}\n"
            )
            if rule.protocol != "-1":
                text += f"  from_port = {rule.ports[0]}\n  to_port = {rule.ports[1]}\n"
            text += f"  description = {quoted(rule.text)}\n" if rule.text else ""
            if rule.peer == "self":
                text += f"  referenced_security_group_id = aws_security_group.{label}.id\n"
            elif rule.peer == "list":
                text += "  prefix_list_id = var.list\n"
            elif rule.peer.startswith("group "):
                text += f"  referenced_security_group_id = aws_security_group.{estate}_{rule.peer[6:]}.id\n"
            else:
                text += f"  cidr_ipv{6 if ':' in rule.peer else 4} = {quoted(rule.peer)}\n"
            text += tags_text(rule.tags) + "}\n"
    return text


STYLES = {"inline": inline, "old": old, "new": new}


def by_hand(ec2, vpc, prefix_list, estate, groups):
    """Makes the groups as a person does in the console; their ids."""
    ids = {}
    for group in groups:
        text = group.text if group.text != "Managed by Terraform" else "made by hand"
        ids[group.name] = ec2.create_security_group(
            GroupName=f"{estate}-{group.name}", Description=text, VpcId=vpc, TagSpecifications=tag_lists("security-group", group.tags)
        )["GroupId"]
        # what AWS gives a new group
        for rule in ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [ids[group.name]]}])[
            "SecurityGroupRules"
        ]:
            ec2.revoke_security_group_egress(GroupId=ids[group.name], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    for group in groups:
        for rule in group.rules:
            authorize = getattr(ec2, f"authorize_security_group_{rule.direction}")
            authorize(
                GroupId=ids[group.name],
                IpPermissions=[permission(rule, ids, group.name, prefix_list)],
                TagSpecifications=tag_lists("security-group-rule", rule.tags),
            )
    return ids


def permission(rule, ids, own, prefix_list):
    shown = {"Description": rule.text} if rule.text else {}
    wanted = {"IpProtocol": rule.protocol}
    if rule.protocol != "-1":
        wanted |= {"FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    if rule.peer == "list":
        return wanted | {"PrefixListIds": [{"PrefixListId": prefix_list} | shown]}
    if rule.peer == "self" or rule.peer.startswith("group "):
        return wanted | {"UserIdGroupPairs": [{"GroupId": ids[own if rule.peer == "self" else rule.peer[6:]]} | shown]}
    if ":" in rule.peer:
        return wanted | {"Ipv6Ranges": [{"CidrIpv6": rule.peer} | shown]}
    return wanted | {"IpRanges": [{"CidrIp": rule.peer} | shown]}


def tag_lists(kind, tags):
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": listed}] if tags else []


def template(estate, groups):
    """The groups as a CloudFormation template with rules of their own."""
    resources = {}
    for group in groups:
        name = group.name.title()
        own_block = [rule for rule in group.rules if rule.direction == "egress" and "/" in rule.peer]
        resources[f"{name}SecurityGroup"] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupName": f"{estate}-{group.name}",
                "GroupDescription": group.text,
                "VpcId": {"Ref": "Vpc"},
                "SecurityGroupEgress": [stack_rule(rule, "Cidr") for rule in own_block]
                or [{"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}],
                "Tags": [{"Key": key, "Value": value} for key, value in group.tags.items()],
            },
        }
        for n, rule in enumerate(rule for rule in group.rules if rule not in own_block):
            kind = "Ingress" if rule.direction == "ingress" else "Egress"
            resources[f"{name}{kind}{n}"] = {
                "Type": f"AWS::EC2::SecurityGroup{kind}",
                "Properties": {"GroupId": {"Fn::GetAtt": [f"{name}SecurityGroup", "GroupId"]}}
                | stack_rule(rule, "Source" if kind == "Ingress" else "Destination"),
            }
    parameters = {"Vpc": {"Type": "AWS::EC2::VPC::Id"}}
    return json.dumps({"Parameters": parameters, "Resources": resources})


def stack_rule(rule, side):
    wanted = {"IpProtocol": rule.protocol, "FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    wanted |= {"Description": rule.text} if rule.text else {}
    if rule.peer.startswith("group "):
        name = rule.peer[6:].title()
        return wanted | {f"{side}SecurityGroupId": {"Fn::GetAtt": [f"{name}SecurityGroup", "GroupId"]}}
    return wanted | {"CidrIpv6" if ":" in rule.peer else "CidrIp": rule.peer}
