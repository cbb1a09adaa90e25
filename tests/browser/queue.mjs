// What a batch writes about a made queue of tickets: see reports/examples/queue.rs.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { pictures } from "./reports.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = resolve(process.env.STACKLORE_QUEUE ?? resolve(here, "../../target/debug/examples/queue"));

/** A queue of so many tickets: `folder`, `index`, and what its summary.json says. */
export function makeQueue(count) {
  if (!existsSync(program)) {
    throw new Error(
      `${program} does not exist: run cargo build -p stacklore-reports --example queue, or name it with the environment variable STACKLORE_QUEUE`,
    );
  }
  mkdirSync(pictures, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "stacklore-queue-"));
  execFileSync(program, [String(count), folder], { stdio: ["ignore", "ignore", "inherit"] });
  const index = join(folder, "index.html");
  return { folder, index, summary: JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) };
}
