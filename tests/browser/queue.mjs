// What a batch writes about a made queue of tickets: see reports/examples/made_queue.rs.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { pictures, program as stacklore } from "./reports.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = resolve(process.env.STACKLORE_QUEUE ?? resolve(here, "../../target/debug/examples/made_queue"));

/** A queue of so many tickets: `folder`, `index`, and what its summary.json says. */
export function makeQueue(count) {
  if (!existsSync(program)) {
    throw new Error(
      `${program} does not exist: run cargo build -p stacklore-reports --example made_queue, or name it with the environment variable STACKLORE_QUEUE`,
    );
  }
  mkdirSync(pictures, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "stacklore-queue-"));
  execFileSync(program, [String(count), folder], { stdio: ["ignore", "ignore", "inherit"] });
  return queueOf(folder);
}

/** A batch of the program over cases of the corpus, hostile ones among them. */
export function makeBatch(families) {
  const folder = mkdtempSync(join(tmpdir(), "stacklore-batch-"));
  const paths = families.map((family) => resolve(here, "../../corpus", family));
  execFileSync(stacklore, ["batch", ...paths, "--out", folder], { stdio: ["ignore", "ignore", "inherit"] });
  return queueOf(folder);
}

function queueOf(folder) {
  const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  return { folder, index: join(folder, "index.html"), summary };
}

/** All pages of a queue. */
export function pagesOf({ folder }) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
