"""The least that a generator can do: json_dump.py RULES TEMPLATE, the rules as dictionaries through `json.dump`."""

import json
import sys


def rule(rule):
    """As CloudFormation has it, in its group or as a resource of its own."""
    out = {"IpProtocol": rule["protocol"], "Description": rule["description"]}
    if rule["from"] is not None:
        out |= {"FromPort": rule["from"], "ToPort": rule["to"]}
    if "peer_group" in rule:
        key = "SourceSecurityGroupId" if rule["direction"] == "ingress" else "DestinationSecurityGroupId"
        return out | {"GroupId": {"Fn::GetAtt": [rule["group"], "GroupId"]}, key: {"Fn::GetAtt": [rule["peer_group"], "GroupId"]}}
    return out | {"CidrIpv6" if ":" in rule["cidr"] else "CidrIp": rule["cidr"]}


estate = json.load(open(sys.argv[1]))
resources = {
    name: {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": name,
            "VpcId": {"Ref": "VpcId"},
            "SecurityGroupIngress": [],
            "SecurityGroupEgress": [],
        },
    }
    for name in estate["groups"]
}
for n, each in enumerate(estate["rules"]):
    kind = each["direction"].capitalize()
    if "peer_group" in each:
        resources[f"Rule{n}"] = {"Type": f"AWS::EC2::SecurityGroup{kind}", "Properties": rule(each)}
    else:
        resources[each["group"]]["Properties"][f"SecurityGroup{kind}"].append(rule(each))
template = {"Parameters": {"VpcId": {"Type": "AWS::EC2::VPC::Id"}}, "Resources": resources}
with open(sys.argv[2], "w") as out:
    json.dump(template, out, indent=2)
