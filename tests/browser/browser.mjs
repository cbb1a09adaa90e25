// The browser, and pages of which everything that a report must not do is written down.

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const PHONE = { width: 390, height: 844 };
export const LAPTOP = { width: 1280, height: 800 };
export const PAPER = { width: 794, height: 1123 };

/** Starts Chromium with a profile of its own; `CHROMIUM` names another program. */
export function launch() {
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(program)) {
    throw new Error(`${program} does not exist: install Chromium, or name it with the environment variable CHROMIUM`);
  }
  return chromium.launch({
    executablePath: program,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Notes what the policy of the page forbids, before any of the page's own script runs. */
function notePolicy() {
  window.__violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
}

/** Opens the file and gives the page and the list of its misdeeds, which grows while the page is used. */
export async function open(browser, file, options = {}) {
  const { viewport = LAPTOP, colorScheme = "light", javaScriptEnabled = true } = options;
  const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled, reducedMotion: "reduce" });
  const address = pathToFileURL(file).href;
  const misdeeds = [];
  context.on("request", (request) => {
    if (request.url().split("#")[0] !== address) misdeeds.push(`request of ${request.url()}`);
  });
  // Whatever is asked for is noted above and stays here.
  await context.route(/^(?!file:)/, (route) => route.abort());
  await context.addInitScript(notePolicy);
  const page = await context.newPage();
  context.on("page", (other) => other !== page && misdeeds.push("another page opened"));
  page.on("dialog", (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) misdeeds.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => misdeeds.push(`error: ${error.message}`));
  page.on("download", () => misdeeds.push("download"));
  await page.goto(address, { waitUntil: "load" });
  return { page, misdeeds, close: () => context.close() };
}

/** Opens the file, lets the function look at it, and closes it whatever happens. */
export async function withPage(browser, file, options, look) {
  const opened = await open(browser, file, options);
  try {
    return await look(opened.page, opened.misdeeds);
  } finally {
    await opened.close();
  }
}
