"""The same with troposphere: with_troposphere.py RULES TEMPLATE."""

import json
import sys

import troposphere
from troposphere import GetAtt, Parameter, Ref, Template, ec2


def properties(rule):
    """What a rule of a group, and a rule that is a resource of its own, have alike."""
    out = {"IpProtocol": rule["protocol"], "Description": rule["description"]}
    if rule["from"] is not None:
        out |= {"FromPort": rule["from"], "ToPort": rule["to"]}
    if "cidr" in rule:
        out["CidrIpv6" if ":" in rule["cidr"] else "CidrIp"] = rule["cidr"]
    return out


troposphere.MAX_RESOURCES = 10**9  # it refuses what has more than 500
estate, template = json.load(open(sys.argv[1])), Template()
template.add_parameter(Parameter("VpcId", Type="AWS::EC2::VPC::Id"))
inline = {(name, direction): [] for name in estate["groups"] for direction in ("ingress", "egress")}
for n, rule in enumerate(estate["rules"]):
    if "cidr" in rule:
        inline[rule["group"], rule["direction"]].append(ec2.SecurityGroupRule(**properties(rule)))
        continue
    ids = {"GroupId": GetAtt(rule["group"], "GroupId")}
    if rule["direction"] == "ingress":
        ids["SourceSecurityGroupId"] = GetAtt(rule["peer_group"], "GroupId")
        template.add_resource(ec2.SecurityGroupIngress(f"Rule{n}", **ids, **properties(rule)))
    else:
        ids["DestinationSecurityGroupId"] = GetAtt(rule["peer_group"], "GroupId")
        template.add_resource(ec2.SecurityGroupEgress(f"Rule{n}", **ids, **properties(rule)))
for name in estate["groups"]:
    template.add_resource(
        ec2.SecurityGroup(
            name,
            GroupDescription=name,
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=inline[name, "ingress"],
            SecurityGroupEgress=inline[name, "egress"],
        )
    )
with open(sys.argv[2], "w") as out:
    out.write(template.to_json())
