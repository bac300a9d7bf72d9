"""The lists of groups in the outputs of a program with `also`: what each member's network interface needs."""


def cloudformation_problems(outputs):
    """What is wrong with lists among the outputs of a stack, {name: value}: each starts with the id of its own group."""
    ids = {value for value in outputs.values() if "," not in value}
    problems = []
    for name, value in outputs.items():
        if "," not in value:
            continue
        own, *others = value.split(",")
        if not name.endswith("SecurityGroupIds") or outputs.get(name[:-1]) != own:
            problems.append(f"the list {name} does not start with its own group: {value}")
        if not others or len({own, *others}) != len(others) + 1 or not set(others) <= ids:
            problems.append(f"the list {name} holds what is no other group of the stack: {value}")
    return problems


def terraform_problems(table, outputs):
    """The same of a module, against the flow table: a list for each tier with `also`, and a map of all."""
    one = {key(name.removesuffix("_security_group_id")): value for name, value in outputs.items() if isinstance(value, str)}
    wanted = {
        tier["name"]: [one.get(key(name)) for name in [tier["name"], *tier.get("also", [])]] for tier in table["tiers"]
    }
    lists = {name: ids for name, ids in wanted.items() if len(ids) > 1}
    found = {key(name.removesuffix("_security_group_ids")): v for name, v in outputs.items() if isinstance(v, list)}
    problems = []
    if found != {key(name): ids for name, ids in lists.items()}:
        problems.append(f"the lists of groups are {found}, not {lists}")
    if outputs.get("security_group_ids") != (wanted if lists else None):
        problems.append(f"the map of all lists is {outputs.get('security_group_ids')}, not {wanted}")
    return problems


def single(outputs):
    """The values of outputs that are one group."""
    return [value for value in outputs.values() if isinstance(value, str) and "," not in value]


def key(name):
    """A name as all outputs can have it."""
    return "".join(c for c in name.lower() if c.isalnum())
