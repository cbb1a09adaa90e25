//! Numbers as people read them.

/// `12,345`
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 ticket`, `12,345 tickets`
pub(super) fn counted(value: u64, thing: &str) -> String {
    format!("{} {thing}{}", number(value), if value == 1 { "" } else { "s" })
}

/// `0.4 s`, `7 s`, `2 min 5 s`, `3 h 20 min`
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..3 => format!("{seconds:.1} s"),
        3..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, duration, number};

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 2].map(|value| counted(value, "ticket")), ["1 ticket", "2 tickets"]);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let durations = [0.42, 7.4, 60.0, 125.0, 12_000.0].map(duration);
        assert_eq!(durations, ["0.4 s", "7 s", "1 min 0 s", "2 min 5 s", "3 h 20 min"]);
    }
}
