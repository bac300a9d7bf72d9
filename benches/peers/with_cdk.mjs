// The same with the AWS CDK: with_cdk.mjs RULES DIRECTORY l1|l2. Packages are found in NODE_PATH.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(process.env.NODE_PATH + '/');
const cdk = require('aws-cdk-lib');
const ec2 = require('aws-cdk-lib/aws-ec2');

const [rules, outdir, level] = process.argv.slice(2);
const estate = JSON.parse(readFileSync(rules, 'utf8'));
const app = new cdk.App({ outdir });
const stack = new cdk.Stack(app, 'estate');
const vpcId = new cdk.CfnParameter(stack, 'VpcId', { type: 'AWS::EC2::VPC::Id' }).valueAsString;
const isOpen = (rule) => rule.direction === 'egress' && rule.protocol === '-1' && /^(0\.0\.0\.0|::)\/0$/.test(rule.cidr);
const everything = new Set(estate.rules.filter(isOpen).map((rule) => rule.group));

function first() {
  const plain = (rule) => ({
    ipProtocol: rule.protocol,
    description: rule.description,
    ...(rule.from === null ? {} : { fromPort: rule.from, toPort: rule.to }),
  });
  const block = (rule) => ({ ...plain(rule), [rule.cidr.includes(':') ? 'cidrIpv6' : 'cidrIp']: rule.cidr });
  const inline = new Map(estate.groups.map((name) => [name, { ingress: [], egress: [] }]));
  estate.rules.filter((rule) => rule.cidr).forEach((rule) => inline.get(rule.group)[rule.direction].push(block(rule)));
  const groups = new Map(
    estate.groups.map((name) => [
      name,
      new ec2.CfnSecurityGroup(stack, name, {
        groupDescription: name,
        vpcId,
        securityGroupIngress: inline.get(name).ingress,
        securityGroupEgress: inline.get(name).egress,
      }),
    ]),
  );
  estate.rules.forEach((rule, n) => {
    if (rule.cidr) return;
    const [id, peer] = [groups.get(rule.group).attrGroupId, groups.get(rule.peer_group).attrGroupId];
    if (rule.direction === 'ingress') {
      new ec2.CfnSecurityGroupIngress(stack, `Rule${n}`, { groupId: id, sourceSecurityGroupId: peer, ...plain(rule) });
    } else {
      new ec2.CfnSecurityGroupEgress(stack, `Rule${n}`, { groupId: id, destinationSecurityGroupId: peer, ...plain(rule) });
    }
  });
}

function second() {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId, availabilityZones: ['a'] });
  const groups = new Map(
    estate.groups.map((name) => [
      name,
      new ec2.SecurityGroup(stack, name, {
        vpc,
        description: name,
        allowAllOutbound: everything.has(name),
        allowAllIpv6Outbound: everything.has(name),
      }),
    ]),
  );
  const port = ({ protocol, from, to }) =>
    from === null
      ? ec2.Port.allTraffic()
      : new ec2.Port({ protocol, fromPort: from, toPort: to, stringRepresentation: `${protocol} ${from}-${to}` });
  for (const rule of estate.rules) {
    if (isOpen(rule)) continue;
    const peer = rule.cidr
      ? rule.cidr.includes(':') ? ec2.Peer.ipv6(rule.cidr) : ec2.Peer.ipv4(rule.cidr)
      : groups.get(rule.peer_group);
    const add = rule.direction === 'ingress' ? 'addIngressRule' : 'addEgressRule';
    groups.get(rule.group)[add](peer, port(rule), rule.description);
  }
}

(level === 'l1' ? first : second)();
app.synth();
