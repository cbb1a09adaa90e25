//! Limits on what is read, as options.

use clap::Args;
use stacklore_intake::Limits;
use std::time::Duration;

/// Limits of one case or ticket.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits of one case or ticket")]
pub(crate) struct LimitArgs {
    /// Size of one text; the rest is left out, and the report says so
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "256M")]
    pub(crate) max_file: u64,
    /// Size of all texts together
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1G")]
    pub(crate) max_bytes: u64,
    /// Number of files, folders and members of archives
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().entries)]
    pub(crate) max_entries: usize,
    /// Depth of folders
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().depth)]
    pub(crate) max_depth: usize,
    /// Archives, compressed files and messages inside one another
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().nesting)]
    pub(crate) max_nesting: usize,
    /// Bytes that may come out of an archive for each that goes in
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().ratio)]
    pub(crate) max_ratio: u64,
    /// Seconds that reading may take
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().time.as_secs())]
    pub(crate) max_time: u64,
}

impl Default for LimitArgs {
    fn default() -> Self {
        let limits = Limits::default();
        LimitArgs {
            max_file: limits.file_bytes,
            max_bytes: limits.total_bytes,
            max_entries: limits.entries,
            max_depth: limits.depth,
            max_nesting: limits.nesting,
            max_ratio: limits.ratio,
            max_time: limits.time.as_secs(),
        }
    }
}

impl From<&LimitArgs> for Limits {
    fn from(args: &LimitArgs) -> Self {
        Limits {
            file_bytes: args.max_file,
            total_bytes: args.max_bytes,
            entries: args.max_entries,
            depth: args.max_depth,
            nesting: args.max_nesting,
            ratio: args.max_ratio,
            time: Duration::from_secs(args.max_time),
        }
    }
}

/// `4096`, `64K`, `256M`, `1G`, `1.5G`: bytes, in powers of 1024.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} is no size; write bytes, or a number with K, M or G, such as 256M");
    let plain = text.trim().trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
    let digits = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match plain[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let bytes = number * (1_u64 << shift) as f64;
    if (0.0..9e18).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::{LimitArgs, size};
    use clap::Parser;
    use stacklore_intake::Limits;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn sizes_are_read() {
        let sizes = ["0", "4096", "64K", "256MiB", "1.5g", "2GB"].map(|text| size(text).ok());
        assert_eq!(sizes, [0, 4096, 64 << 10, 256 << 20, 3 << 29, 2 << 30].map(Some));
        for wrong in ["", "M", "12X", "-1", "1e400", "nan"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_options_have_the_defaults_of_the_intake() {
        let program = Program::parse_from(["stacklore"]);
        assert_eq!(Limits::from(&program.limits), Limits::default());
    }
}
