// The index of a queue of tickets and its pages in a browser: see README.md.

import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LAPTOP, PHONE, launch, withPage } from "./browser.mjs";
import { isHarmlessIndex, isHarmlessPage } from "./checks/harmless.mjs";
import { fitsScreens, isAccessible, namesKeepTheirNumbers, prints, takePictures } from "./checks/looks.mjs";
import {
  addressKeepsState,
  columnsSort,
  count,
  filtersCount,
  keyboardFilters,
  linksLeadToFiles,
  times,
  withState,
  wordsFilter,
} from "./checks/queue.mjs";
import { makeBatch, makeQueue, pagesOf } from "./queue.mjs";

const queue = makeQueue(10_000);
const small = makeQueue(30);
const none = makeQueue(0);
const batch = makeBatch(["hostile", "seeds"]);
const signature = join(queue.folder, queue.summary.signatures[0].page);
const cluster = join(queue.folder, "clusters", readdirSync(join(queue.folder, "clusters"))[0], "index.html");

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const { folder } of [queue, small, none, batch]) rmSync(folder, { recursive: true, force: true });
});

describe("the index", () => {
  test("nothing of a ticket runs, loads or asks", () => isHarmlessIndex(browser, queue.index));
  test("every filter shows what the summary has", () => filtersCount(browser, queue));
  test("words filter", () => wordsFilter(browser, queue));
  test("columns sort", () => columnsSort(browser, queue));
  test("the address keeps the state", () => addressKeepsState(browser, queue));
  test("the keyboard does all of it", () => keyboardFilters(browser, queue));
  test("links lead to files", () => {
    // The example makes no tickets.
    const tickets = new Set([...queue.summary.tickets.map((row) => row.page), "findings.ndjson"]);
    return linksLeadToFiles(browser, queue, [queue.index, signature, cluster], tickets);
  });
  test("names from right to left keep their numbers behind them", () => namesKeepTheirNumbers(browser, small.index, "4321"));
  test("without script all tickets are listed", () =>
    withPage(browser, queue.index, { javaScriptEnabled: false }, async (page) => {
      assert.equal(await page.locator(".plain a").count(), queue.summary.total);
      assert.ok(await page.locator(".plain a").first().isVisible());
      assert.ok(!(await page.locator("#table").isVisible()), "a table that cannot work is hidden");
      assert.equal(await page.locator(".plain a bdi").first().textContent(), queue.summary.tickets[0].id);
    }));
  test("a queue of nothing has one", () =>
    withPage(browser, none.index, {}, async (page, misdeeds) => {
      assert.equal(await count(page), 0);
      assert.deepEqual(misdeeds, []);
    }));
});

describe("the pages of signatures and clusters", () => {
  for (const [name, file] of Object.entries({ signature, cluster })) {
    test(`${name}: nothing of a ticket runs, loads or asks`, () => isHarmlessPage(browser, file));
  }
});

describe("a batch of the program", () => {
  test("links of all pages lead to files", () => linksLeadToFiles(browser, batch, pagesOf(batch)));
  test("nothing of a ticket runs, loads or asks", async () => {
    for (const file of pagesOf(batch)) {
      // A ticket has the script of every report, the index its own and its data.
      const scripts = file === batch.index ? 2 : file.startsWith(join(batch.folder, "tickets")) ? 1 : 0;
      await isHarmlessPage(browser, file, async () => scripts);
    }
  });
  const ticket = join(batch.folder, batch.summary.tickets.find((row) => row.findings.length > 0).page);
  test("from a ticket to others of its kind, and back to all", () =>
    withPage(browser, ticket, {}, async (page) => {
      await page.getByRole("link", { name: "Other tickets with this signature" }).first().click();
      assert.match(page.url(), /signatures/);
      await page.getByRole("link", { name: "Sort and filter them in the index" }).click();
      const row = batch.summary.signatures.find(({ rule }) => page.url().endsWith(`signature=${rule}`));
      assert.equal(await count(page), row.tickets);
      await page.locator(".rows tbody a").first().click();
      await page.getByRole("link", { name: "All tickets" }).click();
      assert.equal(await count(page), batch.summary.total);
    }));
  test("axe finds nothing serious in a ticket", () => isAccessible(browser, ticket, LAPTOP));
});

describe("looks", () => {
  const pages = { index: queue.index, "small-index": small.index, "empty-index": none.index, signature, cluster };
  for (const [name, file] of Object.entries(pages)) {
    for (const [screen, viewport] of Object.entries({ phone: PHONE, laptop: LAPTOP })) {
      test(`axe finds nothing serious in ${name} on a ${screen}`, () => isAccessible(browser, file, viewport));
    }
    test(`${name} is no wider than the screen`, () => fitsScreens(browser, file, [LAPTOP, PHONE]));
    test(`${name}: everything is open on paper`, () => prints(browser, file));
    test(`${name}: pictures for people`, () => takePictures(browser, { file, name: `queue-${name}` }));
  }
  test("the filtered index: pictures for people", () =>
    withState(browser, queue.index, "verdict=hang&q=lock", async (page) => {
      await page.screenshot({ path: join((await import("./reports.mjs")).pictures, "queue-filtered-laptop.png") });
    }));
});

describe("large queues", () => {
  const say = (tell, name, file, taken) => {
    const told = Object.entries(taken).map(([what, time]) => `${what} ${Math.round(time)} ms`).join(", ");
    tell.diagnostic(`${name}, ${(statSync(file).size / 1e6).toFixed(1)} MB: ${told}`);
    // Guards against an index that hangs itself, not against a busy machine.
    for (const [what, time] of Object.entries(taken)) assert.ok(time < 60_000, what);
  };
  test("10,000 tickets", async (tell) => say(tell, "10,000 tickets", queue.index, await times(browser, queue.index)));
  test("100,000 tickets", { skip: Boolean(process.env.STACKLORE_QUICK) }, async (tell) => {
    const huge = makeQueue(100_000);
    try {
      say(tell, "100,000 tickets", huge.index, await times(browser, huge.index));
    } finally {
      rmSync(huge.folder, { recursive: true, force: true });
    }
  });
});
