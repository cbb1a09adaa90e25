"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows;
  // What stands where in a row.
  const ID = 0, PAGE = 1, VERDICT = 2, CERTAINTY = 3, HEAD = 4, RULES = 5, BYTES = 6, DATE = 7, TIME = 8, CLUSTER = 9, PROBLEM = 10;
  const SIZES = [50, 100, 500];
  const NONE = "-";

  // ---- How things are written.

  const number = new Intl.NumberFormat("en-US");
  function size(bytes) {
    if (bytes < 1000) { return bytes + " B"; }
    let value = bytes / 1000, unit = 0;
    while (value >= 999.5 && unit < 3) { value /= 1000; unit += 1; }
    return value.toFixed(value < 9.95 ? 1 : 0) + " " + ["kB", "MB", "GB", "TB"][unit];
  }
  function time(milliseconds) {
    return milliseconds < 1000 ? milliseconds + " ms" : (milliseconds / 1000).toFixed(1) + " s";
  }
  // Text only ever becomes text.
  function make(name, attributes, ...content) {
    const element = document.createElement(name);
    for (const key of Object.keys(attributes || {})) { element.setAttribute(key, attributes[key]); }
    element.append(...content);
    return element;
  }
  // Behind letters that are written from right to left a mark ends their direction, else a number that follows would
  // stand inside the name.
  const LEFTWARD = /([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]+)/gu;
  const directed = (text) => text.replace(LEFTWARD, "$1\u200e");
  // Only our own files: what Rust has written as an address has no other characters.
  function link(href, ...content) {
    return make("a", { href: /^[\w.~%-]+(\/[\w.~%-]+)*$/.test(href) ? href : "#" }, ...content);
  }

  // ---- Columns: how they sort, and what their cells hold.

  // Places of texts in their order, numbers in them by value; empty ones have none.
  function places(texts) {
    const padded = new Map();
    for (const text of texts) {
      if (text && !padded.has(text)) {
        padded.set(text, text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(16, "0")));
      }
    }
    const order = Array.from(padded.keys());
    order.sort((a, b) => {
      const left = padded.get(a), right = padded.get(b);
      return left < right ? -1 : left > right ? 1 : a < b ? -1 : 1;
    });
    const place = new Map(order.map((text, at) => [text, at]));
    return texts.map((text) => (text ? place.get(text) : Infinity));
  }
  const rule = (row) => data.rules[row[RULES][0]];
  const columns = {
    ticket: { name: "Ticket", down: false, keys: () => places(rows.map((row) => row[ID])) },
    verdict: { name: "Verdict", down: false, keys: () => rows.map((row) => row[VERDICT]) },
    certainty: { name: "Certainty", down: false, keys: () => rows.map((row) => (row[CERTAINTY] < 3 ? row[CERTAINTY] : Infinity)) },
    signature: { name: "Signature", down: false, keys: () => places(rows.map((row) => (rule(row) ? rule(row)[0] : ""))) },
    bytes: { name: "Size", down: true, keys: () => rows.map((row) => row[BYTES]) },
    date: { name: "Date", down: true, keys: () => places(rows.map((row) => row[DATE] || "")) },
    time: { name: "Time", down: true, keys: () => rows.map((row) => row[TIME]) },
  };
  const orders = new Map();
  // The rows in that order; rows without a value are last either way, equal ones stay in the order of the queue.
  function ordered(sort) {
    if (!orders.has(sort)) {
      const down = sort[0] === "-";
      const column = columns[down ? sort.slice(1) : sort];
      const keys = Float64Array.from(column.keys(), (key) => (down && key !== Infinity ? -key : key));
      const order = Uint32Array.from(rows, (_, at) => at);
      const then = sort === "verdict" ? Float64Array.from(rows, (row) => row[CERTAINTY]) : null;
      order.sort((a, b) => {
        if (keys[a] !== keys[b]) { return keys[a] < keys[b] ? -1 : 1; }
        return (then && then[a] - then[b]) || a - b;
      });
      orders.set(sort, order);
    }
    return orders.get(sort);
  }

  // ---- Filters.

  // Each gives the values of a row: numbers of options; the last option is "none".
  const facets = [
    { key: "verdict", name: "Verdict", all: "all verdicts", options: data.verdicts.map((v) => [v[0], v[1]]), of: (row) => [row[VERDICT]] },
    { key: "signature", name: "Signature", all: "all signatures", options: data.rules.map((r) => [r[0], r[0]]), none: "no signature",
      of: (row) => (row[RULES][0] < 0 ? (row[RULES].length > 1 ? row[RULES].slice(1) : [data.rules.length]) : row[RULES]) },
    { key: "certainty", name: "Certainty", all: "all", options: data.certainties.map((c) => [c, c]), none: "none", of: (row) => [row[CERTAINTY]] },
    { key: "cluster", name: "Unknown hang", all: "all", options: data.clusters.map((c) => [c, c]), none: "none",
      of: (row) => [row[CLUSTER] < 0 ? data.clusters.length : row[CLUSTER]] },
  ];
  const used = facets.filter((facet) => facet.options.length > 0);
  for (const facet of used) {
    if (facet.none) { facet.options.push([NONE, facet.none]); }
    facet.number = new Map(facet.options.map((option, at) => [option[0], at]));
  }
  let lower = null;
  function lowered() {
    lower = lower || {
      ids: rows.map((row) => row[ID].toLowerCase()),
      texts: data.texts.map((text) => text.toLowerCase()),
      rules: data.rules.map((r) => (r[0] + " " + r[1]).toLowerCase()),
    };
    return lower;
  }
  // A test of rows for words that all must be in ticket, headline or signature.
  function holds(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { return () => true; }
    const all = lowered();
    // Texts that many rows have in common are searched once.
    const tests = words.map((word) => {
      const texts = all.texts.map((text) => text.includes(word));
      const rules = all.rules.map((text) => text.includes(word));
      return (at) => {
        const row = rows[at];
        return texts[row[HEAD]] || (row[PROBLEM] >= 0 && texts[row[PROBLEM]]) || row[RULES].some((r) => rules[r]) || all.ids[at].includes(word);
      };
    });
    return (at) => tests.every((test) => test(at));
  }

  // ---- State, which the address keeps.

  const START = { q: "", sort: "verdict", page: 1, rows: 100 };
  let state = Object.assign({}, START);
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const next = Object.assign({}, START);
    next.q = (given.get("q") || "").slice(0, 1000);
    for (const facet of used) {
      const value = given.get(facet.key);
      next[facet.key] = facet.number.has(value) ? value : "";
    }
    const sort = given.get("sort") || "";
    if (Object.hasOwn(columns, sort.replace(/^-/, ""))) { next.sort = sort; }
    const page = parseInt(given.get("page"), 10);
    if (page > 1) { next.page = page; }
    const most = parseInt(given.get("rows"), 10);
    if (SIZES.includes(most)) { next.rows = most; }
    return next;
  }
  function written() {
    const given = new URLSearchParams();
    for (const key of ["q"].concat(used.map((facet) => facet.key), "sort", "page", "rows")) {
      const usual = START[key] === undefined ? "" : START[key];
      if (state[key] !== usual && state[key] !== undefined) { given.set(key, state[key]); }
    }
    return given.toString();
  }
  // Typing replaces the last entry of the history, everything else is a step of its own.
  function go(change, typing) {
    state = Object.assign({}, state, "page" in change ? {} : { page: 1 }, change);
    const address = location.href.split("#")[0] + "#" + written();
    history[typing ? "replaceState" : "pushState"](null, "", address);
    show();
  }

  // ---- The parts of the page.

  const place = document.getElementById("table");
  const controls = {};
  const form = make("div", { class: "filters", role: "search", "aria-label": "Filter the tickets" });
  controls.q = make("input", { type: "search", id: "q", autocomplete: "off", spellcheck: "false", placeholder: "words in ticket, headline or signature" });
  form.append(make("label", { class: "words" }, "Search", controls.q));
  for (const facet of used) {
    const select = make("select", { id: facet.key }, make("option", { value: "" }, facet.all));
    for (const option of facet.options) { select.append(make("option", { value: option[0] }, option[1])); }
    select.addEventListener("change", () => go({ [facet.key]: select.value }));
    controls[facet.key] = select;
    form.append(make("label", {}, facet.name, select));
  }
  controls.sort = make("select", { id: "sort" });
  for (const key of Object.keys(columns)) {
    const ways = columns[key].down ? ["-" + key, key] : [key, "-" + key];
    controls.sort.append(make("option", { value: ways[0] }, columns[key].name), make("option", { value: ways[1] }, columns[key].name + ", reversed"));
  }
  controls.sort.addEventListener("change", () => go({ sort: controls.sort.value }));
  form.append(make("label", { class: "sorted" }, "Sort by", controls.sort));
  const clear = make("button", { type: "button", id: "clear" }, "Clear");
  clear.addEventListener("click", () => {
    const nothing = { q: "" };
    for (const facet of used) { nothing[facet.key] = ""; }
    go(nothing);
    controls.q.focus();
  });
  form.append(clear);
  controls.q.addEventListener("input", () => go({ q: controls.q.value }, true));

  const found = make("output", { id: "found", "aria-live": "polite" });
  const before = [], after = [];
  function turners(ids) {
    const back = make("button", Object.assign({ type: "button" }, ids && { id: "before" }), "← Previous");
    const on = make("button", Object.assign({ type: "button" }, ids && { id: "after" }), "Next →");
    back.addEventListener("click", () => turn(-1));
    on.addEventListener("click", () => turn(1));
    before.push(back);
    after.push(on);
    return [back, on];
  }
  const most = make("select", { id: "rows" }, ...SIZES.map((size) => make("option", { value: size }, String(size))));
  most.addEventListener("change", () => go({ rows: Number(most.value) }));
  function turn(by) {
    go({ page: state.page + by });
    place.scrollIntoView();
  }

  // Cells are blocks on narrow screens, where they would no longer be cells to a screen reader but for their roles.
  const heads = make("tr", { role: "row" });
  const headOf = {};
  for (const key of Object.keys(columns)) {
    const column = columns[key];
    const button = make("button", { type: "button" }, column.name);
    const head = make("th", { scope: "col", role: "columnheader", class: key, "data-name": column.name }, button);
    button.addEventListener("click", () => {
      const first = column.down ? "-" + key : key;
      const other = column.down ? key : "-" + key;
      go({ sort: state.sort === first ? other : first });
    });
    headOf[key] = head;
    heads.append(head);
  }
  const body = make("tbody", { role: "rowgroup" });
  const table = make("table", { class: "rows", role: "table", "aria-labelledby": "tickets-title" }, make("thead", { role: "rowgroup" }, heads), body);
  const foot = make("div", { class: "pager" }, ...turners(false));
  place.append(form, make("div", { class: "pager" }, found, ...turners(true), make("label", {}, "Rows ", most)), table, foot);

  function drawn(at, nth) {
    const row = rows[at];
    const verdict = data.verdicts[row[VERDICT]];
    const ticket = make("th", { scope: "row", role: "rowheader" }, link(row[PAGE] || "tickets/" + row[ID] + ".html", make("bdi", { dir: "ltr" }, directed(row[ID]))));
    ticket.append(make("span", { class: "head" }, directed(data.texts[row[HEAD]] || "")));
    if (row[PROBLEM] >= 0) { ticket.append(make("span", { class: "problem" }, directed(data.texts[row[PROBLEM]]))); }
    const cell = (kind, ...content) => make("td", kind ? { role: "cell", class: kind } : { role: "cell" }, ...content);
    const certainty = data.certainties[row[CERTAINTY]];
    const cause = cell("");
    if (rule(row)) { cause.append(link(rule(row)[2], make("code", {}, rule(row)[0]))); }
    const others = row[RULES].length - 1;
    if (others) { cause.append(make("span", { class: "note" }, (rule(row) ? " and " : "") + others + " more")); }
    const date = String(row[DATE] || "");
    return make("tr", { role: "row", "aria-rowindex": nth + 2 },
      ticket,
      cell("", make("span", { class: "tag " + verdict[2] }, verdict[1])),
      certainty ? cell("", make("span", { class: "tag " + certainty }, certainty)) : cell(""),
      cause,
      cell("num", size(row[BYTES])),
      date ? cell("", make("time", { title: date }, date.slice(0, 10))) : cell(""),
      cell("num", time(row[TIME])));
  }

  // ---- Filter, sort, draw.

  function show() {
    const test = holds(state.q);
    const wanted = used.map((facet) => (state[facet.key] ? facet.number.get(state[facet.key]) : -1));
    const counts = used.map((facet) => new Uint32Array(facet.options.length));
    const totals = new Uint32Array(used.length);
    const fitting = [];
    for (const at of ordered(state.sort)) {
      if (!test(at)) { continue; }
      const row = rows[at];
      const values = used.map((facet) => facet.of(row));
      let failed = -1, fails = 0;
      for (let nth = 0; nth < used.length; nth += 1) {
        if (wanted[nth] >= 0 && !values[nth].includes(wanted[nth])) { failed = nth; fails += 1; }
      }
      // An option counts the rows that it would show beside the other filters.
      if (fails === 0) {
        fitting.push(at);
        for (let nth = 0; nth < used.length; nth += 1) { count(nth, values[nth]); }
      } else if (fails === 1) {
        count(failed, values[failed]);
      }
    }
    function count(nth, values) {
      totals[nth] += 1;
      for (const value of values) { counts[nth][value] += 1; }
    }
    const pages = Math.max(1, Math.ceil(fitting.length / state.rows));
    state.page = Math.min(state.page, pages);
    const from = (state.page - 1) * state.rows;
    const shown = fitting.slice(from, from + state.rows);
    body.replaceChildren(...shown.map((at, nth) => drawn(at, from + nth)));
    if (!shown.length) {
      body.append(make("tr", { role: "row" }, make("td", { role: "cell", colspan: Object.keys(columns).length }, "No ticket fits these filters.")));
    }
    table.setAttribute("aria-rowcount", fitting.length + 1);
    update(counts, totals, fitting.length, from, shown.length, pages);
  }

  function update(counts, totals, fitting, from, shown, pages) {
    const of = fitting === rows.length ? number.format(fitting) : number.format(fitting) + " of " + number.format(rows.length);
    const told = of + (rows.length === 1 ? " ticket" : " tickets")
      + (pages > 1 ? ": " + number.format(from + 1) + " to " + number.format(from + shown) : "");
    // Said once, and only if it has changed.
    if (found.textContent !== told) { found.textContent = told; }
    for (const button of before) { button.disabled = state.page <= 1; }
    for (const button of after) { button.disabled = state.page >= pages; }
    foot.hidden = pages <= 1;
    most.value = String(state.rows);
    if (controls.q.value !== state.q) { controls.q.value = state.q; }
    used.forEach((facet, nth) => {
      const options = controls[facet.key].options;
      options[0].textContent = facet.all + " (" + number.format(totals[nth]) + ")";
      facet.options.forEach((option, at) => {
        options[at + 1].textContent = option[1] + " (" + number.format(counts[nth][at]) + ")";
      });
      controls[facet.key].value = state[facet.key] || "";
    });
    controls.sort.value = state.sort;
    clear.disabled = !state.q && used.every((facet) => !state[facet.key]);
    for (const key of Object.keys(headOf)) {
      const way = state.sort === key ? "ascending" : state.sort === "-" + key ? "descending" : null;
      if (way) { headOf[key].setAttribute("aria-sort", way); } else { headOf[key].removeAttribute("aria-sort"); }
    }
  }

  function back() {
    // A plain anchor is no state.
    if (location.hash.length > 1 && !location.hash.includes("=")) { return; }
    state = read();
    show();
  }
  addEventListener("popstate", back);
  for (const tile of document.querySelectorAll("[data-verdict]")) {
    tile.addEventListener("click", (event) => {
      event.preventDefault();
      go({ verdict: tile.getAttribute("data-verdict") });
      document.getElementById("tickets").focus({ preventScroll: true });
      place.scrollIntoView();
    });
  }
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) { fold.open = true; }
  });
  state = read();
  place.hidden = false;
  show();
  // Opened by a link with filters, the table is what was asked for.
  if (location.hash.includes("=")) { place.scrollIntoView(); }
})();
