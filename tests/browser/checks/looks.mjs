// Sizes of screen, colours, paper, screen readers.

import assert from "node:assert/strict";
import { join } from "node:path";
import axe from "axe-core";
import { LAPTOP, PAPER, PHONE, withPage } from "../browser.mjs";
import { pictures } from "../reports.mjs";

/** No finding of axe that is serious or critical, contrast of colours included, light or dark. */
export async function isAccessible(browser, file, viewport) {
  await withPage(browser, file, { viewport }, async (page) => {
    await page.evaluate(axe.source);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await page.evaluate(seriousFindings), [], colorScheme);
    }
  });
}

async function seriousFindings() {
  const found = await window.axe.run(document, { resultTypes: ["violations"] });
  const serious = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => ({
    id,
    nodes: nodes.length,
    first: nodes[0].target.join(" "),
    html: nodes[0].html.slice(0, 200),
    why: nodes[0].failureSummary,
  }));
}

/** The page is never wider than the screen; what is wide scrolls in a box of its own. */
export async function fitsScreens(browser, file, viewports) {
  await withPage(browser, file, {}, async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    for (const viewport of viewports) {
      await page.setViewportSize(viewport);
      assert.deepEqual(await page.evaluate(tooWide), [], `the page scrolls sideways at ${viewport.width} pixels`);
    }
  });
}

/** How wide the page is if it is too wide, and the first elements that make it so. */
function tooWide() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const inBox = (element) => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const isOut = (element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !inBox(element);
  const out = [...document.querySelectorAll("body *")].filter(isOut);
  return [`${root.scrollWidth} of ${root.clientWidth}`, ...out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))];
}

/** On paper nothing stays folded, as nobody can open it there. */
export async function prints(browser, file) {
  await withPage(browser, file, { viewport: PAPER }, async (page) => {
    await page.emulateMedia({ media: "print" });
    const folded = await page.$$eval("details", (folds) =>
      folds
        .filter((fold) => fold.checkVisibility())
        .filter((fold) => [...fold.children].some((child) => child.localName !== "summary" && child.textContent.trim() && !child.checkVisibility()))
        .map((fold) => fold.querySelector("summary")?.textContent.trim().slice(0, 80)),
    );
    assert.deepEqual(folded, [], "folds that stay shut on paper");
    const controls = await page.$$eval("input, button", (all) => all.filter((control) => control.checkVisibility()).length);
    assert.equal(controls, 0, "controls on paper");
    const pdf = await page.pdf({ format: "A4" });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  });
}

/** Pixels of a picture: what follows looks alike. */
const PICTURE_HEIGHT = 5000;

async function shoot(page, file) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width: page.viewportSize().width, height: Math.min(height, PICTURE_HEIGHT) };
  await page.screenshot({ path: join(pictures, file), fullPage: true, clip });
}

/** Pictures for people to look at. */
export async function takePictures(browser, { file, name }) {
  await withPage(browser, file, { viewport: PHONE }, (page) => shoot(page, `${name}-phone.png`));
  await withPage(browser, file, { viewport: LAPTOP }, async (page) => {
    await shoot(page, `${name}-laptop.png`);
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot(page, `${name}-laptop-dark.png`);
  });
  await withPage(browser, file, { viewport: PAPER }, async (page) => {
    await page.emulateMedia({ media: "print" });
    await shoot(page, `${name}-print.png`);
  });
}

/** A name in a script that is written from right to left does not draw the number behind it into itself. */
export async function namesKeepTheirNumbers(browser, file, number) {
  await withPage(browser, file, {}, async (page) => {
    const torn = await page.evaluate((number) => {
      document.querySelectorAll("details").forEach((fold) => (fold.open = true));
      const torn = [];
      const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      const box = (node, from, to) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        return range.getBoundingClientRect();
      };
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const at = node.data.indexOf(`(${number})`);
        if (at <= 0 || !node.parentElement.checkVisibility()) continue;
        // The letters of the name before it, as far as they stand on the same line.
        const place = box(node, at + 1, at + 1 + number.length);
        for (let letter = Math.max(0, at - 8); letter < at; letter += 1) {
          const seen = box(node, letter, letter + 1);
          if (Math.abs(seen.top - place.top) < 5 && seen.left > place.left) {
            torn.push(node.data.trim().slice(0, 60));
            break;
          }
        }
      }
      return torn;
    }, number);
    assert.deepEqual(torn, [], "numbers that stand inside the name before them");
  });
}
