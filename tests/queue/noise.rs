//! What lies around a trace in a ticket: logs that tell nothing of a hang, as many bytes as one likes.
//!
//! No line may be one that a dialect reads: the truth of a ticket is that of its case.

use super::random::Random;
use std::io::{self, Write};

/// Whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    /// `/var/log/messages`.
    Syslog,
    /// `journalctl -o short-iso`.
    Journal,
    /// A web server's `access_log`.
    Access,
    /// `/var/log/dnf.log`, `/var/log/dpkg.log`.
    Packages,
    /// The output of a build: no dates.
    Build,
    /// A service that writes JSON.
    Service,
}

impl Log {
    /// All of them.
    pub(crate) const ALL: [Log; 6] = [Log::Syslog, Log::Journal, Log::Access, Log::Packages, Log::Build, Log::Service];

    /// Names under which such a log comes.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Log::Syslog => &["messages", "syslog", "daemon.log", "var/log/messages", "log/secure"],
            Log::Journal => &["journal.txt", "journalctl_--no-pager", "boot.log"],
            Log::Access => &["access_log", "httpd/access.log", "nginx/access.log"],
            Log::Packages => &["dnf.log", "dpkg.log", "apt/history.log", "yum.log"],
            Log::Build => &["build.log", "config.log", "make-output.txt"],
            Log::Service => &["app.log", "service/current.log", "orders.ndjson"],
        }
    }

    /// Lines: `%d` is the date in the form of the log, `%h` the host, `%s` a small number, `%b` a big one, `%x` a
    /// hexadecimal one, `%i` an address.
    fn lines(self) -> &'static [&'static str] {
        match self {
            Log::Syslog | Log::Journal => &[
                "%d %h systemd[1]: Started Session %b of User deploy.",
                "%d %h sshd[%b]: Accepted publickey for deploy from %i port %b ssh2: ED25519 SHA256:%x",
                "%d %h CRON[%b]: (root) CMD (run-parts --report /etc/cron.hourly)",
                "%d %h dhclient[%b]: DHCPACK of %i from %i",
                "%d %h NetworkManager[%b]: <info>  [%b.%s] dhcp4 (eth%s): state changed bound, address %i",
                "%d %h kernel: usb 1-%s: new high-speed USB device number %s using xhci_hcd",
                "%d %h postfix/smtpd[%b]: disconnect from unknown[%i] ehlo=1 auth=0/1 quit=1 commands=2/3",
                "%d %h named[%b]: client @%x %i: query: node-%s.example.net IN A +E(0)K",
                "%d %h systemd[1]: logrotate.service: Deactivated successfully.",
                "%d %h smartd[%b]: Device: /dev/sd%s [SAT], SMART Usage Attribute: 194 changed from %s to %s",
            ],
            Log::Access => &[
                "%i - - [%d] \"GET /api/v1/items/%b HTTP/1.1\" 200 %b \"-\" \"curl/7.%s.0\"",
                "%i - deploy [%d] \"POST /login HTTP/1.1\" 302 %s \"https://www.example.net/%x\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
                "%i - - [%d] \"GET /static/css/site.%x.css HTTP/2.0\" 304 0 \"-\" \"Mozilla/5.0\"",
            ],
            Log::Packages => &[
                "%d INFO Installed: python3-requests-2.%s.%s-%s.el9.noarch",
                "%d DEBUG repo: using cache for: appstream-%x",
                "%d status half-configured libssl3:amd64 3.0.%s-%s~deb12u%s",
                "%d INFO Upgraded: tzdata-20%s-%s.noarch",
            ],
            Log::Build => &[
                "checking for library number %b... yes, after %s other candidates",
                "  CC      src/module_%s/part_%b.o",
                "warning: unused variable 'tmp_%b' in part %s of the old parser",
                "-- Installing: /opt/product/share/doc/chapter-%s/page-%b.html",
            ],
            Log::Service => &[
                "{\"level\":\"info\",\"time\":\"%d\",\"component\":\"orders-%s\",\"text\":\"order %b stored\",\"took_ms\":%s}",
                "{\"level\":\"debug\",\"time\":\"%d\",\"component\":\"cache\",\"text\":\"evicted\",\"key\":\"%x\",\"size\":%b}",
                "%d INFO  [pool-%s-worker-%s] shop.Orders - request %x from %i took %s ms",
            ],
        }
    }
}

/// A log that is written when it is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    /// Whose it is.
    pub(crate) log: Log,
    /// What its numbers are drawn from.
    pub(crate) seed: u64,
    /// When it begins, in seconds since 1970.
    pub(crate) start: u64,
    /// Its exact length.
    pub(crate) bytes: u64,
}

impl Noise {
    /// Writes it; the last line is cut where the length asks for it.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut random = Random::new(self.seed);
        let lines = self.log.lines();
        let host = format!("node{:02}", random.below(40));
        let mut time = self.start;
        let mut buffer = Vec::with_capacity(68 * 1024);
        let mut left = self.bytes;
        while left > 0 {
            buffer.clear();
            while buffer.len() < (64 * 1024).min(left as usize) {
                let form = random.pick(lines);
                self.line(form, &host, time, &mut random, &mut buffer);
                time += random.below(3);
            }
            if buffer.len() as u64 >= left {
                buffer.truncate(left as usize);
                buffer.pop();
                buffer.push(b'\n');
            }
            out.write_all(&buffer)?;
            left -= buffer.len() as u64;
        }
        Ok(())
    }

    fn line(&self, form: &str, host: &str, time: u64, random: &mut Random, out: &mut Vec<u8>) {
        let mut pieces = form.split('%');
        out.extend(pieces.next().unwrap_or_default().bytes());
        for piece in pieces {
            let drawn = random.number();
            match piece.as_bytes().first() {
                Some(b'd') => date(self.log, time, out),
                Some(b'h') => out.extend(host.bytes()),
                Some(b's') => number(drawn % 60, 1, out),
                Some(b'b') => number(drawn % 100_000, 1, out),
                Some(b'x') => hexadecimal(drawn >> 32, out),
                Some(b'i') => address(drawn, out),
                _ => {}
            }
            out.extend(piece.bytes().skip(1));
        }
        out.push(b'\n');
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Appends a time in the form of a log.
fn date(log: Log, time: u64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(time / 86_400);
    let name = MONTHS[month as usize - 1];
    match log {
        Log::Syslog => {
            out.extend(name.bytes());
            out.push(b' ');
            if day < 10 {
                out.push(b' ');
            }
            number(day, 1, out);
            out.push(b' ');
            clock(time, out);
        }
        Log::Access => {
            number(day, 2, out);
            out.push(b'/');
            out.extend(name.bytes());
            out.push(b'/');
            number(year, 4, out);
            out.push(b':');
            clock(time, out);
            out.extend(b" +0000");
        }
        _ => {
            number(year, 4, out);
            out.push(b'-');
            number(month, 2, out);
            out.push(b'-');
            number(day, 2, out);
            out.push(b'T');
            clock(time, out);
            out.extend(if log == Log::Journal { &b"+0000"[..] } else { &b"Z"[..] });
        }
    }
}

/// A time in the form of a log, as text.
pub(crate) fn dated(log: Log, time: u64) -> String {
    let mut out = Vec::new();
    date(log, time, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends `12:00:01`.
fn clock(time: u64, out: &mut Vec<u8>) {
    let second = time % 86_400;
    for (at, part) in [second / 3600, second / 60 % 60, second % 60].into_iter().enumerate() {
        if at > 0 {
            out.push(b':');
        }
        number(part, 2, out);
    }
}

/// Year, month and day of a day since 1970 (Hinnant, `days_from_civil` turned round).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// Appends a number in at least so many digits: a log of gigabytes has no time for format strings.
fn number(value: u64, digits: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = value;
    while rest > 0 || out.len() - start < digits {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    out[start..].reverse();
}

fn hexadecimal(value: u64, out: &mut Vec<u8>) {
    out.extend((0..8).map(|nibble| b"0123456789abcdef"[(value >> (4 * nibble)) as usize & 15]));
}

fn address(value: u64, out: &mut Vec<u8>) {
    out.extend(b"10.");
    number(value >> 40 & 0xff, 1, out);
    out.push(b'.');
    number(value >> 32 & 0xff, 1, out);
    out.push(b'.');
    number(value >> 16 & 0xff, 1, out);
}
