"""What stands in (the local) AWS after a deployment, in one form for both outputs.

Groups go by their tier, rules are `Rule`s, and a peer is text: a block, `tier NAME`,
`group ACCOUNT/ID`, or `list NAME-OR-ID`. Ids that a tool made up therefore never show.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule as AWS shows it: -1 stands for all ports, types or codes."""

    direction: str
    protocol: str
    from_port: int
    to_port: int
    peer: str
    description: str

    def __str__(self):
        ports = "" if self.from_port == self.to_port == -1 else f" {self.from_port}-{self.to_port}"
        word = "from" if self.direction == "ingress" else "to"
        return f"{self.direction} {self.protocol}{ports} {word} {self.peer} ({self.description!r})"


def list_names(ec2):
    """id -> name of AWS's own prefix lists and of those that outputs make, id -> id of all others."""
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    others = [pl["PrefixListId"] for pl in lists if pl["PrefixListName"].startswith("list ")]
    names = {pl["PrefixListId"]: pl["PrefixListName"] for pl in lists}
    return names | {id: id for id in others}


def groups(ec2, ids, tiers):
    """({tier: {name, description, tags, vpc, associated, rules, rule_tags}}, problems) of the groups with these ids.

    `tiers` is {Name tag: tier}. `rules` is a list: AWS has no duplicates, and neither may we. `rule_tags` is
    {rule: tags} of those that have some."""
    found = ec2.describe_security_groups(GroupIds=sorted(ids))["SecurityGroups"] if ids else []
    out, names, problems = {}, {}, []
    for group in found:
        tags = {tag["Key"]: tag["Value"] for tag in group.get("Tags", []) if not tag["Key"].startswith("aws:")}
        tier = tiers.get(tags.get("Name"))
        if tier is None or tier in out:
            problems.append(f"no tier, or a second time the same, for the group tagged {tags.get('Name')!r}")
            continue
        names[group["GroupId"]] = tier
        out[tier] = {
            "name": group["GroupName"],
            "description": group["Description"],
            "tags": tags,
            "vpc": group["VpcId"],
            "associated": [],
            "rules": [],
            "rule_tags": {},
        }
    problems += [f"no group for tier {tier}" for tier in sorted(set(tiers.values()) - set(out))]
    for association in ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]:
        if association["GroupId"] in names:
            out[names[association["GroupId"]]]["associated"].append(association["VpcId"])
    lists = list_names(ec2)
    for rule in rules_of(ec2, names):
        tier, seen = out[names[rule["GroupId"]]], plain(rule, names, lists)
        tier["rules"].append(seen)
        if rule.get("Tags"):
            tier["rule_tags"][seen] = {tag["Key"]: tag["Value"] for tag in rule["Tags"]}
    for tier in out.values():
        tier["rules"].sort()
        tier["associated"].sort()
    return out, problems


def rules_of(ec2, ids):
    """AWS's rules of these groups."""
    if not ids:
        return []
    filters = [{"Name": "group-id", "Values": sorted(ids)}]
    return ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]


def plain(rule, tiers, lists):
    """One of AWS's rules as a `Rule`."""
    group = rule.get("ReferencedGroupInfo")
    if group and group["GroupId"] in tiers:
        peer = f"tier {tiers[group['GroupId']]}"
    elif group:
        peer = f"group {group.get('UserId')}/{group['GroupId']}"
    elif rule.get("PrefixListId"):
        peer = f"list {lists[rule['PrefixListId']]}"
    else:
        peer = rule.get("CidrIpv4") or rule["CidrIpv6"]
    direction = "egress" if rule["IsEgress"] else "ingress"
    return Rule(direction, rule["IpProtocol"], rule["FromPort"], rule["ToPort"], peer, rule.get("Description", ""))


def default_groups(ec2):
    """VPC id -> number of rules of its default group."""
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    of = {group["GroupId"]: group["VpcId"] for group in found}
    counts = {vpc: 0 for vpc in of.values()}
    for rule in rules_of(ec2, of):
        counts[of[rule["GroupId"]]] += 1
    return counts
