//! How far apart two forms are.

use super::form::Form;

/// Functions of a form, from the innermost outward.
pub const FRAMES: usize = 20;
/// Two forms are similar up to this distance.
pub const THRESHOLD: f64 = 0.25;
/// Innermost functions of which similar forms share at least one: programs run everything through the same middle
/// (a pool, a request, a system call), and what hangs is what stands innermost.
pub const NEAR_FRAMES: usize = 3;

/// What similar means, in words for readers of a report.
pub const DISTANCE: &str = "Two stacks are similar when they share one of their three innermost functions and at most \
                            a quarter of their entries must be inserted, removed or replaced to make one of the other. \
                            The entries are what is waited for and the 20 innermost functions, by names without \
                            compiler suffixes, generic arguments and numbers, and without what every stack has.";

/// Entries of a form: what it waits for, then its functions. An empty entry stands for an unknown wait and is none.
pub(super) fn entries<'a, T>(wait: Option<T>, frames: impl IntoIterator<Item = &'a T>) -> Vec<T>
where
    T: Copy + 'a,
{
    wait.into_iter().chain(frames.into_iter().copied()).collect()
}

/// Edits that a form of so many entries may be away from a longer or shorter one with at most `longest` entries.
pub(super) fn allowed(longest: usize) -> usize {
    // A quarter, rounded down: in whole numbers, so that every machine draws the line at the same place.
    longest / 4
}

/// The share of entries (the wait and the functions) that must be inserted, removed or replaced to make one form of
/// the other: 0 for equal forms, 1 for forms that have nothing in common.
pub fn distance(a: &Form, b: &Form) -> f64 {
    let (a, b) = (words(a), words(b));
    let longest = a.len().max(b.len());
    if longest == 0 { 0.0 } else { edits(&a, &b, longest).unwrap_or(longest) as f64 / longest as f64 }
}

/// Whether two forms are similar, as [`DISTANCE`] says.
pub fn is_similar(a: &Form, b: &Form) -> bool {
    let near = |form: &Form| form.frames().len().min(NEAR_FRAMES);
    let shared = a.frames()[..near(a)].iter().any(|frame| b.frames()[..near(b)].contains(frame));
    a.id() == b.id() || (shared && distance(a, b) <= THRESHOLD)
}

fn words(form: &Form) -> Vec<(bool, &str)> {
    let frames: Vec<(bool, &str)> = form.frames().iter().map(|frame| (false, frame.as_str())).collect();
    entries(form.wait().map(|wait| (true, wait)), &frames)
}

/// The least number of entries that must be inserted, removed or replaced, where that is at most `most`. Only entries
/// that lie no further apart than that are compared: `most` times the length in time.
pub(super) fn edits<T: PartialEq>(a: &[T], b: &[T], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let far = most + 1;
    let mut row: Vec<usize> = (0..=b.len()).map(|at| at.min(far)).collect();
    for (i, entry) in a.iter().enumerate() {
        let (from, to) = (i.saturating_sub(most), (i + most + 1).min(b.len()));
        let mut diagonal = row[from];
        row[from] = if from == 0 { (i + 1).min(far) } else { far };
        let mut least = row[from];
        for j in from..to {
            let kept = diagonal + usize::from(*entry != b[j]);
            diagonal = row[j + 1];
            // What lies beside the compared entries was never worked out.
            let above = if j + 1 > i + most { far } else { diagonal };
            row[j + 1] = kept.min(above + 1).min(row[j] + 1).min(far);
            least = least.min(row[j + 1]);
        }
        if least > most {
            return None;
        }
    }
    row.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::{allowed, distance, edits, is_similar};
    use crate::clusters::Form;

    fn form(wait: &str, frames: &str) -> Form {
        Form::new((!wait.is_empty()).then(|| wait.into()), frames.split_whitespace().map(str::to_owned).collect())
    }

    /// The textbook, to compare with.
    fn plain(a: &[u8], b: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, y) in b.iter().enumerate() {
                let kept = diagonal + usize::from(x != y);
                diagonal = row[j + 1];
                row[j + 1] = kept.min(diagonal + 1).min(row[j] + 1);
            }
        }
        row[b.len()]
    }

    #[test]
    fn edits_are_those_of_the_textbook_up_to_the_limit() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..4000 {
            let mut text = || (0..next(9)).map(|_| next(3) as u8).collect::<Vec<u8>>();
            let (a, b) = (text(), text());
            let true_edits = plain(&a, &b);
            for most in 0..9 {
                assert_eq!(edits(&a, &b, most), (true_edits <= most).then_some(true_edits), "{a:?} {b:?} {most}");
            }
        }
    }

    #[test]
    fn the_line_is_at_a_quarter() {
        let a = form("mutex", "a b c d e f g");
        assert!(is_similar(&a, &form("mutex", "a b c d e f h")));
        assert!(is_similar(&a, &form("rwsem", "a b c d e f h")), "another wait is one entry");
        assert!(!is_similar(&a, &form("mutex", "a b c d x y z")));
        assert_eq!(distance(&a, &form("mutex", "a b c d e x y")), 0.25);
        assert_eq!(distance(&a, &form("", "x y z")), 1.0);
        assert_eq!(allowed(8), 2);
    }

    #[test]
    fn what_differs_innermost_is_not_similar() {
        let way = "m n o p q r s t u v w";
        assert!(!is_similar(&form("mutex", &format!("a b c {way}")), &form("mutex", &format!("x y z {way}"))));
        assert!(is_similar(&form("mutex", &format!("a b c {way}")), &form("mutex", &format!("b c {way}"))));
    }

    #[test]
    fn short_forms_are_equal_or_nothing() {
        assert!(is_similar(&form("mutex", "a b"), &form("mutex", "a b")));
        assert!(!is_similar(&form("mutex", "a b"), &form("mutex", "a c")));
    }
}
