// Uses the documentation at the address given as the argument as people do, and
// prints what was seen as one JSON document.
"use strict";

const { Visitor } = require("./visitor.js");
const base = process.argv[2];
const event = base + "/docs/orders:order:place/2";
const old = base + "/docs/orders:order:place/1";
const token = "token-of-the-test";

const expected = /\/(docs\/nothing\/7|favicon\.ico)$/; // what is not there: a page, and the icon that browsers ask any host for
const visitor = new Visitor(base, expected, (url) => url.startsWith("data:"));
const open = visitor.open.bind(visitor);

const field = (page, path) => page.locator(`[id="input:${path}"]`);
const problem = (page, path) => page.locator(`[id="problem:${path}"]`).textContent();
const path = (page) => new URL(page.url()).pathname;
const focus = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
const tag = (page) => page.locator("#console [aria-live] .tag").textContent();
const send = (page) => page.getByRole("button", { name: "send", exact: true }).click();

async function query(page, text) {
  await page.fill("#search", text);
  await page.waitForFunction(() => !document.getElementById("found").textContent.startsWith("Loading"));
  return page.locator("#results a").evaluateAll((list) => list.map((a) => a.getAttribute("href")));
}

async function ready(page) {
  await page.locator("#console button.primary").waitFor();
  return page;
}

const cases = {
  async search() {
    const page = await open(base + "/docs/");
    const out = {};
    for (const [what, text] of Object.entries({ name: "order:get", doc: "immediately", field: "productid", enum: "posted", code: "out_of_stock", two: "receipt posted", none: "zzz" })) out[what] = await query(page, text);
    await query(page, "order_not_found");
    await page.press("#search", "Enter");
    await page.waitForURL("**/orders*get/1");
    out.opened = decodeURIComponent(path(page));
    return out;
  },
  async searchCleared() {
    const page = await open(base + "/docs/");
    await query(page, "order_not_found");
    await page.press("#search", "Escape");
    const cleared = [await page.isHidden("#results"), await page.isVisible("main")];
    await page.keyboard.press("/");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(200);
    return { cleared, stays: path(page) };
  },
  async deepLink() {
    const page = await open(event);
    const anchor = await page.locator("#request .fields .field > .name", { hasText: "count" }).getAttribute("href");
    await page.goto("about:blank");
    await page.goto(event + anchor);
    return page.evaluate(() => {
      const li = document.querySelector(":target"), box = li.getBoundingClientRect();
      const header = document.querySelector("header").getBoundingClientRect();
      return {
        field: li.querySelector(".name").textContent,
        inView: box.top >= header.bottom - 1 && box.top < innerHeight,
        highlighted: getComputedStyle(li.querySelector(".field")).backgroundColor !== "rgba(0, 0, 0, 0)",
      };
    });
  },
  async consoleAnswers() {
    const page = await ready(await open(event));
    await page.fill("#console-flow", "flow-of-the-test");
    await page.fill("#console-auth", token);
    await field(page, "/customer").fill("Grace");
    await send(page);
    await tag(page);
    const line = await page.locator("#console [aria-live] p").textContent();
    const answer = JSON.parse(await page.locator("#console [aria-live] pre code").first().textContent());
    await page.getByText("headers", { exact: true }).click();
    const headers = await page.locator("#console [aria-live] details pre").textContent();
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie);
    const { name, version, flowId, auth, payload } = page.posts[0];
    await page.getByText("history", { exact: true }).click();
    await field(page, "/customer").fill("Someone else");
    await page.locator("#console .history button").click();
    const out = {
      line: line.replace(/\d+\.\d ms/, "N ms"), answer: [answer.name, answer.flowId, answer.payload.id], headers: /content-type: application\/json/.test(headers),
      sent: { name, version, flowId, auth, customer: payload.customer }, stored: stored.includes(token),
      history: [await page.locator("#console .history button").count(), await field(page, "/customer").inputValue()],
    };
    await ready(await page.reload().then(() => page));
    out.afterReload = [await page.inputValue("#console-auth"), await page.locator("#console .history button").count()];
    return out;
  },
  async consoleFails() {
    const page = await ready(await open(event));
    await field(page, "/customer").fill("nobody");
    await send(page);
    const code = JSON.parse(await page.locator("#console [aria-live] pre code").first().textContent()).payload;
    return { tag: await tag(page), code: code.code, message: code.message };
  },
  async consoleProblems() {
    const page = await ready(await open(event));
    await field(page, "/customer").fill("A");
    await field(page, "/lines/0/productId").fill("nonsense");
    await field(page, "/lines/0/count").fill("100");
    await field(page, "/by").fill("tomorrow");
    await send(page);
    const out = { focus: await page.evaluate(() => document.activeElement.id) };
    for (const at of ["/customer", "/lines/0/productId", "/lines/0/count", "/by"]) out[at] = await problem(page, at);
    out.invalid = await page.locator("#console [aria-invalid=true]").count();
    await field(page, "/lines/0/count").fill("many");
    await send(page);
    out.text = await problem(page, "/lines/0/count");
    await page.getByRole("button", { name: "remove the last" }).first().click();
    await send(page);
    out.noLines = await page.locator("#console .problem:visible").allTextContents();
    out.posts = page.posts.length;
    return out;
  },
  // An example of null must be sent as null, and a recursive type must not unfold by itself.
  async consoleNullable() {
    const page = await ready(await open(event));
    await send(page);
    await tag(page);
    return page.posts[0].payload;
  },
  async consoleRaw() {
    const page = await ready(await open(event));
    await page.getByRole("tab", { name: "JSON" }).click();
    const raw = page.getByLabel("payload as JSON");
    const shown = JSON.parse(await raw.inputValue()).customer;
    await raw.fill("{not json");
    await send(page);
    const broken = await page.locator("#console [role=alert]").textContent();
    await raw.fill('{"customer":"Ada","lines":[]}');
    await send(page);
    const problems = await page.locator("#console [role=alert]").textContent();
    const posts = page.posts.length;
    await raw.fill('{"customer":"Raw","lines":[{"productId":"p-2","count":1,"note":null,"weight":3}],"by":"2027-01-31T12:00:00Z","parcel":"paid"}');
    await send(page);
    await tag(page);
    await page.getByRole("tab", { name: "form" }).click();
    return { shown, broken: broken.startsWith("the payload is not JSON"), problems, posts, sent: page.posts[0].payload.parcel, form: await field(page, "/customer").inputValue() };
  },
  async consoleOfARawHandler() {
    const page = await ready(await open(base + "/docs/raw:thing:do/1"));
    await send(page);
    return tag(page);
  },
  async keyboard() {
    const page = await open(base + "/docs/");
    await page.keyboard.press("j");
    const first = await focus(page);
    const outline = await page.evaluate(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; });
    await page.keyboard.press("j");
    const second = await focus(page);
    await page.keyboard.press("k");
    const back = (await focus(page)) === first;
    await page.keyboard.press("?");
    const help = await page.isVisible("#keys");
    await page.keyboard.press("Escape");
    const closed = await page.isHidden("#keys");
    await page.keyboard.press("/");
    await page.keyboard.type("place");
    await page.locator("#results a").first().waitFor();
    await page.keyboard.press("ArrowDown");
    const result = await focus(page);
    await page.keyboard.press("j");
    const next = await focus(page);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/orders*place/*");
    const opened = decodeURIComponent(path(page));
    await page.goto(event);
    await ready(page);
    await page.keyboard.press("t");
    const tries = await page.evaluate(() => document.getElementById("console").contains(document.activeElement));
    for (let i = 0; i < 60 && (await focus(page)) !== "send"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const answered = await tag(page);
    await page.goto(base + "/docs/");
    await page.keyboard.press("Tab");
    const skip = await focus(page);
    return { first, second, back, outline, help, closed, result, next, opened, tries, answered, skip };
  },
  async theme() {
    const page = await open(base + "/docs/", { colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await paper();
    await page.click("#theme");
    const after = await paper();
    await page.goto(event);
    return { before, after, kept: await paper() };
  },
  async withoutJavaScript() {
    const index = await open(base + "/docs/", { javaScriptEnabled: false });
    const dead = async (page) => { let n = 0; for (const e of await page.locator("input, textarea, select, button, #console, dialog, search").all()) n += await e.isVisible(); return n; };
    const out = { events: await index.locator(".events li").count(), deadOnIndex: await dead(index) };
    await index.getByRole("link", { name: "orders:order:place", exact: true }).click();
    out.title = (await index.textContent("h1")).trim();
    out.readable = await index.getByText("which product, as the catalogue knows it").first().isVisible();
    out.changes = await index.locator("#changes .tag.bad").count() > 0;
    await index.locator("#request summary").click();
    out.schema = await index.locator("#request pre").isVisible();
    out.deadOnEvent = await dead(index);
    return out;
  },
  async internal() {
    const page = await open(base + "/docs/");
    const leaks = [];
    for (const file of ["", "search.json", "catalog.json", "asyncapi.json", "openapi.json", "docs.md", "llms.txt", "orders:order:place/2", "ledger:entry:audit/1", "ledger:entry:audit/2", "ledger:entry:audit/1/request.schema.json"]) {
      const r = await page.request.get(base + "/docs/" + file);
      if (/ledger/i.test(await r.text()) || (file.startsWith("ledger") && r.status() !== 404)) leaks.push(file);
    }
    return { leaks, found: await query(page, "ledger") };
  },
  async hostile() {
    const page = await open(base + "/hostile/docs/");
    const links = await page.locator(".events li > a:first-child").evaluateAll((l) => l.map((a) => a.href));
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    await page.setViewportSize({ width: 360, height: 800 });
    const out = { events: links.length, overflow: await overflow(), found: (await query(page, "alert(")).length, pages: [] };
    for (const link of links) {
      await page.goto(link);
      await ready(page);
      await send(page);
      await tag(page);
      await page.getByRole("tab", { name: "JSON" }).click();
      out.pages.push({
        script: await page.locator("main script, main [onerror], main a[href^=javascript]").count(), shown: (await page.textContent("h1")).trim(),
        overflow: await overflow(), answer: await tag(page),
      });
    }
    return out;
  },
  async print() {
    const page = await ready(await open(event));
    await page.emulateMedia({ media: "print" });
    const out = {};
    for (const s of ["header", "footer", "#console", "main h1", "#request .fields"]) out[s] = await page.locator(s).first().isVisible();
    return out;
  },
  async accessible() {
    return visitor.inspect(async (page, look) => {
      await page.goto(base + "/docs/"); await look("index");
      await query(page, "order"); await look("results");
      await query(page, "zzz"); await look("no results");
      await page.goto(base + "/docs/"); await page.click("#help"); await look("help");
      await page.goto(old); await ready(page); await look("deprecated");
      await page.goto(event); await ready(page);
      for (const d of await page.locator("details > summary").all()) if (!(await d.evaluate((s) => s.parentElement.open)) && await d.isVisible()) await d.click();
      await look("event");
      await field(page, "/customer").fill("A"); await send(page); await look("problems");
      await page.getByRole("tab", { name: "JSON" }).click(); await look("raw");
      await page.getByRole("tab", { name: "form" }).click();
      await field(page, "/customer").fill("Ada"); await send(page); await tag(page); await look("answer");
      await field(page, "/customer").fill("nobody"); await send(page); await page.locator("#console .tag.bad").waitFor(); await look("error");
      await page.goto(base + "/docs/nothing/7"); await look("404");
    });
  },
};

visitor.run(cases, process.argv.slice(3)).catch((e) => { console.error(e); process.exit(1); });
