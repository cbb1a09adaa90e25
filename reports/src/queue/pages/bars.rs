//! Counts by month as bars.

use super::words::{thousands, tickets};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Months that the small bars of a table have room for.
const MONTHS: usize = 36;
/// Pixels from one bar to the next, and of the bar itself.
const STEP: usize = 5;
const BAR: usize = 4;
/// Pixels of the highest bar.
const HEIGHT: usize = 24;
/// Pixels of the longest bar of a list.
const LONGEST: u64 = 240;

/// The months that small bars show: those in a row, as many as there is room for, in which most tickets are. A clock
/// that was wrong does not stretch it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Number of the first month.
    first: usize,
    /// How many there are.
    months: usize,
}

/// One month of a list.
#[derive(Debug, Serialize)]
pub(super) struct Month {
    month: String,
    count: String,
    /// Pixels of its bar.
    length: u64,
}

impl Axis {
    /// The months of all tickets; `None` where none has a date.
    pub(super) fn of(months: &BTreeMap<String, u32>) -> Option<Axis> {
        let known: Vec<(usize, u64)> =
            months.iter().filter_map(|(month, count)| Some((ordinal(month)?, u64::from(*count)))).collect();
        let (mut best, mut first, mut sum) = ((0, 0, 0), 0, 0);
        for (at, (month, count)) in known.iter().enumerate() {
            sum += count;
            while let Some((oldest, gone)) = known.get(first).filter(|(oldest, _)| month - oldest >= MONTHS) {
                debug_assert!(oldest < month);
                sum -= gone;
                first += 1;
            }
            if sum >= best.0 {
                best = (sum, first, at);
            }
        }
        let (first, last) = (known.get(best.1)?.0, known.get(best.2)?.0);
        Some(Axis { first, months: last - first + 1 })
    }

    /// `2023-11 to 2024-03`
    pub(super) fn range(&self) -> String {
        let (first, last) = (name(self.first), name(self.first + self.months - 1));
        if first == last { first } else { format!("{first} to {last}") }
    }

    /// A drawing of counts, higher bars for more tickets; the highest is the full height.
    pub(super) fn bars(&self, months: &BTreeMap<String, u32>) -> String {
        let counts: Vec<(usize, u32)> = (months.iter())
            .filter_map(|(month, count)| Some((ordinal(month)?.checked_sub(self.first)?, *count)))
            .filter(|(at, _)| *at < self.months)
            .collect();
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let width = self.months * STEP;
        let mut svg = format!(
            "<svg class=\"bars\" role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{HEIGHT}\" viewBox=\"0 0 \
             {width} {HEIGHT}\"><path class=\"base\" d=\"M0 {}H{width}\"/>",
            self.told(&counts, most),
            HEIGHT as f64 - 0.5,
        );
        for (at, count) in counts {
            // The least is still seen.
            let height = (HEIGHT - 1) as u64 * u64::from(count) / u64::from(most.max(1));
            let height = height.max(2);
            let (x, y) = (at * STEP, HEIGHT as u64 - height);
            let _ = write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{height}\"/>");
        }
        svg.push_str("</svg>");
        svg
    }

    /// The drawing in words.
    fn told(&self, counts: &[(usize, u32)], most: u32) -> String {
        let peak = counts.iter().find(|(_, count)| *count == most);
        match (peak, counts) {
            (Some((at, _)), [(first, _), .., (last, _)]) => format!(
                "from {} to {}, most in {}: {}",
                name(self.first + first),
                name(self.first + last),
                name(self.first + at),
                tickets(most.into())
            ),
            (Some((at, _)), _) => format!("{}: {}", name(self.first + at), tickets(most.into())),
            (None, _) => "no dates in these months".into(),
        }
    }
}

/// All months with a count, in a list with a bar for each.
pub(super) fn list(months: &BTreeMap<String, u32>) -> Vec<Month> {
    let most = months.values().copied().max().unwrap_or(0).max(1);
    let month = |(month, count): (&String, &u32)| Month {
        month: month.clone(),
        count: thousands((*count).into()),
        length: (u64::from(*count) * LONGEST / u64::from(most)).max(2),
    };
    months.iter().map(month).collect()
}

/// Months since the year 0.
fn ordinal(month: &str) -> Option<usize> {
    let (year, month) = month.split_once('-')?;
    let month = month.parse::<usize>().ok().filter(|month| (1..=12).contains(month))?;
    Some(year.parse::<u16>().ok().map(usize::from)? * 12 + month - 1)
}

fn name(ordinal: usize) -> String {
    format!("{:04}-{:02}", ordinal / 12, ordinal % 12 + 1)
}

#[cfg(test)]
mod tests {
    use super::Axis;
    use std::collections::BTreeMap;

    fn months(counts: &[(&str, u32)]) -> BTreeMap<String, u32> {
        counts.iter().map(|(month, count)| ((*month).to_owned(), *count)).collect()
    }

    #[test]
    fn the_axis_is_where_most_tickets_are() {
        let range = |counts: &[(&str, u32)]| Axis::of(&months(counts)).map(|axis| axis.range());
        assert_eq!(range(&[]), None);
        assert_eq!(range(&[("2024-03", 1)]).as_deref(), Some("2024-03"));
        assert_eq!(range(&[("2023-11", 1), ("2024-03", 1)]).as_deref(), Some("2023-11 to 2024-03"));
        let wrong = [("1970-01", 3), ("2023-11", 4), ("2024-03", 9), ("2106-02", 2), ("9999-12", 1)];
        assert_eq!(range(&wrong).as_deref(), Some("2023-11 to 2024-03"));
        // Of equal windows the last one.
        assert_eq!(range(&[("1970-01", 3), ("2024-03", 3)]).as_deref(), Some("2024-03"));
    }

    #[test]
    fn bars_are_told_in_words() {
        let counts = months(&[("1970-01", 3), ("2023-11", 4), ("2024-03", 9)]);
        let axis = Axis::of(&counts).expect("there are months");
        let svg = axis.bars(&counts);
        assert!(svg.contains("aria-label=\"from 2023-11 to 2024-03, most in 2024-03: 9 tickets\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 2, "{svg}");
        assert!(axis.bars(&months(&[])).contains("no dates"));
    }
}
