"""No string of a program becomes code: hostile strings in every place, read back by the real tools.

A string in a place is either refused, by an error at that very place, or the deployments of both outputs
have it unchanged. What is accepted of one string, in all its places at once, is one program; it goes
the way of the examples (cfn-lint, cloudformation-validate, stack, module), and what stands there then is held
against what was written. Terraform's own parser is asked for what no deployment shows: the
descriptions of variables.
"""

import json
import re
import unicodedata
from pathlib import Path

import cloudformation
import examples
import standin
import terraform
from report import Quiet
from tierwall import Case

STRINGS = {
    "interpolation": "${path.module}",
    "interpolation after a dollar": "$${path.module}",
    "interpolation after two dollars": "$$${path.module}",
    "interpolation after three dollars": "$$$${path.module}",
    "interpolation after a percent sign": "%${path.module}",
    "interpolation of CloudFormation": "${AWS::Region} ${!Literal}",
    "interpolation that does not end": "${ and $",
    "directive": "%{ if true }yes%{ endif }",
    "directive after a percent sign": "%%{ if true }yes%{ endif }",
    "directive after two percent signs": "%%%{ if true }yes%{ endif }",
    "directive after a dollar": "$%{ if true }yes%{ endif }",
    "directive that does not end": "%{ and %",
    "strips": "a ${~ path.module ~} b %{~ if true ~}",
    "dynamic reference": "{{resolve:ssm:x}}",
    "dynamic reference to a secret": "a {{resolve:secretsmanager:a:SecretString:b}} c",
    "dynamic reference that does not end": "{{resolve:ssm:x",
    "almost a dynamic reference": "{{ resolve:ssm:x }} {{Resolve:ssm:x}} {resolve:ssm:x}",
    "two braces": "{{x}} }}",
    "quote": '"',
    "quotes that end the string": '", "Type": "AWS::IAM::User"',
    "quotes and a brace": '"\n}\nresource "null_resource" "x" {',
    "apostrophe": "'; drop",
    "backslash": "\\",
    "backslash and a quote": '\\"',
    "backslash at the end": "ends in \\",
    "escapes": "\\n \\u0041 \\${path.module} \\x41",
    "line break": "one\ntwo",
    "line break of Windows": "one\r\ntwo",
    "tab": "one\ttwo",
    "heredoc": "<<EOF\nx\nEOF",
    "comments": "# a // b /* c */",
    "function": '{"Ref": "AWS::Region"} !Ref x',
    "function as a word": "Fn::Sub",
    "no value": "an AWS::NoValue",
    "NUL": "a\0b",
    "escape of terminals": "\x1b[31mred",
    "delete": "a\x7fb",
    "control character of Unicode": "a\x9b31m",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "right to left": "a\u202eb",
    "isolate": "a\u2066b\u2069",
    "right-to-left mark": "a\u200fb",
    "Arabic letter mark": "a\u061cb",
    "byte order mark": "\ufeffa",
    "no character": "a\ufffeb",
    "no character either": "a\uffffb",
    "last character": "a\U0010ffffb",
    "private character": "a\ue000b",
    "not composed": "e\u0301 A\u030a",
    "joined": "\U0001f469\u200d\U0001f4bb",
    "markup": "<!-- @all `x` | <b> -->",
    "command of GitHub": "::error::x %0A::error::y ##[error]z",
    "ampersand": "Set & Change &amp; &lt;",
    "formula": "=1+1",
    "blanks": "a  b",
}

# Every place of a string that can come to stand in an output, and of those for people of the program alone.
PROGRAM = """\
stack shop «stack» { tags = { «key of the stack» = "x", of-the-stack = «value of the stack» } }
param office : cidr = 203.0.113.0/24 «parameter»
network left = 198.51.100.0/24 «network»
service own = tcp 8443 «service»
tiers both = web, db «set»
tier web «tier» { name = «name», description = «description», tags = { «key» = "x", of-the-tier = «value» } }
tier db
@allow(open-http, «reason»)
web allows own from office, left «rule» { tags = { «key of the rule» = "x", of-the-rule = «value of the rule» } }
db allows mysql from web «rule between tiers»
"""
PLACE = re.compile("«(.*?)»")
# Where AWS's own ids and names stand, or files: nothing of the table is one.
IDENTIFIERS = {
    "id of a VPC": "vpc main { id = «» }\ntier web\n",
    "id of a group": "external partner = «»\ntier web\nweb allows https from partner\n",
    "account of a group": 'external partner = "sg-0123456789abcdef0" in account «»\ntier web\nweb allows https from partner\n',
    "name of a prefix list": "prefix-list list = «»\ntier web\nweb allows https from list\n",
    "end of the name of a prefix list": 'prefix-list list = "com.amazonaws.region.«»"\ntier web\nweb allows https from list\n',
    "region": "stack shop { region = «» }\ntier web\n",
    "account": "stack shop { account = «» }\ntier web\n",
    "region of a VPC": "vpc main { region = «» }\ntier web\n",
    "included file": "include «»\ntier web\n",
    "default of a group": "param partner : external = «»\ntier web\nweb allows https from partner\n",
    "default of a VPC": "param main-id : vpc = «»\nvpc main { id = main-id }\ntier web\n",
    "default of a block": "param office : cidr = «»\ntier web\nweb allows https from office\n",
}
# Where a word stands without quotes.
WORDS = {
    "name of the stack": "stack «»\ntier web\n",
    "earlier name of the stack": "stack shop was «»\ntier web\n",
    "name of a tier": "tier «»\n",
    "earlier name of a tier": "tier web was «»\n",
    "name of a parameter": "param «» : cidr\ntier web\n",
    "name of a network": "network «» = 10.0.0.0/8\ntier web\n",
    "word of a sentence": "tier web\nweb allows «» from anywhere\n",
    "key of a block": "tier web { tags = { «» = \"x\" } }\n",
}
# Those of rules, which CloudFormation leaves out.
OF_RULES = {"key of the rule", "value of the rule"}
# Those that come to stand in no output.
FOR_PEOPLE = {"network", "service", "set", "reason"}
# What linters suspect of a string though CloudFormation leaves it alone: that it was meant for `Fn::Sub` (E1029), for a
# dynamic reference, which takes no blanks (W1053), or for `Ref` (W1054).
SUSPICIONS = {"E1029", "W1053", "W1054"}
TYPES = {"cidr", "cidr-ipv6", "cidr-list", "cidr-ipv6-list", "vpc", "external", "prefix-list", "port"}


def literal(text):
    """A text as a string of the language, what is not seen by its number."""
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    # `${` alone is a parameter
    text = text.replace("${", "$${")
    unseen = lambda c: unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cn", "Co")
    return '"' + "".join(short.get(c) or (f"\\u{{{ord(c):x}}}" if unseen(c) else c) for c in text) + '"'


def composed(text):
    return unicodedata.normalize("NFC", text)


def filled(texts):
    """(the program with these texts in these places, plain ones in all others; {place: first byte and last})"""
    program, spans = "", {}
    for n, part in enumerate(PLACE.split(PROGRAM)):
        start = len(program.encode())
        program += literal(texts.get(part, f"plain {part}")) if n % 2 else part
        if n % 2:
            spans[part] = (start, len(program.encode()))
    return program, spans


def meets(span, start, end):
    return span["start"]["offset"] <= end and start <= span["end"]["offset"]


def refused(compiler, source, program, start, end):
    """Whether a program is refused, and problems if that is not by an error that has a part of these bytes."""
    source.write_bytes(program.encode())
    # what the lint finds is refused by the stand-in, which keeps to the letter of the API reference
    found = compiler.errors(source, None, "--deny", "ampersand")
    at_place = [error for error in found for span in error["spans"][:1] if meets(span, start, end)]
    wrong = [] if at_place else [f"{error['code']} {error['spans'][:1]}: {error['message']}" for error in found]
    return bool(found), wrong


def offered(report, compiler, name, text, source):
    """The places that take a text; where it is refused, that the error is at the place."""
    taken = []
    for place in PLACE.findall(PROGRAM):
        program, spans = filled({place: text})
        is_refused, wrong = refused(compiler, source, program, *spans[place])
        report.check(f"{name} as {place}: taken, or refused at its place", wrong)
        if not is_refused:
            taken.append(place)
    return taken


def names(report, compiler, name, text, source):
    """Everything that is an id, a word or a value of a parameter: always refused, and at the place."""
    for place, program in {**IDENTIFIERS, **WORDS}.items():
        before, after = program.split("«»")
        written = text if place in WORDS else literal(text)
        written = written[1:-1] if before.endswith(".") else written
        start, end = len(before.encode()), len((before + written).encode())
        if place in WORDS:  # a quote or a brace takes what is around it along
            start, end = len(before.rpartition("\n")[0].encode()), end + len(after.partition("\n")[0].encode())
        is_refused, wrong = refused(compiler, source, before + written + after, start, end)
        report.check(f"{name} as {place}: refused at its place", wrong if is_refused else ["it is taken"])
    for kind in sorted(TYPES):
        source.write_text(f"param given : {kind}\ntier web\n")
        vars = source.with_suffix(".json")
        vars.write_text(json.dumps({"given": text}))
        found = compiler.errors(source, vars)
        report.check(f"{name} as the value of a {kind}: refused", [] if found else ["it is taken"])


def file_names(report, compiler, directory):
    """A stack that is named for its file: nothing but letters, digits, `-` and `_` is left of it."""
    for name, text in STRINGS.items():
        if not {"/", "\0"} & set(text):
            source = directory / f"{text}.tier"
            source.write_text("tier web\nweb allows https from anywhere\n")
            template = json.loads(compiler.build(source, "cloudformation"))
            [tag] = [tag["Value"] for tag in template["Resources"]["WebSecurityGroup"]["Properties"]["Tags"]]
            report.check(f"{name} as the name of the file", [] if re.fullmatch("[A-Za-z0-9_-]+-web", tag) else [tag])


def strings_in(value):
    """Every string of a JSON document, keys of objects too."""
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from strings_in(part)
    if isinstance(value, str):
        yield value


def dynamic(template):
    """What CloudFormation would replace: it looks into every string, and has no escape."""
    return [f"dynamic reference in {text!r}" for text in strings_in(template) if "{{resolve:" in text]


def functions(template):
    """Intrinsic functions other than those that outputs of groups and rules are made of: `Fn::GetAtt`, and the
    `Fn::Join` of a known text at its dollars."""
    def is_usual(name, value):
        is_text = name == "Fn::Join" and value[0] == "$" and all(isinstance(part, str) for part in value[1])
        return name == "Fn::GetAtt" or is_text

    return [f"a function that no output has: {name}" for name, value in calls(template) if not is_usual(name, value)]


def calls(part):
    """The intrinsic functions of a part of a template, with their arguments: objects with that one key."""
    if isinstance(part, dict):
        if len(part) == 1:
            yield from ((name, value) for name, value in part.items() if name.startswith("Fn::"))
        part = list(part.values())
    for it in part if isinstance(part, list) else []:
        yield from calls(it)


def differing(texts, deployed, described, has_rule_tags):
    """What stands there instead of the texts of a program, in one of its deployments."""
    nothing = {"tags": {}, "name": None, "description": None, "rules": [], "rule_tags": {}}
    web = deployed.get("web", nothing)
    tags = [tags for rule, tags in web["rule_tags"].items() if rule.to_port == 8443]
    rules = {(rule.to_port, rule.description) for it in deployed.values() for rule in it["rules"]}
    found = {
        "tier": web["tags"].get("Description"),
        "name": web["name"],
        "description": web["description"],
        "value": web["tags"].get("of-the-tier"),
        "value of the stack": web["tags"].get("of-the-stack"),
    }
    for place, text in texts.items():
        text = composed(text)
        if place in found and found[place] != text:
            yield f"{place}: {found[place]!r}, not {text!r}"
        elif place in OF_RULES and not has_rule_tags:
            yield from (f"{place}: a rule has the tags {there!r}" for there in tags)
        elif place in OF_RULES:
            wanted = (text, "x") if place.startswith("key") else ("of-the-rule", text)
            if len(tags) != 2 or any(wanted not in there.items() for there in tags):
                yield f"{place}: no tag {wanted!r} among {tags!r}"
        elif place.startswith("key") and web["tags"].get(text) != "x":
            yield f"{place}: no tag {text!r} among {sorted(web['tags'])!r}"
        elif place in ("rule", "rule between tiers") and ({"rule": 8443}.get(place, 3306), text) not in rules:
            yield f"{place}: no rule {text!r}"
        elif place in described and described[place] != text:
            yield f"{place}: {described[place]!r}, not {text!r}"


def compare(report, subject, texts, variables):
    """The strings of one program against what was written."""
    template = json.loads(subject.template)
    report.check(f"{subject.name}: nothing that CloudFormation would replace", dynamic(template) + functions(template))
    parameter = template["Parameters"]["Office"]
    described = {"stack": template["Description"], "parameter": parameter["Description"]}
    report.check(f"{subject.name}: the stack has the strings", list(differing(texts, subject.stacked, described, False)))
    described = {"parameter": variables.get("office", {}).get("description")}
    report.check(f"{subject.name}: the module has the strings", list(differing(texts, subject.applied, described, True)))


def deploy(report, subjects, server, directory):
    """The way of the examples; gives the variables of each module."""
    for subject in subjects:
        found = cloudformation.lint_findings(subject.template)
        found += cloudformation.validate_findings(subject.template, f"{subject.name}.json")
        found = [finding for finding in found if finding.split()[0] not in SUSPICIONS]
        report.check(f"{subject.name}: cfn-lint, cloudformation-validate", found)
    examples.create_stacks(report, subjects)
    examples.apply_modules(report, subjects, server, directory)
    examples.compare_targets(report, subjects)
    return terraform.Root(directory, server).variables()


def selftest(report, subject, texts, server, directory):
    """A module and a template in which the string is code must be found."""
    quiet = Quiet()
    broken = examples.Subject("broken", subject.table, subject.template, subject.module, subject.values)
    broken.module = subject.module.replace("$${", "${")
    broken.template = subject.template.replace("${path.module}", "{{resolve:ssm:x}}")
    variables = deploy(quiet, [broken], server, directory)
    compare(quiet, broken, texts, variables.get(broken.slug, {}))
    for word in ("dynamic reference in", "broken: the stack has the strings", "broken: terraform validate", "broken: the module has"):
        found = [problem for problem in quiet.problems if word in problem]
        report.check(f"strings that are code are found: {word}", [] if found else quiet.problems[:20])


def hostile(report, compiler, directory):
    """Everything above."""
    folder = lambda name: Path(directory / name)
    for name in ("sources", "names", "outputs", "terraform", "broken"):
        folder(name).mkdir()
    written, cases = {}, []
    with report.stage("strings: taken, or refused at their places"):
        for name, text in STRINGS.items():
            source = folder("sources") / f"{re.sub('[^a-z0-9]', '-', name.lower())}.tier"
            taken = offered(report, compiler, name, text, source)
            names(report, compiler, name, text, source)
            if taken:
                written[name] = {place: text for place in taken}
                source.write_text(filled(written[name])[0])
                cases.append(Case(name, source, None))
        file_names(report, compiler, folder("names"))
        wrong = [place for place in PLACE.findall(PROGRAM) if place not in written["interpolation"]]
        wrong += [name for name in written if "{{resolve:" in STRINGS[name] and set(written[name]) - FOR_PEOPLE]
        report.check("every place takes an interpolation, and none a dynamic reference", wrong)
    with report.stage("strings: what stands there is what was written"):
        subjects = examples.subjects(report, compiler, cases, folder("outputs"))
        server = standin.Server()
        variables = deploy(report, subjects, server, folder("terraform"))
        for subject in subjects:
            compare(report, subject, written[subject.name], variables.get(subject.slug, {}))
        whole = next(subject for subject in subjects if subject.name == "interpolation")
        selftest(report, whole, written[whole.name], server, folder("broken"))
        server.stop()
