//! The services that every program knows: a `.tier` file that ships inside the program.

use crate::parse;
use crate::resolve::{BuiltIn, Catalogue, built_in};

/// The built-in services.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: Catalogue = Catalogue::new(include_str!("prelude.tier"), read_declaration);
    &CATALOGUE
}

fn read_declaration(declaration: &str, catalogue: &Catalogue) -> BuiltIn {
    let (sources, program, problems) = parse::parse_text("prelude.tier", declaration);
    assert!(problems.is_empty(), "the catalogue parses: {problems:?}");
    let (service, problems) = built_in(&sources, &program, catalogue);
    assert!(problems.is_empty(), "the catalogue resolves: {problems:?}");
    service.expect("each line of the catalogue declares a service")
}
