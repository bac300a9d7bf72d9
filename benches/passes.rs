//! How long each pass takes for a rule, over estates of 1,000 to 300,000 rules: a pass that is
//! linear shows the same throughput at every size.
//!
//!     cargo bench                       all passes at all sizes: a few minutes
//!     cargo bench -- parse              one pass
//!     cargo bench -- '/10000$'          one size

mod estate;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use estate::{ENTRY, Estate, Files, Mix};
use std::cell::OnceCell;
use std::hint::black_box;
use std::time::Duration;
use tierwall::analysis::assertions;
use tierwall::analysis::diff::Diff;
use tierwall::analysis::gate::Gates;
use tierwall::analysis::quota::QuotaUsage;
use tierwall::catalogue::catalogue;
use tierwall::compile::{Compilation, Inputs, compile, output_rules};
use tierwall::date::Date;
use tierwall::groups::{Deployment, lower};
use tierwall::lint::{self, Levels};
use tierwall::plan::Changes;
use tierwall::policy::TierMapping;
use tierwall::report;
use tierwall::report::flows;
use tierwall::resolve::{Settings, resolve};
use tierwall::{ast, fmt, parse, target};

/// How many rules the estates have.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 300_000];

/// How many assertions there are to prove.
const ASSERTIONS: usize = 200;

/// An estate, compiled when it is first asked for.
struct Subject {
    rules: usize,
    mix: Mix,
    plain: OnceCell<Compilation>,
    edited: OnceCell<Compilation>,
    program: OnceCell<ast::ProgramTree>,
}

impl Subject {
    fn new(rules: usize, mix: Mix) -> Subject {
        let (plain, edited, program) = Default::default();
        Subject {
            rules,
            mix,
            plain,
            edited,
            program,
        }
    }

    fn files(&self, edited: bool) -> Files {
        Estate {
            rules: self.rules,
            mix: self.mix,
            assertions: ASSERTIONS,
            edited,
            ..Estate::default()
        }
        .files()
    }

    fn compiled(&self, edited: bool) -> Compilation {
        let compilation = compile(ENTRY, &mut self.files(edited), &Inputs::on(today()))
            .expect("the entry is there");
        assert!(!compilation.problems.any_error(), "an estate has no error");
        compilation
    }

    fn plain(&self) -> &Compilation {
        self.plain.get_or_init(|| self.compiled(false))
    }

    fn edited(&self) -> &Compilation {
        self.edited.get_or_init(|| self.compiled(true))
    }

    /// Its syntax tree.
    fn program(&self) -> &ast::ProgramTree {
        self.program.get_or_init(|| {
            parse::parse_program(ENTRY, &mut self.files(false), None)
                .expect("the entry is there")
                .1
        })
    }

    /// Its text.
    fn text(&self) -> &str {
        self.plain().sources.file(self.program().files[0].id).text()
    }

    fn deployment(&self) -> Deployment<'_> {
        lower(&self.plain().policy)
    }
}

fn today() -> Date {
    Date::from_unix_days(20_000)
}

/// Measures a pass at every size; `prepare` makes what it takes.
fn pass<'s, T, O>(
    criterion: &mut Criterion,
    name: &str,
    subjects: &'s [Subject],
    prepare: impl Fn(&'s Subject) -> T,
    run: impl Fn(&T) -> O,
) {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    for subject in subjects {
        group.throughput(Throughput::Elements(subject.rules as u64));
        group.bench_function(BenchmarkId::from_parameter(subject.rules), |bencher| {
            let prepared = prepare(subject);
            // what a pass makes is dropped outside of what is measured
            bencher.iter_batched(
                || (),
                |()| run(black_box(&prepared)),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn passes(criterion: &mut Criterion) {
    let subjects = SIZES.map(|rules| Subject::new(rules, Mix::Dense));
    let lints = lint::lint_names();
    let settings = Settings {
        bindings: &[],
        as_of: today(),
        catalogue: catalogue(),
        lints: &lints,
        stack_name: "estate",
        outputs: &output_rules(),
    };
    let levels = Levels::default();

    pass(criterion, "parse", &subjects, Subject::text, |text| {
        parse::parse_text(ENTRY, text)
    });
    pass(
        criterion,
        "resolve",
        &subjects,
        |it| it,
        |it| resolve(&it.plain().sources, it.program(), &settings),
    );
    pass(
        criterion,
        "lower",
        &subjects,
        |it| &it.plain().policy,
        |policy| lower(policy).rule_count(),
    );
    pass(
        criterion,
        "gates",
        &subjects,
        |it| &it.plain().policy,
        |policy| drop(Gates::new(policy)),
    );
    let judged = |it| {
        (
            &Subject::plain(it).policy,
            Gates::new(&it.plain().policy),
            it.deployment(),
        )
    };
    pass(
        criterion,
        "assertions",
        &subjects,
        judged,
        |(policy, gates, _)| assertions::judge_assertions(policy, gates),
    );
    pass(
        criterion,
        "lints",
        &subjects,
        judged,
        |(policy, gates, deployment)| lint::judge(policy, gates.clone(), deployment, &levels),
    );
    pass(
        criterion,
        "state",
        &subjects,
        Subject::deployment,
        Deployment::to_state,
    );
    for target in &target::ALL {
        pass(
            criterion,
            target.name,
            &subjects,
            |it| it.deployment().to_state(),
            |state| (target.emit)(state),
        );
    }
    let tier_mapping = |it: &Subject| TierMapping::new(&it.plain().policy, &it.edited().policy);
    pass(
        criterion,
        "diff",
        &subjects,
        |it| (it, tier_mapping(it)),
        |(it, tier_mapping)| {
            Diff::compare_policies(&it.plain().policy, &it.edited().policy, tier_mapping)
        },
    );
    let deployed = |it| {
        (
            Subject::deployment(it).to_state(),
            lower(&it.edited().policy).to_state(),
            tier_mapping(it),
        )
    };
    pass(
        criterion,
        "changes",
        &subjects,
        deployed,
        |(old, new, tier_mapping)| {
            Changes::compare_states(old, new, tier_mapping.groups()).is_empty()
        },
    );
    pass(
        criterion,
        "fmt",
        &subjects,
        |it| it,
        |it| fmt::format(it.text(), &it.program().files[0]),
    );
    pass(criterion, "quota", &subjects, Subject::plain, |it| {
        report::quota::quota_table(&QuotaUsage::new(&it.policy), &it.sources)
    });
    pass(criterion, "flows", &subjects, Subject::plain, |it| {
        flows::table(&it.policy, &it.sources)
    });
}

/// What looks at every pair of tiers, over tiers that have addresses.
fn pairs(criterion: &mut Criterion) {
    let subjects = [500, 1_000, 2_000].map(|rules| Subject::new(rules, Mix::Mixed));
    pass(criterion, "matrix", &subjects, Subject::plain, |it| {
        let mut out = Vec::new();
        report::matrix_csv(&it.policy, &mut out).map(|()| out)
    });
    pass(
        criterion,
        "assertions of every form",
        &subjects,
        Subject::plain,
        |it| assertions::judge_assertions(&it.policy, &Gates::new(&it.policy)),
    );
}

criterion_group!(benches, passes, pairs);
criterion_main!(benches);
