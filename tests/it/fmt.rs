//! The formatter: each topic's program above its layout in `snapshots/fmt/`, the examples, and the
//! command.

use crate::common::package;
use insta::Settings;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tierwall::fmt::format;
use tierwall::parse;

const TOPICS: [(&str, &str); 14] = [
    (
        "every",
        "tier a is app-server also management,base was old {outbound=closed}\ntier longer also base \"x\"\n\ntiers scraped=every tier  except prometheus \"all\"\ntiers dbs = every database in vpc main,\nweb\n\n\
         every  tier except web, api allows ssh from every bastion, office except old-bastion\nweb allows https from lb\n\n\
         assert internet cannot reach every database except public,\nevery cache on mysql\nassert web can reach db only through every proxy except old\n",
    ),
    (
        "alignment",
        "tier web is web-server \"pages\"\ntier api,worker is app-server was old {outbound=closed}\ntier db \"data\" { outbound = closed }\n\n\
         web allows http, https from anywhere\nweb allows ssh from office \"admin access\"\n\
         @allow(shadowed-rule, \"the annotation ends no run\")\napi, worker allow tcp 8080 from web until 2026-12-31 \"campaign\"\n\
         # neither does a comment\ndb allows icmp echo-request, icmp destination-unreachable, icmp time-exceeded from api, worker \"long\"\n\
         web allows all to anywhere\n\n\
         param a:vpc{terraform=\"data.aws_vpc.a.id\",cloudformation=import\"a-VpcId\"}\nparam office : cidr=10.0.0.0/8 \"x\"\nservice s=tcp 80\nservice long-name=tcp 80,443 \"y\"\n",
    ),
    (
        "blocks",
        "stack shop{outbound=closed,ip=ipv4,}\nvpc main { cidr = [10.0.0.0/16\n,10.1.0.0/16,], id = \"vpc-1\" }\n\
         tier a {}\ntier b{\n}\ntier db {\noutbound=closed\n\n\naddresses=10.0.0.0/8, tags={team=\"a\",\"cost centre\"=\n\"b\"}\n\n}\n\
         tier d { name = \"a-name-that-is-long\", description = \"a description that is long\", tags = { a = \"one\", bcd = \"two and three\" } }\n",
    ),
    (
        "blank-lines",
        "\n\n\ntier web\n\n\n\ntier db\n   \n\t\n# about\n\n# more\ntier x\n@allow(unused-declaration)\n\n\ntier y\n\n\n",
    ),
    (
        "commas",
        "tier web { outbound = closed , }\ntier api { outbound = closed\n, name = \"api\"\t,\n}\n\
         tier app{tags={a=\"1\" ,b=\"2\" , } , outbound=open # why\n, # and what\n}\n\
         tier db{\ntags={team= # whose\n\"a\" # the last\n, # below it\n} # so\n,\n}\n\
         vpc main { cidr = [ 10.0.0.0/16 , 10.1.0.0/16 , ] , }\nvpc more { cidr = [10.0.0.0/16\n\n,\n] , id = \"vpc-1\"\r\n,}\n\
         tier a , b\nnetwork n = 10.0.0.0/8 , 10.0.0.1\na , b allow http , https from a , n except 10.0.0.2 , 10.0.0.3\n",
    ),
    (
        "comments",
        "# file\n  # indented\ntier web # end of line\ntier database   # comments of adjacent lines\nweb allows http, # after a comma\n\
         # on its own\nhttps from itself#last\nservice x = # after the sign\ntcp 80\n\
         tier db { # opened\n# first\noutbound # key\n= # sign\nclosed # value\naddresses = [ # list\n10.0.0.0/8 # before the comma\n\
         , # after it\n10.1.0.0/16\n# end of list\n]\n# end of block\n} # closed\n@allow(expired, # why\n\"because\") # so\n# between\n\
         db allows all from web # \"quoted\" { and = so, on\n# end of file",
    ),
    (
        "line-endings",
        "\u{feff}tier web\r\n\r\n\r\n# note  \t\r\ntier db {\r\n\toutbound = closed\r\n}",
    ),
    (
        "lists",
        "network a = 10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16, 10.5.0.0/16, 10.6.0.0/16, 10.7.0.0/16, 10.8.0.0/16\n\
         network b =\n10.0.0.0/16,\n10.1.0.0/16 except 10.1.1.1,\n10.1.1.2\nweb,\napi allow http,\n\nhttps from a,\nb \"prose\"\n\
         assert web, api can reach\tb on http,\nhttps only through api,\nweb\n",
    ),
    (
        "lists-beside-others",
        "a allows tcp 1 from b\na allows tcp 3,\n4, 5 from b,\nc\na allows udp from b\n\n\
         a,\nlong-name allows tcp 1 from b\na allows udp from b\n\n\
         a allows tcp 1000, tcp 2000, tcp 3000, tcp 4000, tcp 5000, tcp 6000 from partner-of-the-first-kind, partner-of-the-second-kind,\npartner-of-the-third-kind\n\
         a allows udp from b\n",
    ),
    (
        "sentence-blocks",
        "web allows https from anywhere{tags={owner=\"edge\"}}\nweb,api allow ssh from office until 2026-12-31 { tags = {owner=\"edge\" , } , }\n\
         web allows ssh from lb \"in\",outbound \"out\"   {tags={a=\"1\",\"b c\"=\"2\"}}\nweb allows http from lb only in staging \"x\" {}\n\
         web allows http from lb \"a\" { tags = # what\n{ a = \"1\" # one\n} }# end\nweb allows http from lb {\n}\n\
         web allows http, https, tcp 8080 from office, partners except 203.0.113.64/26 \"a text of some length\" { tags = { owner = \"edge\", team = \"shop\" } }\n",
    ),
    (
        "long-sentences-with-blocks",
        "rds allows postgres, tcp 8000-8100 from a, b, 203.0.113.0/24, 198.51.100.0/24 \"orders and returns\", outbound \"order database\" { tags = { owner = \"orders\" } }\n\n\
         rds allows postgres from a, b \"orders\",\noutbound \"returns\" { tags = { owner = \"orders\" } }\n\n\
         rds allows postgres, tcp 8000-8100 from a, b, 203.0.113.0/24, 198.51.100.0/24 \"orders and returns\", outbound \"order database\" { tags = { owner = \"orders\", team = \"the team of the order database\", stage = \"production\" } }\n\n\
         rds allows postgres from a, b, 203.0.113.0/24, 198.51.100.0/24, 192.0.2.0/28, 192.0.2.64/28, 192.0.2.128/28, 192.0.2.192/28, c { tags = { owner = \"orders\" } }\n",
    ),
    ("nothing", "\n \n\t\n"),
    ("only-a-comment", "   # alone"),
    (
        "unicode",
        "tier a \"東京\" { outbound = closed }\ntier b \"Zürich\"{outbound=closed}\ntier c \"e\u{301}\" { outbound = open } # ü\ntier d \"\\u{e9}\\n\" # é\n",
    ),
];

fn formatted(text: &str) -> String {
    let (_, program, problems) = parse::parse_text("program.tier", text);
    assert!(!problems.any_error(), "{text}\n{:#?}", problems.sorted());
    format(text, &program.files[0])
}

#[test]
fn formats_each_topic_as_in_its_snapshot() {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/fmt"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (topic, before) in TOPICS {
        let after = formatted(before);
        assert_eq!(
            formatted(&after),
            after,
            "{topic}: what is formatted stays as it is"
        );
        let before = before
            .replace('\u{feff}', "<BOM>")
            .replace('\t', "<TAB>")
            .replace('\r', "<CR>");
        let text = format!("{before}\n{}\n{after}", "-".repeat(80));
        settings.bind(|| insta::assert_snapshot!(topic, text));
    }
}

fn tier_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .expect("a directory")
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                tier_files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn the_examples_are_formatted() {
    let files = tier_files(&package().join("examples"));
    let programs: Vec<_> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "tier"))
        .collect();
    assert!(programs.len() > 20, "the examples are found");
    for path in programs {
        let text = fs::read_to_string(path).expect("a file");
        assert_eq!(
            formatted(&text),
            text,
            "`tierwall fmt examples` formats {}",
            path.display()
        );
    }
}

#[test]
fn formats_a_hundred_thousand_sentences_quickly() {
    let line = |n: usize| {
        format!(
            "web{n} allows tcp {}, https from 10.0.{}.0/24 \"n\" # c\n",
            n % 60_000 + 1,
            n % 256
        )
    };
    let text: String = (0..100_000).map(line).collect();
    let (_, program, _) = parse::parse_text("program.tier", &text);
    let started = std::time::Instant::now();
    assert_eq!(format(&text, &program.files[0]).lines().count(), 100_000);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

const TIDY: &str = "tier web\n\nweb allows https from anywhere\n";
const UNTIDY: &str = "tier   web\n\n\nweb allows https from anywhere";

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn with(files: &[(&str, &str)]) -> Scratch {
        let scratch = Scratch(tempfile::tempdir().expect("a temporary directory"));
        for (name, text) in files {
            let path = scratch.path(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        }
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Runs `tierwall fmt`; its exit code, standard output and standard error.
    fn fmt(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tierwall"))
            .arg("fmt")
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tierwall starts");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes())
            .unwrap_or_default();
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().expect("tierwall ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (
            status.code().expect("an exit code"),
            text(stdout),
            text(stderr),
        )
    }
}

#[test]
fn files_are_rewritten_and_those_that_changed_are_named() {
    let scratch = Scratch::with(&[("a.tier", UNTIDY), ("b.tier", TIDY)]);
    let untouched = || {
        fs::metadata(scratch.path("b.tier"))
            .and_then(|file| file.modified())
            .expect("a time")
    };
    let before = untouched();
    assert_eq!(
        scratch.fmt(&["a.tier", "b.tier"], ""),
        (0, "a.tier\n".to_string(), String::new())
    );
    assert_eq!(scratch.read("a.tier"), TIDY);
    assert_eq!(untouched(), before);
    assert_eq!(
        scratch.fmt(&["a.tier", "b.tier"], ""),
        (0, String::new(), String::new())
    );
}

#[test]
fn directories_stand_for_the_programs_below_them_and_nothing_for_this_one() {
    let scratch = Scratch::with(&[
        ("z.tier", UNTIDY),
        ("sub/a.tier", UNTIDY),
        ("a.txt", UNTIDY),
        (".git/a.tier", UNTIDY),
    ]);
    assert_eq!(scratch.fmt(&["sub"], "").1, "sub/a.tier\n");
    assert_eq!(scratch.fmt(&[], "").1, "z.tier\n");
    assert_eq!(
        (scratch.read("a.txt"), scratch.read(".git/a.tier")),
        (UNTIDY.to_string(), UNTIDY.to_string())
    );
}

#[test]
fn check_writes_nothing_and_shows_what_would_change() {
    let scratch = Scratch::with(&[("a.tier", UNTIDY), ("b.tier", TIDY)]);
    let (code, out, err) = scratch.fmt(&["--check", "a.tier", "b.tier"], "");
    assert_eq!(
        (code, err.as_str()),
        (1, "`a.tier` is not formatted; run `tierwall fmt a.tier`\n")
    );
    assert!(
        out.starts_with("--- a.tier\n+++ a.tier\n")
            && out.contains("\n-tier   web\n")
            && out.contains("\n+tier web\n"),
        "{out}"
    );
    assert_eq!(scratch.read("a.tier"), UNTIDY);
    assert_eq!(
        scratch.fmt(&["--check", "b.tier"], ""),
        (0, String::new(), String::new())
    );
}

#[test]
fn standard_input_goes_to_standard_output() {
    let scratch = Scratch::with(&[]);
    assert_eq!(
        scratch.fmt(&["-"], UNTIDY),
        (0, TIDY.to_string(), String::new())
    );
    assert_eq!(
        scratch.fmt(&["-"], TIDY),
        (0, TIDY.to_string(), String::new())
    );
    assert_eq!(scratch.fmt(&["--check", "-"], UNTIDY).0, 1);
    assert_eq!(
        scratch.fmt(&["--check", "-"], TIDY),
        (0, String::new(), String::new())
    );
    let (code, out, err) = scratch.fmt(&["-"], "tier web web\n");
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("E0124") && err.contains("<stdin>:1:"), "{err}");
}

#[test]
fn a_broken_file_is_left_alone_and_the_others_are_formatted() {
    let scratch = Scratch::with(&[("bad.tier", "tier   web web\n"), ("good.tier", UNTIDY)]);
    let (code, out, err) = scratch.fmt(&["bad.tier", "good.tier"], "");
    assert_eq!((code, out.as_str()), (1, "good.tier\n"));
    assert!(
        err.contains("bad.tier:1:") && err.contains("1 error"),
        "{err}"
    );
    assert_eq!(
        (
            scratch.read("bad.tier").as_str(),
            scratch.read("good.tier").as_str()
        ),
        ("tier   web web\n", TIDY)
    );
}

#[test]
fn formats_files_with_unresolved_names_and_includes() {
    let program = "include \"missing.tier\"\nweb allows nonsense from nobody\n";
    let scratch = Scratch::with(&[("a.tier", program)]);
    assert_eq!(
        scratch.fmt(&["--check", "a.tier"], ""),
        (0, String::new(), String::new())
    );
}

#[test]
fn a_file_that_cannot_be_read_exits_with_2_after_the_others() {
    let scratch = Scratch::with(&[("a.tier", UNTIDY), ("bad.tier", "tier web web\n")]);
    let (code, out, err) = scratch.fmt(&["missing.tier", "bad.tier", "a.tier"], "");
    assert_eq!((code, out.as_str()), (2, "a.tier\n"));
    assert!(err.contains("cannot read `missing.tier`"), "{err}");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::with(&[("a.tier", UNTIDY)]);
    fs::set_permissions(scratch.path("a.tier"), fs::Permissions::from_mode(0o640))
        .expect("permissions");
    symlink("a.tier", scratch.path("link.tier")).expect("a link");
    assert_eq!(scratch.fmt(&["link.tier"], "").1, "link.tier\n");
    assert_eq!(scratch.read("a.tier"), TIDY);
    assert_eq!(
        fs::metadata(scratch.path("a.tier"))
            .expect("a file")
            .permissions()
            .mode()
            & 0o777,
        0o640
    );
    assert!(
        fs::symlink_metadata(scratch.path("link.tier"))
            .expect("a link")
            .is_symlink()
    );
}

#[test]
fn leaves_a_read_only_file_alone_and_formats_the_others() {
    let scratch = Scratch::with(&[("a.tier", UNTIDY), ("b.tier", UNTIDY)]);
    let path = scratch.path("a.tier");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    let (code, out, err) = scratch.fmt(&["."], "");
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (
            2,
            "b.tier\n",
            "error: cannot write `a.tier`: it is read-only\n"
        )
    );
    assert_eq!(
        (
            scratch.read("a.tier").as_str(),
            scratch.read("b.tier").as_str()
        ),
        (UNTIDY, TIDY)
    );
}

#[cfg(unix)]
#[test]
fn an_unreadable_directory_does_not_stop_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::with(&[
        ("a.tier", UNTIDY),
        ("shut/b.tier", UNTIDY),
        ("z/c.tier", UNTIDY),
    ]);
    let mode = |mode| {
        fs::set_permissions(scratch.path("shut"), fs::Permissions::from_mode(mode))
            .expect("permissions")
    };
    mode(0o000);
    let shut = fs::read_dir(scratch.path("shut")).is_err();
    let (code, out, err) = scratch.fmt(&["."], "");
    mode(0o755);
    // whoever may read everything reads this too
    if shut {
        assert_eq!(
            (code, err.as_str()),
            (2, "error: cannot read `./shut`: permission denied\n")
        );
        assert_eq!(out, "a.tier\nz/c.tier\n");
    }
}

#[test]
fn a_file_that_is_not_formatted_is_named_to_programs() {
    let scratch = Scratch::with(&[("a.tier", UNTIDY)]);
    let reported = |format| {
        scratch
            .fmt(&["--check", "a.tier", "--message-format", format], "")
            .2
    };
    assert!(reported("json").starts_with(
        "{\"format\":1,\"type\":\"outcome\",\"level\":\"error\",\"message\":\"`a.tier` is not formatted; run `tierwall fmt a.tier`\",\"file\":\"a.tier\"}\n"
    ));
    assert_eq!(
        reported("github"),
        "::error file=a.tier,title=tierwall::`a.tier` is not formatted; run `tierwall fmt a.tier`\n"
    );
    assert!(reported("sarif").contains("\"uri\": \"a.tier\""));
}
