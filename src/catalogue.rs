//! The services that every program knows: a `.tier` file that ships inside the program.

use crate::parse;
use crate::resolve::{BuiltIn, catalogue};
use std::sync::OnceLock;

/// The built-in services, by name.
pub fn built_in() -> &'static [BuiltIn] {
    static SERVICES: OnceLock<Vec<BuiltIn>> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let (sources, program, problems) = parse::text("prelude.tier", include_str!("prelude.tier"));
        assert!(problems.is_empty(), "the catalogue parses: {problems:?}");
        let (services, problems) = catalogue(&sources, &program);
        assert!(problems.is_empty(), "the catalogue resolves: {problems:?}");
        services
    })
}
