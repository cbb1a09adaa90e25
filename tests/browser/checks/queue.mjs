// The index of a queue: filters, sorting, pages, state in the address, and how long it takes.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { open, withPage } from "../browser.mjs";

/** What the table tells: the line above it, and its first rows. */
export const table = (page) =>
  page.evaluate(() => ({
    told: document.getElementById("found").textContent,
    rows: [...document.querySelectorAll(".rows tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    ),
    hash: location.hash.slice(1),
  }));

/** The number of rows that the page says fit. */
export async function count(page) {
  const { told } = await table(page);
  return Number(told.split(" ")[0].replaceAll(",", ""));
}

/** Opens the index with this state in its address. */
export async function withState(browser, file, state, look) {
  const opened = await open(browser, file);
  try {
    await opened.page.goto("about:blank");
    await opened.page.goto(`${pathToFileURL(file).href}#${state}`, { waitUntil: "load" });
    return await look(opened.page, opened.misdeeds);
  } finally {
    await opened.close();
  }
}

/** Every filter shows as many rows as the summary has, and each option says so before it is chosen. */
export async function filtersCount(browser, { index, summary }) {
  const rules = (row) => row.findings.map((finding) => finding.rule);
  const word = (row) => (row.failed ? "not-read" : row.verdict);
  const { rule } = summary.signatures[1];
  const cluster = summary.clusters[0].id;
  const wanted = {
    verdict: [
      ["hang", (row) => word(row) === "hang"],
      ["not-read", (row) => word(row) === "not-read"],
      ["no-traces", (row) => word(row) === "no-traces"],
    ],
    signature: [
      [rule, (row) => rules(row).includes(rule)],
      ["-", (row) => row.findings.length === 0],
    ],
    certainty: [
      ["likely", (row) => row.certainty === "likely"],
      ["-", (row) => row.certainty === null],
    ],
    cluster: [[cluster, (row) => row.cluster === cluster]],
  };
  await withPage(browser, index, {}, async (page) => {
    for (const [facet, options] of Object.entries(wanted)) {
      const select = page.locator(`select#${facet}`);
      for (const [option, fits] of options) {
        const expected = summary.tickets.filter(fits).length;
        const promised = await select.locator(`option[value="${option}"]`).textContent();
        await select.selectOption(option);
        assert.equal(await count(page), expected, `${facet}=${option}`);
        assert.ok(promised.includes(`(${expected.toLocaleString("en-US")})`), `${promised}: ${expected}`);
        assert.ok((await table(page)).hash.includes(`${facet}=${option}`), "the address keeps it");
      }
      await select.selectOption("");
    }
    assert.equal(await count(page), summary.total, "everything again");
    // Two filters, and what the options of one say beside the other.
    await page.locator("select#verdict").selectOption("hang");
    const both = summary.tickets.filter((row) => word(row) === "hang" && rules(row).includes(rule)).length;
    const option = page.locator(`select#signature option[value="${rule}"]`);
    assert.ok((await option.textContent()).includes(`(${both.toLocaleString("en-US")})`));
    await page.locator("select#signature").selectOption(rule);
    assert.equal(await count(page), both);
    // The numbers at the top are filters too.
    await page.locator("#clear").click();
    await page.locator('[data-verdict="crash"]').click();
    assert.equal(await count(page), summary.verdicts.crash);
  });
}

/** All words must be in ticket, headline or signature, in any order, large or small. */
export async function wordsFilter(browser, { index, summary }) {
  const haystack = (row) =>
    [row.id, row.headline, row.problem ?? "", ...row.findings.flatMap(({ rule, title }) => [rule, title])].join("\n").toLowerCase();
  const fits = (words) => summary.tickets.filter((row) => words.every((word) => haystack(row).includes(word))).length;
  await withPage(browser, index, {}, async (page) => {
    const search = page.locator("input#q");
    for (const text of ["mutex", "Mutex  PROVEN", "ticket-00123", "lock likely 007", "no ticket has such words", "core file", "<script>", "__pwned"]) {
      await search.fill(text);
      const words = text.toLowerCase().split(/\s+/);
      assert.equal(await count(page), fits(words), text);
      assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("q"), text, "the address keeps it");
    }
    await search.fill("no ticket has such words");
    assert.match((await table(page)).rows.flat().join(), /No ticket fits/);
    await page.locator("#clear").click();
    assert.equal(await count(page), summary.total);
    assert.equal(await search.inputValue(), "");
  });
}

/** Each column sorts both ways; empty cells are last either way. */
export async function columnsSort(browser, { index, summary }) {
  const severity = ["hang", "crash", "suspect", "unknown", "not read", "no traces", "healthy"];
  const sureness = ["proven", "likely", "possible"];
  const natural = new Intl.Collator("en", { numeric: true });
  const sizes = new Map(summary.tickets.map((row) => [row.page, row]));
  const columns = {
    ticket: [(row) => row.ticket.id, (a, b) => natural.compare(a, b)],
    verdict: [(row) => severity.indexOf(row.cells[1]), (a, b) => a - b],
    certainty: [(row) => (row.cells[2] ? sureness.indexOf(row.cells[2]) : null), (a, b) => a - b],
    signature: [(row) => row.ticket.signature, (a, b) => (a < b ? -1 : a > b ? 1 : 0)],
    bytes: [(row) => row.ticket.bytes, (a, b) => a - b],
    date: [(row) => row.ticket.date, (a, b) => (a < b ? -1 : a > b ? 1 : 0)],
    time: [(row) => row.ticket.milliseconds, (a, b) => a - b],
  };
  const seen = async (page) =>
    (await page.$$eval(".rows tbody tr", (rows) =>
      rows.map((row) => ({ href: row.querySelector("a").getAttribute("href"), cells: [...row.children].map((cell) => cell.textContent) })),
    )).map((row) => ({ ...row, ticket: sizes.get(decodeURIComponent(row.href)) }));
  await withPage(browser, index, {}, async (page) => {
    await page.locator("select#rows").selectOption("500");
    // Plain names only: how hostile ones sort is nobody's wish.
    await page.locator("input#q").fill("ticket-0");
    for (const [name, [value, compare]] of Object.entries(columns)) {
      for (let turn = 0; turn < 2; turn += 1) {
        const head = page.locator(`.rows th.${name}`);
        await head.locator("button").click();
        const way = await head.getAttribute("aria-sort");
        assert.match(way ?? "", /^(a|de)scending$/);
        assert.equal(await page.locator(".rows th[aria-sort]").count(), 1, "one column is the one");
        const values = (await seen(page)).map(value);
        const given = values.filter((one) => one !== null);
        assert.ok(values.slice(given.length).every((one) => one === null), `${name} ${way}: empty ones are last`);
        const sign = way === "ascending" ? 1 : -1;
        const wrong = given.findIndex((one, at) => at > 0 && sign * compare(given[at - 1], one) > 0);
        assert.equal(wrong, -1, `${name} ${way}: ${given[wrong - 1]} before ${given[wrong]}`);
        assert.ok(new Set(given).size > 1 || given.length === 500, `${name} ${way} shows something`);
      }
    }
  });
}

/** The address brings everything back: on loading, and on going back. */
export async function addressKeepsState(browser, { index, summary }) {
  const { rule } = summary.signatures[0];
  const state = `q=ticket&verdict=hang&signature=${rule}&sort=-bytes&page=2&rows=50`;
  const word = (row) => !row.failed && row.verdict === "hang" && row.findings.some((finding) => finding.rule === rule);
  await withState(browser, index, state, async (page, misdeeds) => {
    const first = await table(page);
    const expected = summary.tickets.filter((row) => word(row) && row.id.includes("ticket")).length;
    assert.equal(await count(page), expected);
    assert.match(first.told, /: 51 to /);
    assert.equal(await page.locator("input#q").inputValue(), "ticket");
    assert.equal(await page.locator("select#signature").inputValue(), rule);
    await page.locator("select#verdict").selectOption("healthy");
    assert.equal((await table(page)).rows.length, 1, "nothing is healthy and has a signature");
    await page.goBack();
    assert.deepEqual(await table(page), first, "back is where it was");
    await page.goForward();
    assert.equal((await table(page)).rows.length, 1);
    assert.deepEqual(misdeeds.filter((deed) => !deed.startsWith("request of about:")), []);
  });
  for (const nonsense of ["verdict=fine&sort=__proto__&page=-3&rows=7", "sort=-constructor&page=1e9", "%%%=1", "signature=<b>", "tickets"]) {
    await withState(browser, index, nonsense, async (page) => {
      assert.equal(await count(page), summary.total, nonsense);
      assert.equal(await page.evaluate(() => window.__pwned), undefined);
    });
  }
}

/** Tab reaches filters, columns, rows and pages; Enter and Space use them, and one hears how many rows there are. */
export async function keyboardFilters(browser, { index, summary }) {
  await withPage(browser, index, {}, async (page) => {
    const tabTo = async (selector) => {
      for (let press = 0; press < 200; press += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate((selector) => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          const box = element.getBoundingClientRect();
          return { there: element.matches(selector), ring: style.outlineStyle !== "none", seen: box.bottom > 0 && box.top < innerHeight };
        }, selector);
        if (at.there) {
          assert.ok(at.ring, `one sees that the focus is on ${selector}`);
          assert.ok(at.seen, `${selector} is on the screen`);
          return;
        }
      }
      assert.fail(`Tab does not reach ${selector}`);
    };
    await tabTo("[data-verdict=hang]");
    await page.keyboard.press("Enter");
    assert.equal(await count(page), summary.verdicts.hang);
    await tabTo("input#q");
    await page.keyboard.type("mutex");
    const some = await count(page);
    assert.ok(some > 0 && some < summary.verdicts.hang);
    await tabTo("#after");
    await page.keyboard.press("Space");
    assert.match((await table(page)).told, /: 101 to /);
    assert.equal(await page.evaluate(() => document.activeElement.id), "after", "the focus stays");
    await tabTo(".rows th.bytes button");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".rows th.bytes").getAttribute("aria-sort"), "descending");
    await tabTo(".rows tbody a");
    const live = await page.locator("#found").evaluate((line) => line.getAttribute("aria-live") ?? line.role);
    assert.equal(live, "polite");
  });
}

/** Links of these pages lead to files of the same folder that are there; `made` are pages that need not be. */
export async function linksLeadToFiles(browser, { folder }, files, made = new Set()) {
  for (const file of files) {
    const hrefs = await withPage(browser, file, {}, (page) => page.$$eval("a[href]", (links) => [...new Set(links.map((link) => link.getAttribute("href")))]));
    assert.ok(hrefs.length > 0);
    const lost = hrefs.filter((href) => {
      const path = decodeURIComponent(href.split("#")[0]);
      if (path === "" || /^https:/.test(path)) return false;
      const target = join(dirname(file), path);
      const inside = target.startsWith(`${folder}/`);
      const known = made.has(target.slice(folder.length + 1));
      return !inside || (!known && !existsSync(target));
    });
    assert.deepEqual(lost, [], `links of ${file} that lead nowhere`);
  }
}

/** Milliseconds to open the page, to filter it by words that were not searched before, and to sort it. */
export async function times(browser, file) {
  return withPage(browser, file, {}, async (page) => {
    const opened = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
    const measured = await page.evaluate(async () => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const time = async (act) => {
        const start = performance.now();
        act();
        await drawn();
        return performance.now() - start;
      };
      const search = document.getElementById("q");
      const type = (text) => time(() => {
        search.value = text;
        search.dispatchEvent(new Event("input"));
      });
      const pick = (id, value) => time(() => {
        const select = document.getElementById(id);
        select.value = value;
        select.dispatchEvent(new Event("change"));
      });
      return {
        words: await type("lock proven 7"),
        "more words": await type("lock proven 77"),
        verdict: await pick("verdict", "hang"),
        everything: await type(""),
        "by ticket": await time(() => document.querySelector("th.ticket button").click()),
        "by date": await time(() => document.querySelector("th.date button").click()),
      };
    });
    return { open: opened, ...measured };
  });
}
