// Measures the documentation at the addresses given as arguments, the first one
// also beside a peer that shows its operations, and prints the figures as one JSON
// document, by address.
"use strict";

const { launch } = require("./chromium.js");
const runs = 7;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

async function paint(browser, url, figures) {
  const times = [];
  for (let i = 0; i <= runs; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.on("request", (r) => { figures.requests++; if (!r.url().startsWith(new URL(url).origin)) figures.elsewhere++; });
    const page = await context.newPage();
    figures.requests = 0;
    await page.goto(url);
    const time = await page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => { const e = list.getEntriesByName("first-contentful-paint")[0]; if (e) resolve(e.startTime); }).observe({ type: "paint", buffered: true });
    }));
    if (i > 0) times.push(time); // the first one warms the browser up
    figures.nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    await context.close();
  }
  figures.paint = median(times);
  figures.paintMost = Math.max(...times);
}

// shown is when a text could be seen: it is in the document, and a frame has gone by.
async function shown(browser, url, text) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript((text) => {
    const has = (root) => root.textContent.includes(text) || [...root.querySelectorAll("openapi-explorer")].some((e) => e.shadowRoot && has(e.shadowRoot));
    const look = () => {
      if (!document.body || !has(document.body)) return requestAnimationFrame(look);
      requestAnimationFrame(() => { window.shownAt = performance.now(); });
    };
    requestAnimationFrame(look);
  }, text);
  await page.goto(url);
  await page.waitForFunction(() => window.shownAt);
  const time = await page.evaluate(() => window.shownAt);
  await context.close();
  return time;
}

// The machine may be busy: the two take turns, so that the ratio holds.
async function beside(browser, url, peer, figures) {
  const ours = [], theirs = [];
  for (let i = 0; i <= 2 * runs; i++) {
    const a = await shown(browser, url, "domain9:thing99:get");
    const b = await shown(browser, peer, "domain9:thing99:get");
    if (i > 0) { ours.push(a); theirs.push(b); }
  }
  figures.shown = median(ours);
  figures.peerShown = median(theirs);
}

// From the key's event to the results in the document and laid out, and to the frame
// that shows them.
async function keystrokes(browser, url, figures) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(url);
  const begun = performance.now();
  await page.focus("#search");
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((r) => r.name.endsWith("search.json") && r.responseEnd > 0));
  figures.index = performance.now() - begun;
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    window.laidOut = [];
    window.shown = [];
    let key = 0;
    addEventListener("keydown", () => { key = performance.now(); }, true);
    document.getElementById("search").addEventListener("input", () => {
      document.getElementById("results").getBoundingClientRect();
      const began = key;
      window.laidOut.push(performance.now() - began);
      requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.shown.push(performance.now() - began); c.port2.postMessage(0); });
    });
  });
  for (const text of ["order", "customer note", "domain17", "thing7 get", "out_of_stock", "e", "zzz"]) {
    for (const key of text) { await page.keyboard.press(key === " " ? "Space" : key); await page.waitForTimeout(25); }
    for (let i = 0; i < text.length; i++) { await page.keyboard.press("Backspace"); await page.waitForTimeout(25); }
  }
  const { laidOut, shown } = await page.evaluate(() => ({ laidOut: window.laidOut, shown: window.shown }));
  Object.assign(figures, { keys: laidOut.length, key: median(laidOut), keyMost: Math.max(...laidOut), frame: median(shown), frameMost: Math.max(...shown) });
  await page.context().close();
}

(async () => {
  const browser = await launch();
  const out = {};
  try {
    const [peer, ...urls] = process.argv.slice(2);
    for (const url of urls) {
      const index = { requests: 0, elsewhere: 0 }, event = { requests: 0, elsewhere: 0 };
      await paint(browser, url, index);
      if (peer) await beside(browser, url, peer, index);
      await keystrokes(browser, url, index);
      await paint(browser, url + "domain0:thing1:get/1", event);
      out[url] = { index, event };
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify(out));
})().catch((e) => { console.error(e); process.exit(1); });
