//! `tierwall watch`: what is built again when files are saved, in all the ways in which editors
//! save.

use crate::common::command::Scratch;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long anything may take; it takes as long as it needs on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

const PROGRAM: &str = "tier web\nweb allows https from anywhere\n";

/// A watch that runs, and its output so far.
struct Watch {
    child: Child,
    reported: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts it, and waits for the first build.
    fn start(scratch: &Scratch, arguments: &[&str]) -> Watch {
        let mut command = scratch.command(&[&["watch"], arguments].concat());
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("tierwall starts");
        let (reported, mut stream) = (
            Arc::new(Mutex::new(String::new())),
            child.stderr.take().expect("a pipe"),
        );
        let hears = Arc::clone(&reported);
        let listener = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                hears
                    .lock()
                    .expect("a lock")
                    .push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
        });
        let watch = Watch {
            child,
            reported,
            listener: Some(listener),
        };
        watch.wait("the first build", || watch.builds() == 1);
        watch
    }

    fn reported(&self) -> String {
        self.reported.lock().expect("a lock").clone()
    }

    /// How many builds have ended.
    fn builds(&self) -> usize {
        self.reported().matches("; watching ").count()
    }

    /// Waits until it is so.
    fn wait(&self, what: &str, mut so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !so() {
            assert!(
                start.elapsed() < PATIENCE,
                "{what} did not happen; it reported:\n{}",
                self.reported()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it reports this, ignoring earlier output.
    fn says(&self, words: &str, act: impl FnOnce()) {
        let before = self.reported().len();
        act();
        self.wait(words, || self.reported()[before..].contains(words));
    }

    /// Interrupts it as Ctrl-C does, and gives back how it ended.
    fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .expect("kill runs")
                .success()
        );
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.listener.take().map(JoinHandle::join);
    }
}

fn project() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "tierwall.toml",
        "[[program]]\nfile = \"net/shop.tier\"\noutputs = { terraform = \"net/shop.tf\" }\n",
    );
    scratch.write("net/shop.tier", PROGRAM);
    scratch
}

fn opens(port: u16) -> String {
    format!("{PROGRAM}web allows tcp {port} from anywhere\n")
}

/// Saves a file as many editors do: a new one in the place of the old, which is never seen half
/// written.
fn save(scratch: &Scratch, name: &str, text: impl AsRef<[u8]>) {
    let new = scratch.write(&format!("{name}~"), text);
    fs::rename(new, scratch.path(name)).expect("a rename");
}

#[test]
fn builds_again_after_every_kind_of_save() {
    let scratch = project();
    let watch = Watch::start(&scratch, &[]);
    let built = |port: u16| {
        scratch
            .read("net/shop.tf")
            .contains(&format!("web_tcp_{port}_from"))
    };
    assert!(built(443) && !built(7001));
    // into the file, which is empty for a moment
    scratch.write("net/shop.tier", opens(7001));
    watch.wait("a build after a write", || built(7001));
    // a new file in the place of the old, twice, since the second is another file than was watched
    for port in [7002, 7003] {
        save(&scratch, "net/shop.tier", opens(port));
        watch.wait("a build after a rename", || built(port));
    }
    // away and back
    watch.says("not built", || {
        fs::rename(scratch.path("net/shop.tier"), scratch.path("kept")).expect("a rename")
    });
    watch.says("the output is up to date", || {
        fs::rename(scratch.path("kept"), scratch.path("net/shop.tier")).expect("a rename")
    });
    // and its whole directory
    watch.says("not built", || {
        fs::rename(scratch.path("net"), scratch.path("gone")).expect("a rename")
    });
    scratch.write("net/shop.tier", opens(7004));
    watch.wait("a build in a new directory", || {
        fs::read_to_string(scratch.path("net/shop.tf")).is_ok() && built(7004)
    });
    watch.says("1 of 1 output written", || {
        save(&scratch, "net/shop.tier", opens(7005))
    });
    // replaced at once, so that the directory of that name is another when anybody looks
    fs::rename(scratch.path("net"), scratch.path("older")).expect("a rename");
    for port in [7006, 7007] {
        scratch.write("net/shop.tier", opens(port));
        watch.wait("a build in a replaced directory", || {
            scratch.path("net/shop.tf").exists() && built(port)
        });
    }
    assert_eq!(watch.stop(), Some(0));
}

#[test]
fn builds_again_when_an_error_is_corrected() {
    let scratch = project();
    let watch = Watch::start(&scratch, &[]);
    watch.says("E0102", || {
        save(&scratch, "net/shop.tier", format!("{PROGRAM}nonsense\n"))
    });
    let manifest = scratch.read("tierwall.toml");
    watch.says("E0801", || save(&scratch, "tierwall.toml", "[[program\n"));
    watch.says("E0102", || save(&scratch, "tierwall.toml", &manifest));
    watch.says("1 of 1 output written", || {
        save(&scratch, "net/shop.tier", opens(7001))
    });
    // a program that the manifest lists from now on
    let more = format!(
        "{manifest}[[program]]\nfile = \"more.tier\"\noutputs = {{ cloudformation = \"more.json\" }}\n"
    );
    watch.says("cannot read `more.tier`", || {
        save(&scratch, "tierwall.toml", more)
    });
    watch.says("1 of 2 outputs written", || {
        save(&scratch, "more.tier", PROGRAM)
    });
    watch.says("wrote more.json", || {
        save(&scratch, "more.tier", opens(7001))
    });
}

#[test]
fn includes_and_values_are_watched_too() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "param office : cidr\ntier web\nweb allows ssh from office\n",
    );
    scratch.write("v/office.json", "{\"office\": \"10.1.0.0/16\"}");
    let watch = Watch::start(
        &scratch,
        &[
            "shop.tier",
            "--to",
            "tf",
            "-o",
            "out.tf",
            "--vars",
            "v/office.json",
        ],
    );
    watch.says("wrote out.tf", || {
        save(&scratch, "v/office.json", "{\"office\": \"10.2.0.0/16\"}")
    });
    assert!(scratch.read("out.tf").contains("10.2.0.0/16"));
    let including = scratch.read("shop.tier") + "include \"later/app.tier\"\n";
    watch.says("cannot read `later/app.tier`", || {
        save(&scratch, "shop.tier", including)
    });
    watch.says("wrote out.tf", || {
        save(&scratch, "later/app.tier", "tier app\n")
    });
    watch.says("wrote out.tf", || {
        save(
            &scratch,
            "later/app.tier",
            "tier app\napp allows ssh from web\n",
        )
    });
}

#[test]
fn outputs_and_unread_files_start_no_build() {
    let scratch = project();
    let watch = Watch::start(&scratch, &[]);
    for n in 0..20 {
        scratch.write("net/notes.txt", format!("{n}"));
        save(&scratch, "net/shop.tier", PROGRAM);
    }
    watch.says("1 of 1 output written", || {
        save(&scratch, "net/shop.tier", opens(7001))
    });
    // time in which a build would come that nothing asks for
    thread::sleep(Duration::from_millis(700));
    assert_eq!(watch.builds(), 2, "{}", watch.reported());
    watch.says("1 of 1 output written", || {
        save(&scratch, "net/shop.tier", opens(7002))
    });
}
