"""The recipes for CI, as far as they can be tried without GitHub and GitLab.

`action.yml`, `ci/gitlab.yml`, `.pre-commit-hooks.yaml` and every recipe of `docs/pull-requests.md` are held against the
schemas of their tools, the scripts against shellcheck. Then the steps of the action and the job are run as they stand:
with a `gh` that keeps comments in a file, with a server of GitLab's notes on loopback, and with the real pre-commit.
"""

import json
import os
import re
import stat
import subprocess
import sys

import yaml

from forges import GH, GitLab
from story import GIT

RECIPE = re.compile(r"^`([^`\n]+)`:\n\n```yaml\n(.*?)^```$", re.M | re.S)
SCHEMAS = {
    "action.yml": "vendor.github-actions",
    "ci/gitlab.yml": "vendor.gitlab-ci",
    ".github/workflows/tierwall.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}
# as the runner of GitHub starts it, and for our own lines
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"], "sh": ["sh", "-ec"]}
PROGRAM = "tier web\n\nweb allows {} from anywhere\n"
MANIFEST = '[[program]]\nfile = "shop.tier"\noutputs = { terraform = "shop.tf" }\n'


class Workplace:
    """A repository with a base and a change in it, and programs to run there."""

    def __init__(self, tierwall, directory, changed="https, ssh"):
        self.directory = directory / "repository"
        self.directory.mkdir(parents=True)
        self.binaries = directory / "bin"
        self.binaries.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **GIT,
            "PATH": os.pathsep.join([str(self.binaries), str(tierwall.resolve().parent), os.environ["PATH"]]),
            "TIERWALL": str(tierwall.resolve()),
            "PRE_COMMIT_HOME": str(directory / "pre-commit"),
        }
        self.write("tierwall.toml", MANIFEST)
        self.commit("https", "start")
        self.does("git branch base")
        self.commit(changed, "change")

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def commit(self, services, message):
        """A commit of a program that opens these services, with its output."""
        if not (self.directory / ".git").exists():
            self.does("git init --quiet --initial-branch main")
        self.write("shop.tier", PROGRAM.format(services))
        self.does(f"tierwall build && git add --all && git commit --quiet --allow-empty --message {message}")

    def run(self, line, shell="sh", **environment):
        return subprocess.run(
            [*SHELLS[shell], line],
            cwd=self.directory,
            env=self.environment | {name: str(value) for name, value in environment.items()},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def does(self, line):
        done = self.run(line)
        if done.returncode:
            raise RuntimeError(f"{line}: {done.stdout}{done.stderr}")


def recipes(report, tierwall, root, binaries, directory):
    """Everything."""
    root, directory = root.resolve(), directory.resolve()
    valid(report, root, binaries, directory)
    action(report, root)
    on_github(report, tierwall, root, directory / "github")
    on_gitlab(report, tierwall, root, directory / "gitlab")
    before_a_commit(report, tierwall, root, binaries, directory / "pre-commit")


def said(done, wanted=0):
    """A problem unless a run ended so."""
    return [] if done.returncode == wanted else [f"exit code {done.returncode}: {done.stdout}{done.stderr}"]


def lacks(text, *words):
    """The words that a text does not have."""
    return [f"`{word}` is not in: {text}" for word in words if word not in text]


def valid(report, root, binaries, directory):
    """Schemas, shellcheck; and that a broken recipe would be found."""
    page = dict(RECIPE.findall((root / "docs" / "pull-requests.md").read_text()))
    files = {name: (root / name).read_text() if (root / name).exists() else page[name] for name in SCHEMAS}
    for name, schema in SCHEMAS.items():
        for text, wrong in ((files[name], False), (broken(files[name]), True)):
            path = directory / f"{'broken ' if wrong else ''}{name.replace('/', ' ')}"
            path.write_text(text)
            done = run(binaries / "check-jsonschema", "--builtin-schema", schema, path)
            report.check(f"recipes: {name}: {'broken is found' if wrong else 'valid'}", said(done, int(wrong)))
    config = directory / "pre-commit-config.yaml"
    config.write_text(page[".pre-commit-config.yaml"])
    report.check(
        "recipes: .pre-commit-config.yaml: valid", said(run(binaries / "pre-commit", "validate-config", config))
    )
    hooks = root / ".pre-commit-hooks.yaml"
    report.check(
        "recipes: .pre-commit-hooks.yaml: valid", said(run(binaries / "pre-commit", "validate-manifest", hooks))
    )
    named = {hook["id"] for hook in yaml.safe_load(config.read_text())["repos"][0]["hooks"]}
    report.check("recipes: the page has every hook", [] if named == {h["id"] for h in manifest(root)} else [named])
    scripts = sorted((root / "ci").glob("*.sh"))
    report.check(
        "recipes: shellcheck", said(run(binaries / "shellcheck", *scripts)) if len(scripts) == 3 else [scripts]
    )


def broken(text):
    """The same with a job or an action that has a wrong shape."""
    document = yaml.safe_load(text)
    for key in ("runs", "tierwall", "jobs", "include"):
        if key in document:
            document[key] = 7
            return yaml.safe_dump(document)
    raise ValueError(text)


def run(*arguments):
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=120)


def manifest(root):
    return yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())


def action(report, root):
    """What no schema says: nothing of a pull request is pasted into a script, and one step has the token."""
    steps = yaml.safe_load((root / "action.yml").read_text())["runs"]["steps"]
    pasted = [step["name"] for step in steps if "${{" in step.get("run", "")]
    report.check("recipes: action: no expression in a script", pasted)
    holders = [step["name"] for step in steps if "token" in json.dumps(step.get("env", {})).lower()]
    report.check("recipes: action: one step has the token", [] if holders == ["Comment"] else [holders])


def on_github(report, tierwall, root, directory):
    """The steps of the action, one after the other, for a change and then for what it becomes."""
    place = Workplace(tierwall, directory)
    gh, state = place.binaries / "gh", directory / "comments.json"
    gh.write_text(f"#!{sys.executable}\n{GH}")
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    state.write_text("[]")
    steps = {
        step.get("id", step["name"]): step
        for step in yaml.safe_load((root / "action.yml").read_text())["runs"]["steps"]
    }
    given = {
        "ACTION": root,
        "TIERWALL_BASE": "base",
        "TIERWALL_MESSAGES": "github",
        "TIERWALL_COMMENT": directory / "review.md",
        "GITHUB_OUTPUT": directory / "output",
        "GITHUB_STEP_SUMMARY": directory / "summary",
        "GITHUB_REPOSITORY": "OWNER/shop",
        "NUMBER": "7",
        "COMMENTS": state,
    }

    def step(name, **environment):
        return place.run(steps[name]["run"], "bash", **given | environment)

    def reviewed(deny):
        (directory / "output").write_text("")
        done = step("review", TIERWALL_DENY=deny)
        outputs = dict(line.split("=", 1) for line in (directory / "output").read_text().splitlines())
        return done, outputs.get("exit-code")

    done = step("version")
    report.check("recipes: github: the version is a hash", said(done) + not_hash((directory / "output").read_text()))
    done, code = reviewed("internet")
    report.check("recipes: github: the review runs", said(done) + lacks(done.stdout, "::warning file=shop.tier,line=3"))
    report.check("recipes: github: it stops the change", [] if code == "1" else [code])
    report.check("recipes: github: the job fails", said(step("Pass or stop", CODE=code), 1))
    report.check("recipes: github: the summary", lacks((directory / "summary").read_text(), "**wider**"))
    comments = lambda: json.loads(state.read_text())
    report.check(
        "recipes: github: it comments", said(step("Comment", GH_TOKEN="secret")) + unlike(comments(), ["**wider**"])
    )
    place.commit("https, tcp 8443", "narrower")
    done, code = reviewed("replace")
    report.check("recipes: github: what is narrowed passes", said(done) + ([] if code == "0" else [code]))
    step("Comment", GH_TOKEN="secret")
    report.check("recipes: github: the comment is the same one", unlike(comments(), ["tcp 8443"]))
    place.commit("https", "nothing")
    reviewed("")
    step("Comment", GH_TOKEN="secret")
    report.check("recipes: github: it is brought up to date", unlike(comments(), ["**equal**"]))
    state.write_text("[]")
    report.check(
        "recipes: github: nothing is no comment", said(step("Comment", GH_TOKEN="secret")) + unlike(comments(), [])
    )
    done = step("Comment", GH_TOKEN="of a fork")
    report.check("recipes: github: a fork's token is no failure", said(done) + lacks(done.stdout, "::notice "))


def not_hash(text):
    """A problem unless this is the output of a hash."""
    return [] if re.fullmatch("hash=[0-9a-f]{40}\n", text) else [text]


def unlike(bodies, words):
    """How comments differ from as many that have a word each."""
    if len(bodies) != len(words):
        return [f"{len(words)} comments should be there: {bodies}"]
    return [problem for body, word in zip(bodies, words) for problem in lacks(body, word)]


def on_gitlab(report, tierwall, root, directory):
    """The script of the job, against a server that has other notes, more than a page of them."""
    place = Workplace(tierwall, directory)
    base = place.run("git rev-parse base").stdout.strip()
    job = yaml.safe_load((root / "ci" / "gitlab.yml").read_text())["tierwall"]
    script = "\n".join(job["script"]).replace("/opt/tierwall", str(root))
    with GitLab(token="glpat-secret") as server:
        given = {
            "TIERWALL_BASE": base,
            "TIERWALL_DENY": "internet",
            "TIERWALL_COMMENT": directory / "review.md",
            "CI_API_V4_URL": server.url,
            "CI_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_IID": "2",
        }
        job_run = lambda **environment: place.run(script, "bash", **given | environment)
        done = job_run()
        report.check("recipes: gitlab: without a token there is no comment", said(done, 1) + unlike(server.ours(), []))
        done = job_run(TIERWALL_TOKEN="glpat-secret")
        report.check("recipes: gitlab: it stops and comments", said(done, 1) + unlike(server.ours(), ["**wider**"]))
        report.check(
            "recipes: gitlab: the token is not told", ["it is"] if "glpat" in done.stdout + done.stderr else []
        )
        place.commit("https, tcp 8443", "narrower")
        done = job_run(TIERWALL_TOKEN="glpat-secret", TIERWALL_DENY="")
        report.check(
            "recipes: gitlab: it passes, in the same comment", said(done) + unlike(server.ours(), ["tcp 8443"])
        )
        done = job_run(TIERWALL_TOKEN="wrong", TIERWALL_DENY="")
        report.check(
            "recipes: gitlab: a wrong token is no failure", said(done) + lacks(done.stderr, "cannot write a comment")
        )
        report.check(
            "recipes: gitlab: others' notes are untouched", [] if server.others_untouched() else ["they are not"]
        )


def before_a_commit(report, tierwall, root, binaries, directory):
    """The hooks, with the compiler under test in the place of the one that pre-commit would build."""
    place = Workplace(tierwall, directory)
    hooks = [hook | {"language": "system"} for hook in manifest(root)]
    place.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    place.does("git add --all")

    def hook(name, wanted, *words):
        place.does("git add --all")
        done = place.run(f"{binaries / 'pre-commit'} run {name} --all-files --color never")
        return said(done, wanted) + lacks(done.stdout, *words)

    for name in (hook["id"] for hook in hooks):
        report.check(f"recipes: pre-commit: {name} passes", hook(name, 0, "Passed"))
    place.write("shop.tier", "tier   web\n\nweb allows https from anywhere\n")
    report.check("recipes: pre-commit: fmt lays out", hook("tierwall-fmt", 1, "files were modified by this hook"))
    report.check("recipes: pre-commit: and is then content", hook("tierwall-fmt", 0, "Passed"))
    report.check("recipes: pre-commit: a stale output", hook("tierwall-build-check", 1, "`shop.tf` is stale"))
    place.write("shop.tier", "tier web\n\nweb allows https from nowhere\n")
    report.check("recipes: pre-commit: a problem", hook("tierwall-check", 1, "shop.tier:3:23"))
