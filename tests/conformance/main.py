"""Runs the parts that are asked for (all, if none), and ends with `N passed, N failed`.

main.py --tierwall BINARY --examples DIR --work DIR --checkov CHECKOV --recipes BIN --awscli BIN --node DIR [-v] [PART]...
"""

import argparse
import shutil
import sys
from pathlib import Path

import standin  # before everything that reads the environment
import adopt
import drift
import examples
import exposure
import hostile
import recipes
import review
import sarif
import selftest
import story
import wiring
from report import Report
from tierwall import Compiler, cases

PARTS = ("selftest", "examples", "hostile", "edits", "story", "adopt", "drift", "checkov", "sarif", "recipes", "wiring")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tierwall", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkov", type=Path, required=True)
    parser.add_argument("--recipes", type=Path, required=True, help="the programs that the recipes are held against")
    parser.add_argument("--awscli", type=Path, required=True, help="where the AWS CLI is")
    parser.add_argument("--node", type=Path, required=True, help="where the packages of npm are")
    parser.add_argument("--only", help="cases whose name has this in it")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    options = parser.parse_args()
    parts, report, compiler = options.parts or PARTS, Report(options.verbose), Compiler(options.tierwall)
    page = options.examples.parent / "docs" / "wiring.md"
    wirings = wiring.Wirings(compiler, page.read_text(), options.awscli, options.node)
    shutil.rmtree(options.work, ignore_errors=True)

    def folder(name):
        (options.work / name).mkdir(parents=True)
        return options.work / name

    # in processes of their own from here on: Terraform waits for a minute for each load balancer and database
    wired = wiring.start(wirings, folder("wiring")) if "wiring" in parts else []
    faulty = wiring.start_faults(wirings, folder("wiring-selftest")) if "selftest" in parts else []
    if "selftest" in parts:
        with report.stage("the harness finds what is broken"):
            selftest.selftest(report, standin.Server, folder("selftest"))
    if "examples" in parts:
        chosen = [case for case in cases(options.examples) if (options.only or "") in case.name]
        with report.stage("examples are built"):
            subjects = examples.subjects(report, compiler, chosen, folder("outputs"))
        with report.stage("templates: cfn-lint, cloudformation-validate"):
            examples.lint_templates(report, subjects)
        with report.stage("templates: stacks on the stand-in"):
            examples.create_stacks(report, subjects)
        with report.stage("modules: fmt, validate, apply, second plan"):
            server = standin.Server()
            examples.apply_modules(report, subjects, server, folder("terraform"))
            server.stop()
        with report.stage("both outputs deploy the same"):
            examples.compare_targets(report, subjects)
    if "hostile" in parts:
        hostile.hostile(report, compiler, folder("hostile"))
    if "edits" in parts:
        with report.stage("change review: the smallest plan for each edit"):
            server = standin.Server()
            review.review(report, compiler, server, folder("edits"), folder("edit-sources"))
            server.stop()
    if "story" in parts:
        with report.stage("the story of a pull request, deployed"):
            page = options.examples.parent / "docs" / "pull-requests.md"
            story.story(report, compiler, page, folder("story"), folder("story-terraform"))
    if "adopt" in parts:
        with report.stage("adoption: what lives is taken over without a change"):
            server = standin.Server()
            adopt.adopt(report, compiler, options.awscli, server, folder("adopt"))
            server.stop()
    if "drift" in parts:
        with report.stage("drift: what changes behind the program's back is found"):
            drift.drift(report, compiler, options.awscli, folder("drift"))
    if "checkov" in parts:
        with report.stage("exposure: what checkov reports, tierwall reports"):
            root = options.examples.parent
            page = root / "docs" / "lints-compared.md"
            exposure.measure(report, compiler, options.checkov, root / "snapshots", page, folder("checkov"))
    if "sarif" in parts:
        with report.stage("messages: SARIF against its schema"):
            sarif.validate(report, options.tierwall, options.examples.parent, folder("sarif"))
    if "recipes" in parts:
        with report.stage("recipes: schemas, shellcheck, pre-commit, comments"):
            recipes.recipes(report, options.tierwall, options.examples.parent, options.recipes, folder("recipes"))
    if "selftest" in parts:
        with report.stage("wiring: the harness finds what has the wrong groups"):
            wiring.selftest(report, faulty)
    if "wiring" in parts:
        with report.stage("wiring: what uses the groups has them"):
            wiring.wiring(report, wired)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
