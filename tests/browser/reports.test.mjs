// The HTML reports in a browser: see README.md.

import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { LAPTOP, PHONE, launch, withPage } from "./browser.mjs";
import { isHarmless, needsNoScript, ownScripts } from "./checks/harmless.mjs";
import { fitsScreens, isAccessible, namesKeepTheirNumbers, prints, takePictures } from "./checks/looks.mjs";
import { edgesShowEvidence, keyboardReaches, linksLeadToTheirLines, searchFiltersStacks } from "./checks/use.mjs";
import { makeReports } from "./reports.mjs";

const made = makeReports();
const { reports } = made;
const named = (...names) => reports.filter(({ name }) => names.includes(name));
const ofKind = (...kinds) => reports.filter(({ kind }) => kinds.includes(kind));
const ordinary = ofKind("seed", "capture", "hostile", "made");
/** One of each make, for what does not depend on the text. */
const typical = named("netlink-warnd", "j-monitor-abba", "200-tasks", "hostile-html-console", "u-healthy-server", "nothing");
const drawn = named("netlink-warnd", "j-monitor-abba", "200-tasks");

let browser;
let scripts;
before(async () => {
  browser = await launch();
  scripts = await ownScripts(browser, named("u-mutex-cycle3")[0].file);
});
after(async () => {
  await browser?.close();
  rmSync(made.folder, { recursive: true, force: true });
});

/** One test for each report, two at a time. */
function forEach(title, list, check) {
  describe(title, { concurrency: 2 }, () => {
    for (const report of list) test(report.name, () => check(report));
  });
}

forEach("nothing of the ticket runs, loads or asks", ordinary, ({ file }) => isHarmless(browser, file, scripts));
forEach("the text is the same without script", ordinary, ({ file }) => needsNoScript(browser, file));
forEach("links lead to lines that are then seen", ordinary, ({ file }) => linksLeadToTheirLines(browser, file));
forEach("links work without script", typical, ({ file }) =>
  linksLeadToTheirLines(browser, file, { most: 8, javaScriptEnabled: false }));
forEach("the search filters the stacks", named("netlink-warnd", "j-monitor-abba", "hostile-html-java", "200-tasks"), ({ file }) =>
  searchFiltersStacks(browser, file));
forEach("the keyboard reaches links, folds, search and drawing", drawn, ({ file }) =>
  keyboardReaches(browser, file, ["link", "summary", "search", "edge"]));
for (const [screen, viewport] of Object.entries({ phone: PHONE, laptop: LAPTOP })) {
  forEach(`edges show their evidence on a ${screen}`, drawn, ({ file }) => edgesShowEvidence(browser, file, viewport));
  forEach(`axe finds nothing serious on a ${screen}`, typical, ({ file }) => isAccessible(browser, file, viewport));
}
forEach("no report is wider than the screen", ordinary, ({ file }) => fitsScreens(browser, file, [LAPTOP, PHONE]));
forEach("names from right to left keep their numbers behind them", named("hostile-unicode"), ({ file }) =>
  namesKeepTheirNumbers(browser, file, "4321"));
forEach("everything is open on paper", [...typical, ...named("rmmod-ttm-mutex")], ({ file }) => prints(browser, file));
forEach("pictures for people", typical, (report) => takePictures(browser, report));

forEach("a case of 100 megabytes", ofKind("huge"), async ({ file }) => {
  const { size } = statSync(file);
  assert.ok(size < 10_000_000, `the report has ${size} bytes`);
  // The best of three: other programs share the machine.
  const times = [];
  for (let turn = 0; turn < 3; turn += 1) {
    times.push(await withPage(browser, file, {}, (page) =>
      page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd)));
  }
  assert.ok(Math.min(...times) < 2000, `it opens in ${times.map(Math.round)} ms`);
  await isHarmless(browser, file, scripts);
  await linksLeadToTheirLines(browser, file, { most: 5 });
  await searchFiltersStacks(browser, file);
});
