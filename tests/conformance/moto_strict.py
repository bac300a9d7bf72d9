"""moto 5.2.1 plus the AWS security-group rules that moto leaves out.

Importing this module patches moto's EC2 security groups, prefix lists and CloudFormation
resources in this process; `standin.py` then starts it, and seeds what outputs refer to.

What it adds to stock moto:
  EC2 API   rule descriptions on group and prefix-list rules; null ports for icmpv6 and
            other protocol numbers; 58 -> icmpv6; CIDR canonicalisation; port, ICMP,
            protocol, description and group-name checks; description-blind duplicates;
            per-family quota with prefix-list weights; cross-account references; the
            default group's self rule; ModifySecurityGroupRules for every kind of rule;
            the AWS-managed prefix lists that moto does not know; associations of groups
            with other VPCs.
  CFN       inline SecurityGroupEgress, CidrIpv6, SourcePrefixListId, Description and
            port-less rules; AWS::EC2::SecurityGroupEgress; GetAtt Id / VpcId; the
            default egress rules dropped as CloudFormation drops them; prefix lists, and
            AWS::EC2::SecurityGroupVpcAssociation.

It is one reading of AWS's documents, not AWS: the texts of its errors are approximate, and
two behaviours are modelled on documents rather than observed (a group reference counts in
the quota of both families; a standalone egress resource removes all-traffic rules).
"""

import ipaddress
import os
import re

from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidPermissionDuplicateError,
    InvalidParameterValue,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
    RulesPerSecurityGroupLimitExceededError,
)
from moto.ec2.models import managed_prefixes
from moto.ec2.models import security_groups as sgm
from moto.ec2.responses.security_groups import SecurityGroups as GroupResponses

RULES_PER_GROUP = int(os.environ.get("MOTO_STRICT_RULES", "60"))
QUOTAS = {}  # {VPC: its own quota}; AWS has one in a region
# Name (REGION stands for the region's), family, and what a rule that names it counts for.
AWS_PREFIX_LISTS = (
    ("com.amazonaws.global.cloudfront.origin-facing", "IPv4", 55),
    ("com.amazonaws.global.ipv6.cloudfront.origin-facing", "IPv6", 55),
    ("com.amazonaws.global.groundstation", "IPv4", 5),
    ("com.amazonaws.REGION.dynamodb", "IPv4", 1),
    ("com.amazonaws.REGION.ec2-instance-connect", "IPv4", 2),
    ("com.amazonaws.REGION.ipv6.ec2-instance-connect", "IPv6", 2),
    ("com.amazonaws.REGION.route53-healthchecks", "IPv4", 25),
    ("com.amazonaws.REGION.ipv6.route53-healthchecks", "IPv6", 25),
    ("com.amazonaws.REGION.s3", "IPv4", 1),
    ("com.amazonaws.REGION.s3express", "IPv4", 6),
    ("com.amazonaws.REGION.vpc-lattice", "IPv4", 10),
    ("com.amazonaws.REGION.ipv6.vpc-lattice", "IPv6", 10),
)
NAME_OK = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$")
DESC_OK = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$")
# UserIdGroupPair and PrefixListId: without `&`, which IpRange and Ipv6Range have
REFERENCE_DESC_OK = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=;{}!$*]{0,255}$")
PROTO = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


def bad(msg):
    return InvalidParameterValue(msg)


def norm_proto(p):
    if p is None:
        raise bad("Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
    p = PROTO.get(str(p).lower(), str(p).lower())
    if p in ("tcp", "udp", "icmp", "icmpv6", "-1"):
        return p
    if p.isdigit() and int(p) <= 255:
        return p
    raise bad(f"Invalid value '{p}' for IP protocol. Unknown protocol.")


def norm_ports(proto, lo, hi):
    lo = None if lo is None else int(lo)
    hi = None if hi is None else int(hi)
    if proto in ("tcp", "udp"):
        if lo is None or hi is None:
            raise bad("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
        for v in (lo, hi):
            if not 0 <= v <= 65535:
                raise bad(f"TCP/UDP port ({v}) out of range")
        if lo > hi:
            raise bad(f"Invalid TCP/UDP port range ({lo}:{hi})")
        return lo, hi
    if proto in ("icmp", "icmpv6"):
        if lo is None and hi is None and proto == "icmpv6":
            return -1, -1
        if lo is None or hi is None:
            raise bad("Invalid value for portRange. Must specify both type and code with ICMP.")
        if lo == -1 and hi != -1:
            raise bad("ICMP code must be -1 when the type is -1")
        for v in (lo, hi):
            if not -1 <= v <= 255:
                raise bad(f"ICMP type/code ({v}) out of range")
        return lo, hi
    return -1, -1  # every other protocol: all ports, whatever was given


def norm_cidr(text, version):
    try:
        net = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise bad(f"CIDR block {text} is malformed")
    if net.version != version or "/" not in text:
        raise bad(f"CIDR block {text} is malformed")
    return str(net)


def check_desc(d, allowed):
    if d is not None and not allowed.match(d):
        raise bad(f"Invalid rule description {d!r}: at most 255 of a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*")


# ---------------------------------------------------------------- EC2 rules
R = sgm.SecurityGroupRule
_r_init = R.__init__


def r_init(
    self,
    ec2_backend,
    ip_protocol,
    group_id,
    from_port,
    to_port,
    ip_range,
    source_group=None,
    prefix_list_id=None,
    is_egress=True,
    tags=None,
):
    # moto calls int() on the ports of every protocol but "-1": hand it "-1", then set ours
    _r_init(self, ec2_backend, "-1", group_id, None, None, ip_range, source_group, prefix_list_id, is_egress, tags)
    proto = norm_proto(ip_protocol)
    lo, hi = norm_ports(proto, from_port, to_port)
    self.ip_protocol = proto
    self.from_port, self.to_port = (None, None) if proto == "-1" else (lo, hi)
    self.pl_desc = (prefix_list_id or {}).get("Description")


def r_key(self):
    return (
        self.ip_protocol,
        self.from_port,
        self.to_port,
        self.ip_range.get("CidrIp"),
        self.ip_range.get("CidrIpv6"),
        self.source_group.get("GroupId"),
        self.source_group.get("UserId"),
        self.prefix_list_id,
    )


R.__init__ = r_init
R.__eq__ = lambda a, b: r_key(a) == r_key(b)  # description-blind, as in AWS
R.description = property(
    lambda s: s.ip_range.get("Description") or s.source_group.get("Description") or getattr(s, "pl_desc", None)
)

G = sgm.SecurityGroup
_g_init = G.__init__


def g_init(self, ec2_backend, group_id, name, description, vpc_id=None, tags=None, is_default=None):
    if name != "default" or not is_default:
        if not NAME_OK.match(name) or name.lower().startswith("sg-"):
            raise bad(f"Invalid security group name {name!r}")
        if not DESC_OK.match(description):
            raise bad(f"Invalid security group description {description!r}")
    _g_init(self, ec2_backend, group_id, name.rstrip(), description, vpc_id, tags, is_default)
    if is_default:
        self.ingress_rules.append(
            R(
                ec2_backend,
                "-1",
                group_id,
                None,
                None,
                None,
                {"GroupId": group_id, "UserId": ec2_backend.account_id},
                None,
                False,
            )
        )


G.__init__ = g_init

B = sgm.SecurityGroupBackend


def by_name(self, name, vpc_id=None):
    for vid in ([vpc_id] if vpc_id else list(self.groups)):
        for g in self.groups[vid].values():
            if g.name.lower() == name.lower():
                return g
    return None


B.get_security_group_from_name = by_name


def add_source_group(self, source_groups, vpc_id):
    out = []
    for item in source_groups or []:
        item = dict(item)
        item.setdefault("UserId", self.account_id)
        if item["UserId"] == self.account_id:
            key = item.get("GroupId") or item.get("GroupName")
            g = self.get_security_group_by_name_or_id(key, vpc_id)
            if not g:
                raise InvalidSecurityGroupNotFoundError(key)
            item["GroupId"] = g.id
        elif not re.match(r"^sg-[0-9a-f]{8,17}$", item.get("GroupId", "")):
            raise InvalidSecurityGroupNotFoundError(item.get("GroupId"))
        item.pop("GroupName", None)
        out.append(item)
    return out


B._add_source_group = add_source_group
B._verify_group_will_respect_rule_count_limit = lambda *a, **k: None


def weight(backend, rule):
    """(IPv4 rules, IPv6 rules) that a rule counts for."""
    if rule.ip_range.get("CidrIp"):
        return 1, 0
    if rule.ip_range.get("CidrIpv6"):
        return 0, 1
    if rule.prefix_list_id:
        pl = backend.managed_prefix_lists[rule.prefix_list_id]
        w = int(pl.max_entries or 0) or next(
            (
                weight
                for name, _, weight in AWS_PREFIX_LISTS
                if name.replace("REGION", backend.region_name) == pl.prefix_list_name
            ),
            1,
        )
        return (w, 0) if pl.address_family == "IPv4" else (0, w)
    return 1, 1


def authorize(is_egress):
    side = "egress_rules" if is_egress else "ingress_rules"

    def run(
        self,
        group_name_or_id,
        ip_protocol,
        from_port,
        to_port,
        ip_ranges,
        sgrule_tags=None,
        source_groups=None,
        prefix_list_ids=None,
        security_rule_ids=None,
        vpc_id=None,
    ):
        group = self.get_security_group_by_name_or_id(group_name_or_id, vpc_id)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_name_or_id)
        ranges = []
        for r in ([{"CidrIp": ip_ranges}] if isinstance(ip_ranges, str) else ip_ranges or []):
            r = {k: v for k, v in r.items() if v is not None}
            for k, v in (("CidrIp", 4), ("CidrIpv6", 6)):
                if k in r:
                    r[k] = norm_cidr(r[k], v)
            ranges.append(r)
        for pl in prefix_list_ids or []:
            if pl["PrefixListId"] not in self.managed_prefix_lists:
                raise EC2ClientError(
                    "InvalidPrefixListID.NotFound", f"The prefix list ID '{pl['PrefixListId']}' does not exist"
                )
        groups = self._add_source_group(source_groups, vpc_id)
        for d in ranges:
            check_desc(d.get("Description"), DESC_OK)
        for d in groups + list(prefix_list_ids or []):
            check_desc(d.get("Description"), REFERENCE_DESC_OK)
        added = list(
            self._iterate_security_rules(
                ip_protocol,
                group.group_id,
                from_port,
                to_port,
                ranges,
                groups,
                prefix_list_ids or [],
                is_egress=is_egress,
                tags=sgrule_tags or {},
            )
        )
        if not added:
            raise bad("A rule needs exactly one source or destination")
        have = getattr(group, side)
        for n, rule in enumerate(added):
            if rule in have or rule in added[:n]:
                raise InvalidPermissionDuplicateError()
        totals = [sum(x) for x in zip(*(weight(self, r) for r in have + added))]
        if max(totals) > QUOTAS.get(group.vpc_id, RULES_PER_GROUP):
            raise RulesPerSecurityGroupLimitExceededError
        have.extend(added)
        return added, group

    return run


B.authorize_security_group_ingress = authorize(False)
B.authorize_security_group_egress = authorize(True)


def modify_rules(self, group_id, rules):
    group = self.get_security_group_by_name_or_id(group_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_id)
    for rid, new in rules.items():
        old = group.get_rule(rid)
        if old is None:
            raise InvalidSecurityGroupRuleIdNotFoundError(rid)
        side = group.egress_rules if old.is_egress else group.ingress_rules
        rng, grp, pl = None, None, None
        d = new.get("Description")
        if new.get("CidrIpv4"):
            rng = {"CidrIp": norm_cidr(new["CidrIpv4"], 4), "Description": d}
        elif new.get("CidrIpv6"):
            rng = {"CidrIpv6": norm_cidr(new["CidrIpv6"], 6), "Description": d}
        elif new.get("PrefixListId"):
            pl = {"PrefixListId": new["PrefixListId"], "Description": d}
        elif new.get("ReferencedGroupId"):
            grp = self._add_source_group([{"GroupId": new["ReferencedGroupId"], "Description": d}], None)[0]
        check_desc(d, DESC_OK if rng else REFERENCE_DESC_OK)
        rule = R(
            self,
            new.get("IpProtocol"),
            group_id,
            new.get("FromPort"),
            new.get("ToPort"),
            {k: v for k, v in rng.items() if v is not None} if rng else None,
            grp,
            pl,
            old.is_egress,
        )
        if any(x is not old and x == rule for x in side):
            raise InvalidPermissionDuplicateError()
        rule.id = old.id
        side[side.index(old)] = rule


B.modify_security_group_rules = modify_rules
_delete = B._delete_security_group


def delete(self, vpc_id, group_id):
    if any(group == group_id for group, _ in associations(self)):
        raise EC2ClientError("DependencyViolation", f"resource {group_id} is associated with another VPC")
    for groups in self.groups.values():
        for g in groups.values():
            if g.id != group_id and any(
                r.source_group.get("GroupId") == group_id for r in g.ingress_rules + g.egress_rules
            ):
                raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
    return _delete(self, vpc_id, group_id)


B._delete_security_group = delete

# ------------------------------------------------------------ CloudFormation
NOT_A_RULE = {"FromPort", "ToPort", "IpProtocol", "Description", "GroupId", "GroupName"}


def cfn_authorize(backend, group, props, egress):
    src = {k: v for k, v in props.items() if k not in NOT_A_RULE}
    owner = src.pop("SourceSecurityGroupOwnerId", None)
    d = {"Description": props["Description"]} if props.get("Description") is not None else {}
    ranges, groups, pls = [], [], []
    for k, v in src.items():
        if k in ("CidrIp", "CidrIpv6"):
            ranges.append({k: v, **d})
        elif k in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
            groups.append({"GroupId": v, **({"UserId": owner} if owner else {}), **d})
        elif k == "SourceSecurityGroupName":
            groups.append({"GroupName": v, **d})
        elif k in ("SourcePrefixListId", "DestinationPrefixListId"):
            pls.append({"PrefixListId": v, **d})
        else:
            raise bad(f"Encountered unsupported property {k}")
    if len(ranges) + len(groups) + len(pls) != 1:
        raise bad("a CloudFormation rule must have exactly one source or destination")
    call = backend.authorize_security_group_egress if egress else backend.authorize_security_group_ingress
    return call(group.id, props.get("IpProtocol"), props.get("FromPort"), props.get("ToPort"), ranges, {}, groups, pls)[
        0
    ][0]


def drop_default_egress(group):
    group.egress_rules = [
        r
        for r in group.egress_rules
        if not (
            r.ip_protocol == "-1" and (r.ip_range.get("CidrIp") == "0.0.0.0/0" or r.ip_range.get("CidrIpv6") == "::/0")
        )
    ]


def g_create(cls, resource_name, cloudformation_json, account_id, region_name, **kw):
    from moto.ec2.models import ec2_backends

    p = cloudformation_json["Properties"]
    backend = ec2_backends[account_id][region_name]
    group = backend.create_security_group(
        name=resource_name, description=p.get("GroupDescription"), vpc_id=p.get("VpcId")
    )
    for tag in p.get("Tags", []):
        group.add_tag(tag["Key"], tag["Value"])
    for rule in p.get("SecurityGroupIngress", []):
        cfn_authorize(backend, group, rule, False)
    if p.get("SecurityGroupEgress"):
        drop_default_egress(group)
        for rule in p["SecurityGroupEgress"]:
            cfn_authorize(backend, group, rule, True)
    return group


G.create_from_cloudformation_json = classmethod(g_create)
G.has_cfn_attr = classmethod(lambda cls, a: a in ("GroupId", "Id", "VpcId"))
_g_attr = G.get_cfn_attribute
G.get_cfn_attribute = lambda s, a: {"Id": s.id, "VpcId": s.vpc_id}.get(a) or _g_attr(s, a)


class _Standalone:
    EGRESS = False
    TYPE = ""

    def __init__(self, group, rule):
        self.security_group, self.rule = group, rule

    @staticmethod
    def cloudformation_name_type():
        return ""

    @property
    def physical_resource_id(self):
        return self.rule.id

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kw):
        from moto.ec2.models import ec2_backends

        p = cloudformation_json["Properties"]
        backend = ec2_backends[account_id][region_name]
        group = backend.get_security_group_by_name_or_id(p.get("GroupId") or p.get("GroupName"))
        if group is None:
            raise InvalidSecurityGroupNotFoundError(p.get("GroupId"))
        if cls.EGRESS:
            # CloudFormation: "When you use AWS::EC2::SecurityGroupEgress, the default rule is removed";
            # it cannot tell the default rule from the same rule written inline (aws-cdk issue 987)
            drop_default_egress(group)
        return cls(group, cfn_authorize(backend, group, p, cls.EGRESS))

    def delete(self, account_id, region_name):
        side = "egress_rules" if self.EGRESS else "ingress_rules"
        setattr(self.security_group, side, [r for r in getattr(self.security_group, side) if r.id != self.rule.id])


# moto lists CloudFormationModel.__subclasses__(): drop its own ingress class by taking its place
I0 = sgm.SecurityGroupIngress
for name in ("__init__", "delete", "physical_resource_id", "EGRESS"):
    setattr(I0, name, _Standalone.__dict__[name])
I0.create_from_cloudformation_json = classmethod(_Standalone.create_from_cloudformation_json.__func__)


class SecurityGroupEgress(_Standalone, CloudFormationModel):
    __module__ = "moto.ec2.models.security_groups"  # moto's metaclass reads the service out of it
    EGRESS = True

    @staticmethod
    def cloudformation_type():
        return "AWS::EC2::SecurityGroupEgress"


SecurityGroupEgress.__abstractmethods__ = frozenset()
I0.__abstractmethods__ = frozenset()

# ------------------------------------------------------------ prefix lists
P = managed_prefixes.ManagedPrefixListBackend
_p_create = P.create_default_pls


def p_create(self):
    _p_create(self)
    known = {pl.prefix_list_name for pl in self.managed_prefix_lists.values()}
    for name, family, _ in AWS_PREFIX_LISTS:
        name = name.replace("REGION", self.region_name)
        if name not in known:
            block = "192.0.2.0/24" if family == "IPv4" else "2001:db8::/48"
            self._create_aws_managed_prefix_list(name, family, [{"Cidr": block, "Description": "default"}])


P.create_default_pls = p_create


# moto makes no prefix list from a template
class CfnPrefixList(CloudFormationModel):
    __module__ = "moto.ec2.models.managed_prefixes"  # moto's metaclass reads the service out of it

    def __init__(self, made):
        self.made = made

    @staticmethod
    def cloudformation_type():
        return "AWS::EC2::PrefixList"

    @staticmethod
    def cloudformation_name_type():
        return ""

    @property
    def physical_resource_id(self):
        return self.made.id

    @classmethod
    def has_cfn_attr(cls, attribute):
        return attribute == "PrefixListId"

    def get_cfn_attribute(self, attribute):
        return {"PrefixListId": self.made.id}[attribute]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kw):
        from moto.ec2.models import ec2_backends

        p = cloudformation_json["Properties"]
        if not 1 <= len(p["Entries"]) <= min(100, p["MaxEntries"]):
            raise bad("a prefix list has from 1 to 100 entries, and no more than its size")
        made = ec2_backends[account_id][region_name].create_managed_prefix_list(
            address_family=p["AddressFamily"],
            entry=p["Entries"],
            max_entries=p["MaxEntries"],
            prefix_list_name=p["PrefixListName"],
            tags={tag["Key"]: tag["Value"] for tag in p.get("Tags", [])},
        )
        return cls(made)

    def delete(self, account_id, region_name):
        from moto.ec2.models import ec2_backends

        ec2_backends[account_id][region_name].managed_prefix_lists.pop(self.made.id, None)


CfnPrefixList.__abstractmethods__ = frozenset()

# ------------------------------------------------------------ associations with other VPCs


def associations(backend):
    """{(group, VPC)}"""
    return backend.__dict__.setdefault("vpc_associations", set())


def associate(backend, group_id, vpc_id):
    """AssociateSecurityGroupVpc: not a default group, not a default VPC, not its own VPC."""
    group = backend.get_security_group_from_id(group_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_id)
    vpc = backend.get_vpc(vpc_id)
    if group.name == "default" or vpc.is_default == "true" or group.vpc_id == vpc_id:
        raise bad(f"{group_id} cannot be associated with {vpc_id}")
    if (group_id, vpc_id) in associations(backend):
        raise bad(f"{group_id} is associated with {vpc_id} already")
    associations(backend).add((group_id, vpc_id))


def disassociate(backend, group_id, vpc_id):
    if (group_id, vpc_id) not in associations(backend):
        raise bad(f"{group_id} is not associated with {vpc_id}")
    associations(backend).remove((group_id, vpc_id))


def r_associate(self):
    associate(self.ec2_backend, self._get_param("GroupId"), self._get_param("VpcId"))
    return ActionResult({"State": "associating"})


def r_disassociate(self):
    disassociate(self.ec2_backend, self._get_param("GroupId"), self._get_param("VpcId"))
    return ActionResult({"State": "disassociating"})


def r_describe_associations(self):
    wanted = self._filters_from_querystring()
    rows = [{"GroupId": group, "VpcId": vpc} for group, vpc in sorted(associations(self.ec2_backend))]
    keys = {"group-id": "GroupId", "vpc-id": "VpcId"}
    rows = [row for row in rows if all(row[keys[name]] in values for name, values in wanted.items())]
    return ActionResult({"SecurityGroupVpcAssociations": [row | {"State": "associated"} for row in rows]})


GroupResponses.associate_security_group_vpc = r_associate
GroupResponses.disassociate_security_group_vpc = r_disassociate
GroupResponses.describe_security_group_vpc_associations = r_describe_associations


class CfnAssociation(CloudFormationModel):
    __module__ = "moto.ec2.models.security_groups"  # moto's metaclass reads the service out of it

    def __init__(self, group_id, vpc_id):
        self.group_id, self.vpc_id = group_id, vpc_id

    @staticmethod
    def cloudformation_type():
        return "AWS::EC2::SecurityGroupVpcAssociation"

    @staticmethod
    def cloudformation_name_type():
        return ""

    @property
    def physical_resource_id(self):
        return f"{self.group_id}|{self.vpc_id}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kw):
        from moto.ec2.models import ec2_backends

        p = cloudformation_json["Properties"]
        associate(ec2_backends[account_id][region_name], p["GroupId"], p["VpcId"])
        return cls(p["GroupId"], p["VpcId"])

    def delete(self, account_id, region_name):
        from moto.ec2.models import ec2_backends

        disassociate(ec2_backends[account_id][region_name], self.group_id, self.vpc_id)


CfnAssociation.__abstractmethods__ = frozenset()
