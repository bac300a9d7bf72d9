//! The functions that occur around groups: Terraform language documentation, "Built-in Functions".

mod addresses;
mod called;
mod collections;
mod texts;

use super::value::Val;
use called::Called;

type Function = fn(&[Val]) -> Called;

/// The functions, by name.
const FUNCTIONS: [(&str, Function); 46] = [
    ("abs", texts::abs),
    ("alltrue", collections::alltrue),
    ("anytrue", collections::anytrue),
    ("ceil", texts::ceil),
    ("chunklist", collections::chunklist),
    ("cidrhost", addresses::cidrhost),
    ("cidrsubnet", addresses::cidrsubnet),
    ("coalesce", collections::coalesce),
    ("compact", collections::compact),
    ("concat", collections::concat),
    ("contains", collections::contains),
    ("distinct", collections::distinct),
    ("element", collections::element),
    ("flatten", collections::flatten),
    ("floor", texts::floor),
    ("format", texts::format),
    ("index", collections::index),
    ("join", texts::join),
    ("keys", collections::keys),
    ("length", collections::length),
    ("lookup", collections::lookup),
    ("lower", texts::lower),
    ("max", texts::max),
    ("merge", collections::merge),
    ("min", texts::min),
    ("nonsensitive", collections::same),
    ("one", collections::one),
    ("range", collections::range),
    ("replace", texts::replace),
    ("reverse", collections::reverse),
    ("sensitive", collections::same),
    ("setproduct", collections::setproduct),
    ("setunion", collections::setunion),
    ("slice", collections::slice),
    ("sort", collections::sort),
    ("split", texts::split),
    ("substr", texts::substr),
    ("tobool", texts::tobool),
    ("tolist", collections::tolist),
    ("tomap", collections::tomap),
    ("tonumber", texts::tonumber),
    ("toset", collections::toset),
    ("tostring", texts::tostring),
    ("trim", texts::trim),
    ("trimprefix", texts::trimprefix),
    ("values", collections::values),
];

/// More of them.
const MORE: [(&str, Function); 5] = [
    ("title", texts::title),
    ("trimspace", texts::trimspace),
    ("trimsuffix", texts::trimsuffix),
    ("upper", texts::upper),
    ("zipmap", collections::zipmap),
];

/// The value of a function; `None` where it is unknown, as for a function that is not worked out.
pub(super) fn call(name: &str, arguments: &[Val]) -> Called {
    let mut all = FUNCTIONS.iter().chain(&MORE);
    match all.find(|(known, _)| *known == name) {
        Some((_, function)) => function(arguments).map_err(|why| format!("`{name}`: {why}")),
        None => Ok(None),
    }
}
