"""One small policy three times, by hand: as a flow table, as a template and as a module.

It has a rule of every kind of peer and protocol, a closed tier whose all-traffic rule stands beside a
rule to a tier, and a parameter of every type. `selftest` deploys it whole and broken.
"""

import json

WEB, DB = {"kind": "tier", "name": "web"}, {"kind": "tier", "name": "db"}
ANYWHERE = {"kind": "address", "block": "0.0.0.0/0"}
BACKUPS = {
    "kind": "prefix-list",
    "name": "backups",
    "id": None,
    "aws_name": "com.amazonaws.region.s3",
    "parameter": None,
    "family": "ipv4",
}
BRANCHES = {
    "kind": "prefix-list",
    "name": "branches",
    "id": None,
    "aws_name": None,
    "parameter": "branches",
    "family": "ipv6",
}
MONITOR = {"kind": "external", "name": "monitor", "id": None, "parameter": "monitor", "account": None}
PARTNER = {
    "kind": "external",
    "name": "partner",
    "id": "sg-0f00ba4f00ba4f00b",
    "parameter": None,
    "account": "123456789012",
}
OFFICE = {"kind": "parameter", "name": "office-v6", "family": "ipv6"}


def flow(source, sink, protocol, low, high, text):
    """A row of a flow table."""
    return {
        "from": source,
        "to": sink,
        "protocol": protocol,
        "from_port": low,
        "to_port": high,
        "description": text,
        "sentences": [],
    }


TABLE = {
    "format": 1,
    "stack": "shop",
    "ip": "dual",
    "vpcs": [{"name": "main", "id": None, "parameter": "main-vpc", "default_group": "locked"}],
    "tiers": [
        {"name": "db", "vpc": "main", "role": None, "outbound": "closed", "tag_name": "shop-db"},
        {"name": "web", "vpc": "main", "role": None, "outbound": "open", "tag_name": "shop-web"},
    ],
    "flows": [
        flow(ANYWHERE, WEB, "tcp", 443, 443, "web allows https from anywhere"),
        flow(OFFICE, WEB, "icmpv6", 128, 0, "web allows ping from office-v6"),
        flow(MONITOR, WEB, "50", None, None, "web allows esp from monitor"),
        flow(PARTNER, WEB, "tcp", 8080, 8080, "web allows tcp 8080 from partner"),
        flow(BRANCHES, WEB, "udp", 0, 65535, "web allows udp from branches"),
        flow(WEB, DB, "tcp", 3306, 3306, "db allows mysql from web"),
        flow(DB, DB, "-1", None, None, "db allows all from itself"),
        flow(DB, BACKUPS, "tcp", 443, 443, "db allows https to backups"),
        flow(DB, ANYWHERE, "-1", None, None, "db allows all to anywhere-ipv4"),
    ],
}


def group(description, tag, **more):
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": description,
            "VpcId": {"Ref": "MainVpc"},
            **more,
            "Tags": [{"Key": "Name", "Value": tag}],
        },
    }


def ref(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


EVERYWHERE = [
    {"IpProtocol": "-1", key: block, "Description": "all outbound traffic"}
    for key, block in (("CidrIp", "0.0.0.0/0"), ("CidrIpv6", "::/0"))
]
HTTPS = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "CidrIp": "0.0.0.0/0",
    "Description": "web allows https from anywhere",
}
PING = {
    "IpProtocol": "icmpv6",
    "FromPort": 128,
    "ToPort": 0,
    "CidrIpv6": {"Ref": "OfficeV6"},
    "Description": "web allows ping from office-v6",
}
ESP = {"IpProtocol": "50", "SourceSecurityGroupId": {"Ref": "Monitor"}, "Description": "web allows esp from monitor"}
FOREIGN = {
    "IpProtocol": "tcp",
    "FromPort": 8080,
    "ToPort": 8080,
    "SourceSecurityGroupId": PARTNER["id"],
    "SourceSecurityGroupOwnerId": PARTNER["account"],
    "Description": "web allows tcp 8080 from partner",
}
UDP = {
    "IpProtocol": "udp",
    "FromPort": 0,
    "ToPort": 65535,
    "SourcePrefixListId": {"Ref": "Branches"},
    "Description": "web allows udp from branches",
}
MYSQL = {
    "IpProtocol": "tcp",
    "FromPort": 3306,
    "ToPort": 3306,
    "GroupId": ref("Db"),
    "SourceSecurityGroupId": ref("Web"),
    "Description": "db allows mysql from web",
}
ITSELF = {"IpProtocol": "-1", "GroupId": ref("Db"), "Description": "db allows all from itself"}
TO_BACKUPS = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "DestinationPrefixListId": {"Ref": "BackupsPrefixListId"},
    "Description": "db allows https to backups",
}
HALVES = [
    {"IpProtocol": "-1", "CidrIp": block, "Description": "db allows all to anywhere-ipv4"}
    for block in ("0.0.0.0/1", "128.0.0.0/1")
]
LIST = {"Type": "String", "AllowedPattern": "^pl-[0-9a-f]{8,17}$"}
TEMPLATE = json.dumps(
    {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "MainVpc": {"Type": "AWS::EC2::VPC::Id"},
            "Monitor": {"Type": "AWS::EC2::SecurityGroup::Id"},
            "Branches": LIST,
            "BackupsPrefixListId": LIST | {"Description": "Id of com.amazonaws.REGION.s3"},
            "OfficeV6": {"Type": "String", "Default": "2001:db8:40::/48"},
        },
        "Resources": {
            "Db": group("Managed by tierwall", "shop-db", SecurityGroupEgress=[TO_BACKUPS, *HALVES]),
            "Web": group(
                "Managed by tierwall",
                "shop-web",
                SecurityGroupIngress=[HTTPS, PING, ESP, FOREIGN, UDP],
                SecurityGroupEgress=EVERYWHERE,
            )
            | {"Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W3687"]}}}},
            "DbTcp3306FromWeb": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": MYSQL},
            "DbAllFromItself": {
                "Type": "AWS::EC2::SecurityGroupIngress",
                "Properties": ITSELF | {"SourceSecurityGroupId": ref("Db")},
            },
            "DbAllToItself": {
                "Type": "AWS::EC2::SecurityGroupEgress",
                "Properties": ITSELF | {"DestinationSecurityGroupId": ref("Db")},
            },
        },
        "Outputs": {"DbId": {"Value": ref("Db")}, "WebId": {"Value": ref("Web")}},
    }
)


def hcl_group(tier):
    return f"""
resource "aws_security_group" "{tier}" {{
  name_prefix = "shop-{tier}-"
  description = "Managed by tierwall"
  vpc_id      = var.main_vpc

  tags = {{
    Name = "shop-{tier}"
  }}
}}

output "{tier}_security_group_id" {{
  value = aws_security_group.{tier}.id
}}
"""


def hcl_rule(direction, name, tier, text, protocol, ports, peer, value):
    """A rule resource as `terraform fmt` writes it."""
    attributes = {
        "security_group_id": f"aws_security_group.{tier}.id",
        "description": f'"{text}"',
        "ip_protocol": f'"{protocol}"',
    }
    attributes |= {"from_port": ports[0], "to_port": ports[1]} if ports else {}
    attributes[peer] = value
    width = max(map(len, attributes))
    lines = "".join(f"  {key:<{width}} = {value}\n" for key, value in attributes.items())
    return f'\nresource "aws_vpc_security_group_{direction}_rule" "{name}" {{\n{lines}}}\n'


RULE = hcl_rule(
    "ingress", "web_tcp_443", "web", "web allows https from anywhere", "tcp", (443, 443), "cidr_ipv4", '"0.0.0.0/0"'
)
LOCK = """
resource "aws_default_security_group" "main" {
  vpc_id = var.main_vpc
}
"""
MODULE = "".join(
    [
        'variable "main_vpc" {\n  type = string\n}\n',
        '\nvariable "monitor" {\n  type = string\n}\n',
        '\nvariable "branches" {\n  type = string\n}\n',
        '\nvariable "office_v6" {\n  type    = string\n  default = "2001:db8:40::/48"\n}\n',
        '\ndata "aws_region" "current" {}\n',
        '\ndata "aws_ec2_managed_prefix_list" "backups" {\n  name = "com.amazonaws.${data.aws_region.current.name}.s3"\n}\n',
        LOCK,
        hcl_group("db"),
        hcl_group("web"),
        RULE,
        hcl_rule(
            "ingress",
            "web_ping",
            "web",
            "web allows ping from office-v6",
            "icmpv6",
            (128, 0),
            "cidr_ipv6",
            "var.office_v6",
        ),
        hcl_rule(
            "ingress",
            "web_esp",
            "web",
            "web allows esp from monitor",
            "50",
            (),
            "referenced_security_group_id",
            "var.monitor",
        ),
        hcl_rule(
            "ingress",
            "web_8080",
            "web",
            "web allows tcp 8080 from partner",
            "tcp",
            (8080, 8080),
            "referenced_security_group_id",
            '"123456789012/sg-0f00ba4f00ba4f00b"',
        ),
        hcl_rule(
            "ingress",
            "web_udp",
            "web",
            "web allows udp from branches",
            "udp",
            (0, 65535),
            "prefix_list_id",
            "var.branches",
        ),
        hcl_rule("egress", "web_all_4", "web", "all outbound traffic", "-1", (), "cidr_ipv4", '"0.0.0.0/0"'),
        hcl_rule("egress", "web_all_6", "web", "all outbound traffic", "-1", (), "cidr_ipv6", '"::/0"'),
        hcl_rule(
            "ingress",
            "db_3306",
            "db",
            "db allows mysql from web",
            "tcp",
            (3306, 3306),
            "referenced_security_group_id",
            "aws_security_group.web.id",
        ),
        hcl_rule(
            "ingress",
            "db_itself",
            "db",
            "db allows all from itself",
            "-1",
            (),
            "referenced_security_group_id",
            "aws_security_group.db.id",
        ),
        hcl_rule(
            "egress",
            "db_itself",
            "db",
            "db allows all from itself",
            "-1",
            (),
            "referenced_security_group_id",
            "aws_security_group.db.id",
        ),
        hcl_rule(
            "egress",
            "db_443",
            "db",
            "db allows https to backups",
            "tcp",
            (443, 443),
            "prefix_list_id",
            "data.aws_ec2_managed_prefix_list.backups.id",
        ),
        hcl_rule("egress", "db_all", "db", "db allows all to anywhere-ipv4", "-1", (), "cidr_ipv4", '"0.0.0.0/0"'),
    ]
)
