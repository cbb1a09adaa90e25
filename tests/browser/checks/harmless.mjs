// Nothing of the ticket runs, loads or asks.

import assert from "node:assert/strict";
import { withPage } from "../browser.mjs";

/** What a page has that could run or load something. */
function inventory() {
  const handlers = [];
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) handlers.push(`<${element.localName} ${name}=${value}>`);
    }
  }
  const addresses = [...document.querySelectorAll("[href], [src], [action]")].map((element) =>
    String(element.getAttribute("href") ?? element.getAttribute("src") ?? element.getAttribute("action")),
  );
  const loaders = "img, image, iframe, object, embed, base, link, form, video, audio, foreignObject, animate, set";
  return {
    handlers,
    scripts: [...document.scripts].map((script) => ({ src: script.src, text: script.textContent })),
    addresses: addresses.filter((address) => !/^(#|https:\/\/)/.test(address)),
    loaders: [...document.querySelectorAll(loaders)].map((element) => element.outerHTML.slice(0, 100)),
    policy: document.querySelector('meta[http-equiv="Content-Security-Policy" i]')?.content ?? "",
    violations: window.__violations,
    pwned: window.__pwned,
    title: document.title,
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id).filter((id, at, all) => all.indexOf(id) !== at),
  };
}

/** Scripts of a report that has nothing hostile in it: the only ones that are allowed anywhere. */
export async function ownScripts(browser, file) {
  return withPage(browser, file, {}, async (page) => (await page.evaluate(inventory)).scripts);
}

export async function isHarmless(browser, file, scripts) {
  await withPage(browser, file, {}, async (page, misdeeds) => {
    // Whatever waits for the pointer, the focus or a click gets it.
    await page.mouse.move(300, 300);
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    await page.waitForTimeout(50);
    const found = await page.evaluate(inventory);
    assert.deepEqual(misdeeds, [], "requests, dialogs, messages on the console");
    assert.deepEqual(found.violations, [], "what the policy had to stop");
    assert.equal(found.pwned, undefined, "a script of the ticket ran");
    assert.deepEqual(found.handlers, [], "handlers in attributes");
    assert.deepEqual(found.loaders, [], "elements that load, send or move something");
    assert.deepEqual(found.addresses, [], "addresses that lead somewhere else");
    assert.deepEqual(found.scripts, scripts, "scripts that are not the report's own");
    assert.deepEqual(found.ids, [], "ids that are used twice");
    assert.match(found.policy, /default-src 'none'/, "the policy of the page");
    assert.doesNotMatch(found.policy, /unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*/, "the policy of the page");
    assert.doesNotMatch(found.title, /^owned$/, "the title is the report's own");
  });
}

/** Only its own files, by relative names. */
const isOwn = (address) => /^(\.\.\/){0,2}[\w.~%-]+(\/[\w.~%-]+)*(#.*)?$/.test(address);

/** The same for a page of a queue: it links to other files of its folder, and has a script only where it is the index. */
export async function isHarmlessPage(browser, file, look = async () => {}) {
  await withPage(browser, file, {}, async (page, misdeeds) => {
    await page.mouse.move(300, 300);
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    const scripts = await look(page);
    await page.waitForTimeout(50);
    const found = await page.evaluate(inventory);
    assert.deepEqual(misdeeds, [], "requests, dialogs, messages on the console");
    assert.deepEqual(found.violations, [], "what the policy had to stop");
    assert.equal(found.pwned, undefined, "a script of a ticket ran");
    assert.deepEqual(found.handlers, [], "handlers in attributes");
    assert.deepEqual(found.loaders, [], "elements that load, send or move something");
    assert.deepEqual(found.addresses.filter((address) => !isOwn(address)), [], "addresses that lead somewhere else");
    assert.equal(found.scripts.length, scripts ?? 0, "scripts");
    assert.deepEqual(found.ids, [], "ids that are used twice");
    assert.match(found.policy, /default-src 'none'/, "the policy of the page");
    assert.doesNotMatch(found.policy, /unsafe|https?:|\*/, "the policy of the page");
  });
}

/** The index of a queue: each of its pages of rows, with every name that wants to be more than a name. */
export function isHarmlessIndex(browser, file) {
  return isHarmlessPage(browser, file, async (page) => {
    const shown = new Set();
    assert.equal(await page.locator("input#q").count(), 1, "the table of tickets has its search");
    for (const word of ["pwned", "script", "{{", "javascript:", "=hyperlink", "txt.exe", "passwd", "slot", "escape"]) {
      await page.locator("input#q").fill(word);
      for (const text of await page.$$eval(".rows tbody bdi", (names) => names.map((name) => name.textContent))) shown.add(text);
      assert.deepEqual(await page.$$eval(".rows a", (links) => links.map((link) => link.getAttribute("href")).filter((href) => !/^(tickets|signatures)\/[\w.-]+$/.test(href))), []);
    }
    assert.ok(shown.has("<script>window.__pwned=1;alert(1)</script>"), "a hostile name is shown as it is");
    assert.ok(shown.has("{{ 7 * 7 }}{% raw %}"), "no template engine has seen it");
    assert.ok(shown.has("\\u{202e}txt.exe\\u{2066}"), "marks of direction are shown");
    await page.locator("input#q").fill("");
    // The data and the index's own.
    return 2;
  });
}

/** The text of the page is there without script, and the same. */
export async function needsNoScript(browser, file) {
  const read = (page) =>
    page.evaluate(() => {
      const copy = document.querySelector("main").cloneNode(true);
      // The search works with script only, so it may be there with script only.
      copy.querySelectorAll("script, noscript, [role=search], label[for=search], #search, [aria-live]").forEach((e) => e.remove());
      return copy.textContent.replace(/\s+/g, " ");
    });
  const withScript = await withPage(browser, file, {}, read);
  await withPage(browser, file, { javaScriptEnabled: false }, async (page) => {
    assert.equal(await read(page), withScript, "the text with and without script");
    const heading = page.locator("h1").first();
    assert.ok(await heading.isVisible(), "the heading is visible without script");
    const search = page.locator("#search");
    assert.ok(!(await search.count()) || !(await search.isVisible()), "a search that cannot work is shown without script");
  });
}
