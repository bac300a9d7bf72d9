//! Folds rows of a report that differ in only one list.

use std::collections::HashMap;
use std::hash::Hash;

/// Folds the rows that are equal except for this list into the first of them. A row means every
/// combination of the elements of its lists, so the result means the same as the rows.
pub fn fold_rows<R: Clone + Eq + Hash>(
    rows: Vec<R>,
    list: fn(&mut R) -> &mut Vec<String>,
) -> Vec<R> {
    let (mut known, mut folded): (HashMap<R, usize>, Vec<R>) = (HashMap::new(), Vec::new());
    for mut row in rows {
        let items = std::mem::take(list(&mut row));
        match known.get(&row) {
            Some(place) => list(&mut folded[*place]).extend(items),
            None => {
                known.insert(row.clone(), folded.len());
                *list(&mut row) = items;
                folded.push(row);
            }
        }
    }

    folded
}

/// `web`; `web, api`; `web, api, app, db (4 tiers)`; of more than `most` the first ones and their
/// number.
pub fn join_names(all: &[String], most: usize, noun: &str) -> String {
    match all.len() {
        0..=3 => all.join(", "),
        count if count <= most => format!("{} ({count} {noun})", all.join(", ")),
        count => format!("{}, … ({count} {noun})", all[..3].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{fold_rows, join_names};

    type Row = (Vec<String>, Vec<String>);

    fn rows(rows: &[(&str, &str)]) -> Vec<Row> {
        let list = |text: &str| text.split(' ').map(str::to_string).collect();
        rows.iter().map(|(a, b)| (list(a), list(b))).collect()
    }

    #[test]
    fn rows_that_differ_in_one_list_are_one() {
        let by_first = fold_rows(
            rows(&[("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"), ("c", "x")]),
            |row| &mut row.0,
        );
        assert_eq!(by_first, rows(&[("a b c", "x"), ("a b", "y")]));
        let both = fold_rows(
            fold_rows(
                rows(&[("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")]),
                |row| &mut row.0,
            ),
            |row| &mut row.1,
        );

        assert_eq!(both, rows(&[("a b", "x y")]));
    }

    #[test]
    fn many_names_are_counted() {
        let all: Vec<String> = "a b c d e".split(' ').map(str::to_string).collect();
        for (count, most, expected) in [
            (1, 8, "a"),
            (3, 8, "a, b, c"),
            (4, 8, "a, b, c, d (4 tiers)"),
            (5, 4, "a, b, c, … (5 tiers)"),
        ] {
            assert_eq!(join_names(&all[..count], most, "tiers"), expected);
        }
    }
}
