"""The security-group rules that a flow table stands for, written from the language reference alone.

Shares nothing with the compiler: it reads `tierwall flows --format json` and knows what AWS does.
"""

import ipaddress

from readback import Rule

OPEN_TEXT = "all outbound traffic"
PLACEHOLDER = Rule("egress", "icmp", 252, 86, "255.255.255.255/32", "no outbound traffic")
EVERYWHERE = {"0.0.0.0/0": ("0.0.0.0/1", "128.0.0.0/1"), "::/0": ("::/1", "8000::/1")}


def lower(table, values, target):
    """{tier: sorted rules} that the table means in a target, where `values` are the `Values` of
    its parameters. The targets differ in CloudFormation's placeholder and halves alone."""
    tiers = {tier["name"]: tier for tier in table["tiers"]}
    rules = {name: [] for name in tiers}
    for flow in table["flows"]:
        source, sink = flow["from"], flow["to"]
        side = flow.get("opens")
        if sink["kind"] == "tier" and side != "outbound":
            rules[sink["name"]].append(rule("ingress", flow, source, values))
        writes = side == "outbound" or source["kind"] == "tier" and tiers[source["name"]]["outbound"] == "closed"
        if source["kind"] == "tier" and side != "inbound" and writes:
            rules[source["name"]].append(rule("egress", flow, sink, values))
    families = ["0.0.0.0/0"] + (["::/0"] if table["ip"] == "dual" else [])
    for name, tier in tiers.items():
        if tier["outbound"] == "open":
            rules[name] += [Rule("egress", "-1", -1, -1, block, OPEN_TEXT) for block in families]
        else:
            rules[name] = closed(rules[name], families)
        if target == "cloudformation":
            rules[name] = halved(rules[name])
        if tier["outbound"] == "closed":
            if target == "cloudformation" and not any(inline_outbound(rule) for rule in rules[name]):
                rules[name].append(PLACEHOLDER)
    return {name: sorted(rules[name]) for name in rules}


def closed(rules, families):
    """The rules of a closed tier: outbound rules to tiers that all-traffic rules cover are left out."""
    everything = {rule.peer for rule in rules if is_everything(rule)}
    if set(families) <= everything:
        return [rule for rule in rules if not (is_outbound(rule) and rule.peer.startswith("tier "))]
    return rules


def halved(rules):
    """Beside an outbound rule to a tier, CloudFormation would drop an all-traffic rule: it has its halves."""
    if not any(is_outbound(rule) and rule.peer.startswith("tier ") for rule in rules):
        return rules
    everything = [rule for rule in rules if is_everything(rule)]
    halves = [rule._replace(peer=half) for rule in everything for half in EVERYWHERE[rule.peer]]
    known = {rule[:5] for rule in rules}
    return [rule for rule in rules if rule not in everything] + [half for half in halves if half[:5] not in known]


def port_of(port, values):
    """A port of the flow table: a number, a parameter, or nothing."""
    if isinstance(port, dict):
        return values.of(port["parameter"])
    return -1 if port is None else port


def is_everything(rule):
    return is_outbound(rule) and rule.protocol == "-1" and rule.peer in EVERYWHERE


def is_outbound(rule):
    return rule.direction == "egress"


def inline_outbound(rule):
    """Rules to tiers are resources of their own in a template; all others stand in the group."""
    return is_outbound(rule) and not rule.peer.startswith("tier ")


def rule(direction, flow, end, values):
    """The rule of a flow on one side, toward its other end."""
    ports = [port_of(flow[key], values) for key in ("from_port", "to_port")]
    text = flow["description"] if direction == "ingress" else flow.get("outbound_description", flow["description"])
    return Rule(direction, flow["protocol"], *ports, peer(end, values), values.written(text))


def peer(end, values):
    """The other end as `readback` writes it."""
    kind = end["kind"]
    if kind == "tier":
        return f"tier {end['name']}"
    if kind == "address":
        return str(ipaddress.ip_network(end["block"]))
    if kind == "parameter":
        return str(ipaddress.ip_network(values.of(end["name"])))
    if kind == "external":
        return f"group {end['account'] or values.account}/{end['id'] or values.of(end['parameter'])}"
    if kind == "prefix-list" and end.get("made"):
        return f"list {end['made']}"
    if kind == "prefix-list":
        return (
            f"list {end['aws_name'] and values.aws_name(end['aws_name']) or end['id'] or values.of(end['parameter'])}"
        )
    raise ValueError(f"an end of unknown kind {kind!r}")


def differences(expected, actual):
    """What is missing and what is too much, tier by tier; `actual` comes from `readback.groups`."""
    problems = []
    for tier in sorted(set(expected) | set(actual)):
        want, have = expected.get(tier, []), actual.get(tier, {"rules": []})["rules"]
        problems += [f"{tier}: missing {rule}" for rule in want if rule not in have]
        problems += [f"{tier}: not in the policy: {rule}" for rule in have if rule not in want]
        problems += [f"{tier}: twice in the flow table: {rule}" for rule in set(want) if want.count(rule) > 1]
    return problems


def misplaced(table, values, actual):
    """Groups that are in other VPCs than the flow table says; `actual` comes from `readback.groups`."""
    ids = {vpc["name"]: vpc["id"] or vpc["parameter"] and values.of(vpc["parameter"]) for vpc in table["vpcs"]}
    problems = []
    for tier in table["tiers"]:
        group = actual.get(tier["name"])
        if group is None or tier["vpc"] is None:
            continue
        want = ids[tier["vpc"]], sorted(ids[vpc] for vpc in tier.get("associated_vpcs", []))
        have = group["vpc"], group["associated"]
        problems += [] if want == have else [f"{tier['name']}: expected in {want}, found in {have}"]
    return problems
