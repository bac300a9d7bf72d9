"""The change review: applies each edit's old program, plans its new one, and holds the plan to the
smallest counts and to what `tierwall diff` foretells; then applies that plan, after which a further plan must be empty.

All edits are modules of one root, so there is one apply of the old and one plan of the new.
"""

import re

import standin
import terraform
from edits import EDITS
from examples import not_empty, unequal, unsettled
from parameters import Values
from tierwall import TODAY, Refused


def review(report, compiler, server, directory, sources):
    """Every edit; the programs and the modules stay in `sources` for people to look at."""
    modules = built(report, compiler, sources)
    root = terraform.Root(directory, server)
    put(root, modules, "old")
    general(report, "edits: the old modules are valid", root.validate())
    general(report, "edits: the old modules are applied", root.apply())
    put(root, {slug: modules[slug] for slug in root.modules}, "new")
    plan, problems = root.plan()
    report.check("edits: the new modules are planned", problems[terraform.GENERAL])
    for slug in root.modules:
        edit = modules[slug]["edit"]
        report.check(f"edit: {edit.name}: {edit.counts}", problems[slug] + too_much(plan, slug, edit))
        if "foretold" in modules[slug]:
            report.check(f"edit: {edit.name}: as foretold", misjudged(plan, slug, modules[slug]))
    general(report, "edits: the new modules are applied", root.apply("plan.out"))
    general(report, "edits: the plan after that is empty", not_empty(root))


def built(report, compiler, sources):
    """{slug: {edit, old, new, their flow tables, what is foretold}} of the edits whose programs both build."""
    out = {}
    for edit in EDITS:
        slug = re.sub("[^a-z0-9]+", "_", edit.name.lower())
        made, problems, paths = {"edit": edit}, [], []
        for which, text, today in (("old", edit.old, {}), ("new", edit.new, {"as_of": edit.later})):
            # both under one file name: a program's name must not tell them apart
            source = sources / slug / which / "program.tier"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(text)
            try:
                made[which] = compiler.build(source, "terraform", **today)
                made[f"{which} table"] = compiler.flows(source, **today)
                (source.parent / "main.tf").write_text(made[which])
                paths.append(source)
            except Refused as refused:
                problems.append(refused)
        # `diff` has one day for both programs
        if not problems and edit.later == TODAY:
            try:
                made["foretold"] = compiler.foretold(*paths)
            except Refused as refused:
                problems.append(refused)
        report.check(f"edit: {edit.name}: builds", problems)
        if not problems:
            out[slug] = made
    return out


def put(root, modules, which):
    """Puts the old or the new module of every edit under the root."""
    for slug, made in modules.items():
        values = Values(f"edit {slug}", made[f"{which} table"])
        arguments, _ = values.for_module(made[which])
        standin.seed(values.ids())
        root.put(slug, made[which], arguments)


def foretold(made):
    """(add, change, destroy) as `diff` foretells them, and how many groups are replaced."""
    terraform = made["foretold"]["terraform"]
    replaced = [
        group
        for group in made["foretold"]["groups"]
        if group["change"] == "replaced" and "terraform" in group["targets"] and "address" not in group["reasons"]
    ]
    return tuple(terraform[what] for what in ("add", "change", "destroy")), len(replaced)


def misjudged(plan, slug, made):
    """How `diff` foretells another plan than the one that was made."""
    replaced = [a for a, type, _ in plan.actions[slug] if (a, type) == ("replace", "aws_security_group")]
    return unequal(foretold(made), (plan.of(slug), len(replaced)))


def too_much(plan, slug, edit):
    """How the plan for a module is not the smallest one."""
    problems = [f"{why}; {edit.why}" for why in unequal(edit.counts, plan.of(slug))]
    groups = [(action, address) for action, type, address in plan.actions[slug] if type == "aws_security_group"]
    replaced = [address for action, address in groups if action == "replace"]
    if len(replaced) != edit.groups_replaced:
        problems.append(f"{edit.groups_replaced} groups should be replaced, but {replaced} would")
    removed = [address for action, address in groups if action == "delete"]
    if len(removed) != edit.groups_removed:
        problems.append(f"{edit.groups_removed} groups should go, but {removed} would")
    return problems + (unsettled(plan, slug) if problems else [])


def general(report, name, problems):
    """One check for all modules together."""
    report.check(
        name,
        problems[terraform.GENERAL] + [f"{slug}: {p}" for slug in sorted(problems) if slug for p in problems[slug]],
    )
