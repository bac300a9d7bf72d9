//! The compiler, called as the command line calls it.

use proptest::test_runner::Config;
use tierwall::ast::ProgramTree;
use tierwall::compile::{Compilation, Environment, Inputs, compile};
use tierwall::diagnostic::{Level, Problem};
use tierwall::groups::{self, Deployment};
use tierwall::lint::Levels;
use tierwall::policy::Policy;
use tierwall::source::Sources;
use tierwall::{Memory, parse, target};

/// The day that counts as today.
pub const TODAY: &str = "2026-01-15";

/// What a generated program is called.
const ENTRY: &str = "generated.tier";

/// Compiles a program, which must have no error, and hands it over as parsed and as lowered.
pub fn with<T>(text: &str, then: impl FnOnce(&Sources, &ProgramTree, &Deployment<'_>) -> T) -> T {
    with_policy(text, |sources, program, policy| {
        then(sources, program, &groups::lower(policy))
    })
}

/// Likewise, and hands over what it means.
pub fn with_policy<T>(text: &str, then: impl FnOnce(&Sources, &ProgramTree, &Policy) -> T) -> T {
    let (sources, program, policy) = read(text);
    then(&sources, &program, &policy)
}

/// What a program means.
pub fn policy(text: &str) -> Policy {
    read(text).2
}

/// Whether a program has no error; what it asserts may still not hold.
pub fn is_valid(text: &str) -> bool {
    resolved(text).is_ok()
}

/// The errors of a program, and the files that they are in; what it asserts may still not hold.
pub fn errors_of(text: &str) -> (Sources, Vec<Problem>) {
    let compilation = compilation(text);
    let problems = compilation.problems.sorted();
    (
        compilation.sources,
        problems
            .into_iter()
            .filter(|problem| problem.level() == Level::Error)
            .collect(),
    )
}

fn read(text: &str) -> (Sources, ProgramTree, Policy) {
    resolved(text)
        .unwrap_or_else(|errors| panic!("the generator makes valid programs: {errors:#?}"))
}

/// What a program means, or its errors.
fn resolved(text: &str) -> Result<(Sources, ProgramTree, Policy), Vec<Problem>> {
    let Compilation {
        sources,
        policy,
        problems,
        environments: _,
    } = compilation(text);
    let errors: Vec<_> = problems
        .into_iter()
        .filter(|problem| problem.level() == Level::Error)
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }

    let (_, program, _) = parse::parse_text(ENTRY, text);
    Ok((sources, program, policy))
}

/// One output, by the name of its target.
pub fn emit(deployment: &Deployment<'_>, target: &str) -> String {
    let target = target::find_target(target).expect("a target of this name");
    String::from_utf8((target.emit)(&deployment.to_state())).expect("outputs are UTF-8")
}

/// Every output of a program, in the order of the targets.
pub fn outputs(text: &str) -> Vec<String> {
    with(text, |_, _, deployment| emit_all(deployment))
}

/// Every output, in the order of the targets.
pub fn emit_all(deployment: &Deployment<'_>) -> Vec<String> {
    let names = target::ALL.iter().map(|target| target.name);
    names.map(|name| emit(deployment, name)).collect()
}

/// This many of proptest's usual 256 cases; `PROPTEST_CASES` scales it.
pub fn cases(of_256: u32) -> Config {
    let usual = Config::default();
    Config {
        cases: (usual.cases * of_256).div_ceil(256),
        failure_persistence: None,
        ..usual
    }
}

/// A program as the command line compiles it.
pub fn compilation(text: &str) -> Compilation {
    compile_for(text, None)
}

/// Likewise, for one of its environments.
pub fn compilation_in(text: &str, environment: &str) -> Compilation {
    let environment = Environment {
        name: environment,
        is_optional: false,
    };
    compile_for(text, Some(environment))
}

fn compile_for(text: &str, environment: Option<Environment<'_>>) -> Compilation {
    let inputs = Inputs {
        environment,
        ..Inputs::on(TODAY.parse().expect("a date"))
    };
    compile(ENTRY, &mut Memory::new().with(ENTRY, text), &inputs).expect("a text is always read")
}

/// The codes of what is wrong with a program.
pub fn codes(text: &str) -> Vec<&'static str> {
    problems(text).into_iter().map(|(code, _)| code).collect()
}

/// What is wrong with a program, as code and words, in the order of the places.
pub fn problems(text: &str) -> Vec<(&'static str, String)> {
    problems_of(&compilation(text))
}

/// Likewise, of one that was compiled.
pub fn problems_of(compilation: &Compilation) -> Vec<(&'static str, String)> {
    let judged = compilation.judge_at(&Levels::default());
    let reported = judged
        .problems
        .sorted()
        .into_iter()
        .map(|problem| problem.report());
    reported
        .map(|report| (report.code, report.message))
        .collect()
}
