// Links, search and keyboard.

import assert from "node:assert/strict";
import { withPage } from "../browser.mjs";

/** Ids that links of the page lead to and that do not exist. */
function danglingLinks() {
  const links = [...document.querySelectorAll('a[href^="#"]')];
  return [...new Set(links.map((link) => decodeURIComponent(link.getAttribute("href").slice(1))))].filter(
    (id) => id !== "" && !document.getElementById(id),
  );
}

/** Follows the link of that number and gives whether its target is then seen on the screen. */
async function follow(page, index) {
  await page.evaluate((index) => {
    document.querySelectorAll("details").forEach((fold) => (fold.open = false));
    document.querySelectorAll('a[href^="#"]')[index].dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, view: window }),
    );
  }, index);
  // The browser opens folds and scrolls in its own time.
  return page
    .waitForFunction((index) => {
      const id = decodeURIComponent(document.querySelectorAll('a[href^="#"]')[index].getAttribute("href").slice(1));
      const target = document.getElementById(id);
      const box = target.getBoundingClientRect();
      return target.checkVisibility() && box.bottom > 0 && box.top < window.innerHeight;
    }, index, { timeout: 1500 })
    .then(() => true, () => false);
}

export async function linksLeadToTheirLines(browser, file, { most = 25, javaScriptEnabled = true } = {}) {
  await withPage(browser, file, { javaScriptEnabled }, async (page) => {
    assert.deepEqual(await page.evaluate(danglingLinks), [], "links that lead nowhere");
    const hrefs = await page.$$eval('a[href^="#"]', (links) => links.map((link) => link.getAttribute("href")));
    const first = hrefs.map((href, at) => at).filter((at) => hrefs.indexOf(hrefs[at]) === at && hrefs[at] !== "#");
    // A big report has thousands of links of the same make: some of all parts of it are followed.
    const step = Math.max(1, Math.ceil(first.length / most));
    const lost = [];
    for (const at of first.filter((_, nth) => nth % step === 0)) {
      if (!(await follow(page, at))) lost.push(hrefs[at]);
    }
    assert.deepEqual(lost, [], "links whose target is not seen after a click");
  });
}

const shownStacks = (page) =>
  page.$$eval(".stack", (stacks) => stacks.filter((stack) => !stack.hidden).map((stack) => stack.textContent.toLowerCase()));

export async function searchFiltersStacks(browser, file) {
  await withPage(browser, file, {}, async (page) => {
    const all = await shownStacks(page);
    assert.ok(all.length > 0, "there are stacks");
    const search = page.locator("input[type=search]#search");
    assert.equal(await search.count(), 1, "there is a search field");
    assert.ok(await search.isVisible(), "the search field is visible");
    const name = await search.evaluate((field) => field.labels?.length || field.getAttribute("aria-label"));
    assert.ok(name, "the search field has a name");
    const words = [...new Set(all[all.length - 1].match(/[a-z_]{6,}/g))];
    const wanted = words.find((word) => all.some((stack) => !stack.includes(word))) ?? words[0];
    await search.fill(wanted.toUpperCase());
    await page.waitForFunction((word) => [...document.querySelectorAll(".stack")].every(
      (stack) => stack.hidden !== stack.textContent.toLowerCase().includes(word)), wanted, { timeout: 3000 });
    assert.deepEqual(await shownStacks(page), all.filter((stack) => stack.includes(wanted)), `stacks with ${wanted}`);
    await search.fill("no stack has such a word");
    await page.waitForFunction(() => [...document.querySelectorAll(".stack")].every((stack) => stack.hidden), null, { timeout: 3000 });
    await search.fill("");
    await page.waitForFunction((count) => [...document.querySelectorAll(".stack")].filter((s) => !s.hidden).length === count, all.length, { timeout: 3000 });
  });
}

/** What has the focus: its kind, and whether one sees that it has it. */
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return { kind: "none" };
  const kinds = { "svg a.edge": "edge", "#search": "search", summary: "summary", a: "link" };
  const kind = Object.entries(kinds).find(([selector]) => element.matches(selector))?.[1] ?? element.localName;
  const style = getComputedStyle(element);
  const inside = [...element.querySelectorAll("*")].map((child) => getComputedStyle(child));
  const ring = style.outlineStyle !== "none" || style.boxShadow !== "none";
  // In a drawing there is no outline around a line that is not straight: it is drawn stronger instead.
  const drawn = kind === "edge" && inside.some((child) => child.outlineStyle !== "none" || parseFloat(child.strokeWidth) > 2);
  const box = element.getBoundingClientRect();
  const name = element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length || element.title;
  return { kind, ring: ring || drawn, name: Boolean(name), seen: box.bottom > 0 && box.top < window.innerHeight };
}

export async function keyboardReaches(browser, file, wanted) {
  await withPage(browser, file, {}, async (page) => {
    const reached = new Map();
    for (let press = 0; press < 400; press += 1) {
      await page.keyboard.press("Tab");
      const now = await page.evaluate(focused);
      if (now.kind === "none" && press > 3) break;
      if (!reached.has(now.kind)) reached.set(now.kind, now);
      if (wanted.every((kind) => reached.has(kind))) break;
    }
    for (const kind of wanted) {
      assert.ok(reached.has(kind), `Tab does not reach: ${kind} (it reaches ${[...reached.keys()]})`);
      const at = reached.get(kind);
      assert.ok(at.ring, `one does not see that the focus is on: ${kind}`);
      assert.ok(at.seen, `the page does not scroll to what has the focus: ${kind}`);
      assert.ok(at.name, `it has no name for a screen reader: ${kind}`);
    }
  });
}

const visibleTips = (page) =>
  page.$$eval(".tip", (tips) =>
    tips
      .filter((tip) => tip.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && tip.getBoundingClientRect().width > 0)
      .map((tip) => tip.textContent.trim()),
  );

/** The evidence of an edge is shown while the edge has the focus or the pointer, and on the screen. */
export async function edgesShowEvidence(browser, file, viewport) {
  await withPage(browser, file, { viewport }, async (page) => {
    const edge = page.locator("svg a.edge").first();
    await edge.scrollIntoViewIfNeeded();
    assert.deepEqual(await visibleTips(page), [], "evidence of edges is hidden at first");
    await edge.focus();
    const tips = await visibleTips(page);
    assert.equal(tips.length, 1, "one edge's evidence is shown on focus");
    assert.ok(tips[0].length > 0, "the evidence has words");
    const outside = await page.$$eval(".tip", (tips) => {
      const shown = tips.filter((tip) => tip.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
      return shown.map((tip) => tip.getBoundingClientRect()).some((box) => box.left < -1 || box.right > window.innerWidth + 1);
    });
    assert.ok(!outside, "the evidence is cut off at the side of the screen");
    await edge.blur();
    assert.deepEqual(await visibleTips(page), [], "it is hidden again");
    await edge.locator("path, line, polyline, text").first().hover({ force: true });
    assert.equal((await visibleTips(page)).length, 1, "one edge's evidence is shown under the pointer");
  });
}
