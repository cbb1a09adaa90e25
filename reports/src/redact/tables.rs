//! What says nothing about whose machine it is, and therefore stays. Everything that redaction takes for granted
//! stands here.

/// Folders of systems and tools: the same on every machine of their kind. A path below one of them stays (known user
/// and host names inside it do not).
const SYSTEM_FOLDERS: &[&str] = &[
    // pseudo file systems
    "/proc",
    "/sys",
    "/dev",
    // programs and libraries of the system
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/include",
    "/usr/share",
    "/usr/src",
    "/usr/local/go",
    "/usr/local/lib",
    "/platform",
    "/kernel",
    "/boot",
    "/init",
    "/System",
    "/Library",
    "/modules",
    "/rustc",
    "/run/systemd",
];

/// Folders below those of the system whose names a customer gives.
const NAMED_FOLDERS: &[&str] = &["/dev/disk", "/dev/mapper", "/dev/zvol", "/usr/lib/debug/home", "/usr/src/debug/home"];

/// Accounts that systems and their packages make.
const ACCOUNTS: &[&str] = &[
    "root",
    "toor",
    "daemon",
    "bin",
    "sys",
    "sync",
    "games",
    "man",
    "lp",
    "mail",
    "news",
    "uucp",
    "proxy",
    "backup",
    "list",
    "irc",
    "gnats",
    "nobody",
    "nogroup",
    "adm",
    "wheel",
    "staff",
    "users",
    "operator",
    "shutdown",
    "halt",
    "ftp",
    "http",
    "apache",
    "nginx",
    "www-data",
    "mysql",
    "postgres",
    "redis",
    "mongodb",
    "dbus",
    "messagebus",
    "message+",
    "polkitd",
    "systemd",
    "systemd+",
    "sshd",
    "ntp",
    "chrony",
    "_chrony",
    "rpc",
    "rpcuser",
    "statd",
    "avahi",
    "syslog",
    "tss",
    "_apt",
    "kvm",
    "qemu",
    "libvirt-qemu",
    "disk",
    "tty",
    "SYSTEM",
];

/// Words of plain text and of systems. A user or host of that name is replaced where it is known to be one, nowhere
/// else.
const WORDS: &[&str] = &[
    "admin",
    "administrator",
    "agent",
    "all",
    "and",
    "any",
    "app",
    "application",
    "apps",
    "arg",
    "at",
    "background",
    "base",
    "bash",
    "blocked",
    "boot",
    "build",
    "builder",
    "bus",
    "busy",
    "call",
    "case",
    "client",
    "cloud",
    "code",
    "console",
    "core",
    "cpu",
    "crash",
    "data",
    "database",
    "dead",
    "debug",
    "default",
    "demo",
    "deploy",
    "dev",
    "device",
    "disk",
    "driver",
    "dump",
    "error",
    "event",
    "file",
    "files",
    "for",
    "frame",
    "from",
    "gdb",
    "git",
    "group",
    "guest",
    "hang",
    "held",
    "home",
    "host",
    "hung",
    "idle",
    "info",
    "init",
    "java",
    "job",
    "jobs",
    "kernel",
    "kthread",
    "linux",
    "live",
    "local",
    "localhost",
    "lock",
    "log",
    "login",
    "mac",
    "machine",
    "main",
    "manager",
    "master",
    "memory",
    "module",
    "monitor",
    "mutex",
    "name",
    "net",
    "network",
    "node",
    "none",
    "not",
    "null",
    "object",
    "owner",
    "page",
    "panic",
    "path",
    "pid",
    "pool",
    "power",
    "process",
    "prod",
    "program",
    "public",
    "queue",
    "read",
    "root",
    "run",
    "runner",
    "running",
    "server",
    "service",
    "shell",
    "sleep",
    "stack",
    "stat",
    "state",
    "storage",
    "string",
    "support",
    "system",
    "task",
    "test",
    "tester",
    "the",
    "thread",
    "time",
    "trace",
    "user",
    "version",
    "virtual",
    "wait",
    "work",
    "worker",
    "write",
];

/// Last labels that make two labels a host name.
const SURE_DOMAINS: &[&str] =
    &["com", "org", "edu", "gov", "localdomain", "lan", "intranet", "corp", "arpa", "local", "internal"];

/// Last labels that make three and more labels a host name: two would often be a member of a structure, a module or
/// a file.
const LIKELY_DOMAINS: &[&str] = &[
    "net", "info", "biz", "io", "dev", "app", "cloud", "home", "test", "example", "eu", "ai", "de", "uk", "fr", "it",
    "nl", "at", "ch", "us", "jp", "cn", "br", "ru", "ca", "se", "no", "fi", "dk", "cz", "au", "nz", "kr", "tw", "hk",
    "sg", "za", "mx", "ar", "be", "es", "pt", "gr", "hu", "ro", "ua", "tr", "ie", "il", "pl",
];

/// First labels of names that are packages, written from the top down, and no hosts.
const PACKAGES: &[&str] =
    &["com", "org", "net", "edu", "gov", "io", "java", "javax", "jdk", "sun", "android", "kotlin"];

/// Hosts of which everybody knows, named by tools and rules themselves.
const PUBLIC_HOSTS: &[&str] = &[
    "localhost",
    "localhost.localdomain",
    "github.com",
    "git.kernel.org",
    "lore.kernel.org",
    "bugzilla.kernel.org",
    "www.kernel.org",
    "www.gnu.org",
    "gnu.org",
    "sourceware.org",
    "bugzilla.redhat.com",
    "bugreport.java.com",
    "bugs.launchpad.net",
    "golang.org",
];

/// Words before a number with dots that is a version.
const VERSIONS: &[&str] = &[
    "version", "ver", "v", "release", "kernel", "linux", "gdb", "build", "driver", "firmware", "fw", "bios", "glibc",
    "java", "package", "revision", "crash",
];

/// Endings of source files and libraries: such a file keeps its name where a line number or an offset follows.
const SOURCES: &[&str] = &[
    "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "S", "s", "rs", "go", "py", "java", "kt", "scala", "js", "ts",
    "rb", "m", "mm", "swift", "cs", "inl",
];

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path that is the same on every machine of its kind.
pub(super) fn is_system_path(path: &str) -> bool {
    let system = |folders: &[&str]| folders.iter().any(|folder| below(path, folder));
    system(SYSTEM_FOLDERS) && !system(NAMED_FOLDERS)
}

/// An account that says nothing of a person.
pub(super) fn is_account(name: &str) -> bool {
    ACCOUNTS.contains(&name) || name.starts_with("systemd-") || name.bytes().all(|byte| byte.is_ascii_digit())
}

/// A word that is too plain to be replaced wherever it stands.
pub(super) fn is_word(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.len() < 3 || WORDS.contains(&name.as_str()) || ACCOUNTS.contains(&name.as_str())
}

/// A host that everybody knows.
pub(super) fn is_public_host(host: &str) -> bool {
    PUBLIC_HOSTS.iter().any(|public| public.eq_ignore_ascii_case(host))
}

/// A host that everybody knows, with nothing of a customer on it.
pub(super) fn is_public_page(host: &str) -> bool {
    is_public_host(host) && !["localhost", "localhost.localdomain", "github.com"].contains(&host)
}

/// A word after which a number with dots is a version.
pub(super) fn is_before_version(word: &str) -> bool {
    VERSIONS.iter().any(|before| before.eq_ignore_ascii_case(word))
}

/// A source file by its name.
pub(super) fn is_source(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| SOURCES.contains(&ending))
}

/// A library by its name.
pub(super) fn is_library(name: &str) -> bool {
    [".so", ".dll", ".dylib", ".ko", ".jar"].iter().any(|ending| match name.find(ending) {
        Some(at) => at > 0 && name[at + ending.len()..].bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()),
        None => false,
    })
}

/// A host name with its domain, and no package, file or member of a structure.
pub(super) fn is_domain(name: &str) -> bool {
    let labels = name.split('.').count();
    let (Some((_, last)), Some((first, _))) = (name.rsplit_once('.'), name.split_once('.')) else { return false };
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // Names of classes mix cases, names of hosts do not.
        let mixed =
            label.bytes().any(|byte| byte.is_ascii_lowercase()) && label.bytes().any(|byte| byte.is_ascii_uppercase());
        plain && !mixed && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(label) {
        return false;
    }
    let (first, last) = (first.to_ascii_lowercase(), last.to_ascii_lowercase());
    let numbered = first.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-');
    !PACKAGES.contains(&first.as_str())
        && (SURE_DOMAINS.contains(&last.as_str())
            || (LIKELY_DOMAINS.contains(&last.as_str()) && (labels > 2 || numbered)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_told_from_look_alikes() {
        for host in [
            "db1.acme.com",
            "acme.com",
            "node7.prod.acme.io",
            "DB1.ACME.COM",
            "DB1.acme.com",
            "db-1.net",
            "box.fritz.de",
            "mac.local",
        ] {
            assert!(is_domain(host), "{host}");
        }
        let others = "sk.net com.acme.net com.acme.Server main.rs libfoo.so a.b dev.net java.lang.it x_y.com Foo.com \
                      inode.info 1.2.3.4 a..com .com foo.c vmlinux.io";
        for other in others.split_whitespace() {
            assert!(!is_domain(other), "{other}");
        }
    }

    #[test]
    fn system_paths_stay() {
        for path in
            ["/proc/1/stack", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/lib64", "/usr/local/go/src/runtime/proc.go"]
        {
            assert!(is_system_path(path), "{path}");
        }
        for path in
            ["/home/alice", "/library", "/dev/mapper/acme-data", "/procure/x", "/etc/acme.conf", "/usr/local/acme"]
        {
            assert!(!is_system_path(path), "{path}");
        }
    }

    #[test]
    fn libraries_and_sources_are_known_by_their_names() {
        assert!(is_library("libc.so.6") && is_library("libacme.so") && is_library("a.dll") && !is_library("a.social"));
        assert!(is_source("main.c") && is_source("a.b.rs") && !is_source("alice"));
    }
}
