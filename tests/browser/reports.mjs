// The reports that are looked at: cases of the corpus, and texts that are made here.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { longLine, queueAndRing, writeDumps } from "./texts.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const corpus = resolve(here, "../../corpus");
/** Where the pictures go. */
export const pictures = resolve(here, "../../target/browser");
/** The program. */
export const program = resolve(process.env.STACKLORE ?? resolve(here, "../../target/debug/stacklore"));

const CAPTURES = ["k-work-self-mutex", "k-netlink", "u-mutex-cycle3", "j-monitor-abba", "u-healthy-server"];
const ABOUT = ["expect.yaml", "about.md"];

/** The texts of a case, as corpus/README.md has it. */
function texts(folder) {
  const input = join(folder, "input");
  if (existsSync(input)) return [input];
  const names = readdirSync(folder).filter((name) => !ABOUT.includes(name));
  return names.sort().map((name) => join(folder, name));
}

function family(name) {
  return readdirSync(join(corpus, name)).sort();
}

/** Makes the report of these texts and gives the path of its file. */
function make(folder, name, paths) {
  const file = join(folder, `${name}.html`);
  execFileSync(program, ["diagnose", "--format", "html", "--output", file, ...paths], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return file;
}

/**
 * All reports: `name`, `file` and `kind`, which is `seed`, `capture`, `hostile`, `made` or, for the one that takes
 * long, `huge` (left out if STACKLORE_QUICK is set).
 */
export function makeReports() {
  if (!existsSync(program)) {
    throw new Error(`${program} does not exist: run cargo build, or name the program with the environment variable STACKLORE`);
  }
  const folder = mkdtempSync(join(tmpdir(), "stacklore-browser-"));
  mkdirSync(pictures, { recursive: true });
  const reports = [];
  const add = (kind, name, paths) => reports.push({ kind, name, file: make(folder, name, paths) });
  for (const name of family("seeds")) add("seed", name, texts(join(corpus, "seeds", name)));
  for (const name of CAPTURES) add("capture", name, texts(join(corpus, "captures", name)));
  for (const name of family("hostile")) add("hostile", name, texts(join(corpus, "hostile", name)));
  const made = { "200-tasks": () => queueAndRing(200), "long-line": longLine, nothing: () => "Nothing hangs here.\n" };
  for (const [name, text] of Object.entries(made)) {
    const path = join(folder, `${name}.txt`);
    writeFileSync(path, text());
    add("made", name, [path]);
  }
  if (!process.env.STACKLORE_QUICK) {
    const path = join(folder, "dumps.txt");
    writeDumps(path, 100_000_000);
    add("huge", "100-megabytes", [path]);
  }
  return { folder, reports };
}
