"""The lints about exposure against checkov: what checkov reports, tierwall reports.

Programs that open something to the internet, in each way that a rule can be written, are built for both
targets. checkov reads the outputs, tierwall the programs. The table of what checkov reports of each is held
against the documentation.
"""

import json
import os
import re
import socket
import subprocess
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from tierwall import Refused

# control -> lints, one of which must report what it fails. CKV_AWS_277 takes -1, AWS's number for all types
# of ICMP, for a port.
CONTROLS = {
    "CKV_AWS_24": {"open-admin-port"},
    "CKV_AWS_25": {"open-admin-port"},
    "CKV_AWS_260": {"open-http"},
    "CKV_AWS_277": {"open-all-traffic", "icmp-all"},
}
EXPOSURE = set().union(*CONTROLS.values()) | {
    "open-high-risk-port",
    "open-data-store",
    "open-wide-range",
    "open-plaintext",
    "role-expectation",
    "missing-ipv6",
}
TARGETS = {"terraform": "module.tf", "cloudformation": "template.json"}
SHORT = {"terraform": "Terraform", "cloudformation": "CloudFormation"}

# Services in columns: the sentence's words, and the lint that is about them.
SERVICES = {
    "ssh": "open-admin-port",
    "rdp": "open-admin-port",
    "http": "open-http",
    "tcp 20-30": "open-admin-port",
    "tcp 3000-4000": "open-admin-port",
    "tcp 79-81": "open-http",
    "mysql": "open-data-store",
    "tcp": "open-all-traffic",
    "all": "open-all-traffic",
    "icmp": "icmp-all",
}
# Who is let in, in rows, all of whom are the internet: what is said of them, and the sentences' peers.
INTERNET = {
    "`anywhere`": ["anywhere"],
    "`0.0.0.0/0`": ["0.0.0.0/0"],
    "`::/0`": ["::/0"],
    "`2000::/3`, all of IPv6 that is in use": ["2000::/3"],
    "`0.0.0.0/1, 128.0.0.0/1`": ["0.0.0.0/1, 128.0.0.0/1"],
    "the same halves in two sentences": ["0.0.0.0/1", "128.0.0.0/1"],
    "`0.0.0.0/1`": ["0.0.0.0/1"],
    "eight blocks of /8": [", ".join(f"{n}.0.0.0/8" for n in (20, 23, 34, 52, 81, 91, 104, 185))],
    "`anywhere except private`": ["anywhere except private"],
    "a parameter whose default is `0.0.0.0/0`": ["later"],
}
# Who is not the internet, with services that need nothing of the role.
OTHERS = {"another tier": ["other"], "`203.0.113.0/24`": ["203.0.113.0/24"]}
BEGIN, END = "<!-- measured: tests/conformance/run checkov -->\n", "<!-- end -->\n"


@dataclass
class Program:
    """A program, what it is an instance of, and what was said of it."""

    name: str
    text: str
    row: str = ""
    service: str = ""
    tiers: set = field(default_factory=set)
    outputs: dict = field(default_factory=dict)
    failed: dict = field(default_factory=lambda: defaultdict(set))  # target -> {(tier, control)}
    lints: set = field(default_factory=set)  # {(tier, lint)}


def variations():
    """Each service from each peer."""
    for row, peers in (INTERNET | OTHERS).items():
        for service in SERVICES:
            sentences = "".join(f"x allows {service} from {peer}\n" for peer in peers)
            text = f"param later : cidr = 0.0.0.0/0\ntier x, other\n\n{sentences}"
            yield Program(slug(f"{row} {service}"), text, row, service)


def shown(snapshots):
    """The programs in which the lints fire, as their snapshots show them."""
    for lint in sorted(EXPOSURE):
        text = (snapshots / "lints" / f"{lint}.snap").read_text()
        yield Program(f"fires_{lint}", text.split("---\n", 2)[2].split("-" * 80)[0])


def slug(text):
    return re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")


def build(report, compiler, programs, directory):
    """Each program and its outputs in a directory of its own, which for Terraform is a module."""
    for program in programs:
        place, problems = directory / program.name, []
        place.mkdir()
        source = place / "program.tier"
        source.write_text(program.text)
        try:
            program.tiers = {tier["name"] for tier in compiler.flows(source)["tiers"]}
            program.lints = reported(compiler.check(source, "--warn", "all"))
            for target, file in TARGETS.items():
                program.outputs[target] = compiler.build(source, target)
                (place / file).write_text(program.outputs[target])
        except Refused as refused:
            problems.append(refused)
        report.check(f"{program.name}: is built", problems)


def reported(told):
    """{(tier, lint)} of what `tierwall check` wrote: the lint that reports a sentence, and those that it names."""
    found = set()
    for problem in re.split(r"^(?=\w+\[)", told, flags=re.M):
        if head := re.match(r"(?:warning|note)\[([a-z0-9-]+)\]: `([\w-]+)`", problem):
            named = re.findall(r"`([a-z0-9-]+)`", " ".join(re.findall(r"also reported by (.*)", problem)))
            found |= {(head[2], lint) for lint in [head[1], *named] if lint in EXPOSURE}
    return found


@contextmanager
def nobody():
    """A proxy that hangs up on everyone, and the list of who came."""
    server, callers = socket.create_server(("127.0.0.1", 0)), []

    def listen():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            callers.append(connection.recv(200))
            connection.close()

    Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", callers
    server.close()


def run_checkov(report, checkov, programs, directory):
    """What checkov fails, by program, target, tier and control. It asks nobody anything meanwhile."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BC_", "CKV_", "CHECKOV_", "PRISMA_", "AWS_")) and not name.lower().endswith("_proxy")
    }
    with nobody() as (proxy, callers):
        environment |= {"HOME": str(directory), "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy}
        environment |= {"https_proxy": proxy, "LOG_LEVEL": "ERROR", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
        command = [str(checkov), "-d", str(directory), "--framework", "terraform", "cloudformation"]
        command += ["--check", ",".join(CONTROLS), "--skip-download", "--compact", "-o", "json"]
        done = subprocess.run(
            command, env=environment, cwd=directory, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL
        )
    report.check("checkov asks nobody", callers)
    try:
        answers = json.loads(done.stdout)
    except ValueError:
        report.check("checkov runs", [f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"])
        return
    by_name, problems, judged = {program.name: program for program in programs}, [], defaultdict(set)
    for answer in answers if isinstance(answers, list) else [answers]:
        target = answer["check_type"]
        if answer["summary"]["parsing_errors"]:
            problems.append(f"{target}: {answer['summary']['parsing_errors']} outputs cannot be read")
        for check in answer["results"]["failed_checks"] + answer["results"].get("passed_checks", []):
            program = by_name[check["file_path"].strip("/").split("/")[0]]
            judged[program.name].add(target)
            if check in answer["results"]["failed_checks"]:
                tier = tier_of(program, target, check["resource"])
                problems += [] if tier in program.tiers else [f"{program.name}: whose is {check['resource']}?"]
                program.failed[target].add((tier, check["check_id"]))
    problems += [f"{name}: not judged in each target" for name in by_name if len(judged[name]) < len(TARGETS)]
    failed = {control for program in programs for found in program.failed.values() for _, control in found}
    problems += [f"{control} fails nowhere" for control in CONTROLS if control not in failed]
    report.check("checkov reads every output, and each control fails somewhere", problems)


def tier_of(program, target, resource):
    """The tier of a resource that checkov names by its address."""
    kind, name = resource.rsplit(".", 1)
    if target == "cloudformation":
        if kind.endswith("SecurityGroupIngress"):
            name = json.loads(program.outputs[target])["Resources"][name]["Properties"]["GroupId"]["Fn::GetAtt"][0]
        return name.removesuffix("SecurityGroup").lower()
    block = program.outputs[target].split(f'resource "{kind}" "{name}"')[1]
    group = re.search(r"security_group_id\s+= aws_security_group\.(\w+)\.id", block)
    return group[1] if kind != "aws_security_group" else name


def unseen(program):
    """What checkov fails of a program and no lint of tierwall reports."""
    return [
        f"{control} fails {tier} in the {SHORT[target]} output, and none of {sorted(CONTROLS[control])} reports it"
        for target, found in program.failed.items()
        for tier, control in sorted(found)
        if not any((tier, lint) in program.lints for lint in CONTROLS[control])
    ]


def compare(report, programs):
    """tierwall reports what checkov does, and everything else that is open to the internet; nothing else is."""
    for program in programs:
        lint = SERVICES.get(program.service)
        if program.row in OTHERS:
            wrong = sorted(found for found in program.lints if found[1] in set(SERVICES.values()))
            report.check(f"{program.name}: tierwall reports nothing", wrong)
            continue
        report.check(f"{program.name}: tierwall reports what checkov does", unseen(program))
        if lint:
            missing = [] if ("x", lint) in program.lints else [f"{lint} is not among {sorted(program.lints)}"]
            report.check(f"{program.name}: tierwall reports it", missing)


def table(programs):
    """The outputs in which checkov reports each variation, in Markdown."""
    cells = {
        (program.row, program.service): " and ".join(SHORT[t] for t in sorted(TARGETS) if program.failed[t]) or "–"
        for program in programs
        if program.row
    }
    lines = ["| from | " + " | ".join(f"`{service}`" for service in SERVICES) + " |", "|---" * (len(SERVICES) + 1) + "|"]
    for row in INTERNET | OTHERS:
        found = [cells[row, service].replace("CloudFormation and Terraform", "both") for service in SERVICES]
        lines.append(f"| {row} | " + " | ".join(found) + " |")
    return "\n".join(lines) + "\n"


def documented(report, page, programs):
    """The documentation shows this very table."""
    text, wanted = page.read_text(), table(programs)
    there = text.split(BEGIN)[1].split(END)[0] if BEGIN in text and END in text else None
    report.check(
        f"{page.name} shows what was measured", [] if there == wanted else [f"between the marks should stand\n{wanted}"]
    )


def selftest(report, compiler, programs, directory):
    """With the lint silenced, or told of another tier, the comparison says what is not seen."""
    named = {program.name: program for program in programs}
    for name, control, lint in (
        ("0_0_0_0_0_ssh", "CKV_AWS_24", "open-admin-port"),
        ("0_0_0_0_0_tcp_3000_4000", "CKV_AWS_25", "open-admin-port"),
        ("anywhere_tcp_79_81", "CKV_AWS_260", "open-http"),
        ("0_0_0_0_0_icmp", "CKV_AWS_277", "icmp-all"),
    ):
        program = named[name]
        source = directory / name / "program.tier"
        silenced = Program(name, program.text, tiers=program.tiers, failed=program.failed)
        silenced.lints = reported(compiler.check(source, "--warn", "all", "--allow", lint))
        missed = [problem for problem in unseen(silenced) if control in problem]
        report.check(f"selftest: {control} without {lint}", [] if missed else ["nobody misses it"])
        silenced.lints = {("other", lint) for _, lint in program.lints}
        missed = [problem for problem in unseen(silenced) if control in problem]
        report.check(f"selftest: {control} of another tier", [] if missed else ["nobody misses it"])


def measure(report, compiler, checkov, snapshots, page, directory):
    """Everything above."""
    programs = [*variations(), *shown(snapshots)]
    build(report, compiler, programs, directory)
    run_checkov(report, checkov, programs, directory)
    compare(report, programs)
    documented(report, page, programs)
    selftest(report, compiler, programs, directory)
