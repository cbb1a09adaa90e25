// The checks themselves: each complains about a page that does everything a report must not do, and takes a good one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LAPTOP, PHONE, launch, withPage } from "./browser.mjs";
import { isHarmless, isHarmlessIndex, isHarmlessPage, needsNoScript, ownScripts } from "./checks/harmless.mjs";
import { fitsScreens, isAccessible, prints } from "./checks/looks.mjs";
import { edgesShowEvidence, keyboardReaches, linksLeadToTheirLines, searchFiltersStacks } from "./checks/use.mjs";

const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const bad = fixture("bad.html");
const good = fixture("good.html");
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

describe("a bad page is complained about", () => {
  const complains = (title, check) => test(title, () => assert.rejects(check, { code: "ERR_ASSERTION" }));
  complains("it runs scripts", () => isHarmless(browser, bad, []));
  complains("it runs scripts, as a page of a queue", () => isHarmlessPage(browser, bad));
  complains("it is no index", () => isHarmlessIndex(browser, bad));
  complains("its text needs script", () => needsNoScript(browser, bad));
  complains("its links lead nowhere", () => linksLeadToTheirLines(browser, bad));
  complains("its drawing shows no evidence", () => edgesShowEvidence(browser, bad, LAPTOP));
  complains("it is too wide", () => fitsScreens(browser, bad, [PHONE]));
  complains("it cannot be read", () => isAccessible(browser, bad, LAPTOP));
  complains("it stays folded on paper", () => prints(browser, bad));
  complains("the keyboard does not reach a button", () => keyboardReaches(browser, bad, ["button"]));
  complains("its search does nothing", () => searchFiltersStacks(browser, bad));

  test("what it does is noted", async () => {
    await withPage(browser, bad, {}, async (page, misdeeds) => {
      await page.waitForTimeout(100);
      const noted = misdeeds.join("\n");
      for (const word of ["dialog: hello", "dialog: 2", "request of https://example.org/pixel.png", "console: "]) {
        assert.ok(noted.includes(word), `${word} is not in:\n${noted}`);
      }
    });
  });
});

describe("a good page is taken", () => {
  test("it is harmless", async () => isHarmless(browser, good, await ownScripts(browser, good)));
  test("it needs no script", () => needsNoScript(browser, good));
  test("its links lead to lines", () => linksLeadToTheirLines(browser, good));
  test("they do without script", () => linksLeadToTheirLines(browser, good, { javaScriptEnabled: false }));
  test("its drawing shows evidence", () => edgesShowEvidence(browser, good, PHONE));
  test("it fits", () => fitsScreens(browser, good, [LAPTOP, PHONE]));
  test("it can be read", () => isAccessible(browser, good, PHONE));
  test("it is open on paper", () => prints(browser, good));
  test("the keyboard reaches all", () => keyboardReaches(browser, good, ["link", "edge", "search", "summary"]));
  test("its search filters", () => searchFiltersStacks(browser, good));
});
