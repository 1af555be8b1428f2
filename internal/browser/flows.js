// Uses the page of the flows at the address given as the argument as people do, and
// prints what was seen as one JSON document.
"use strict";

const { Visitor } = require("./visitor.js");
const base = process.argv[2];
const list = base + "/flows/";
const fails = list + "flow?id=flow-fails";
const hostile = list + "flow?id=" + encodeURIComponent("<script>alert(6)</script>");

const expected = /\/(flows\/flow\?id=nothing|favicon\.ico)$/; // what is not there
const visitor = new Visitor(base, expected);
const open = visitor.open.bind(visitor);

const plain = (text) => text.replace(/\s+/g, " ").trim();
const focus = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
const flows = (page) => page.locator(".flows code").allTextContents();
const rows = (page) => page.locator(".calls > li").count();

async function query(page, text) {
  await page.fill("#q", text);
  await page.press("#q", "Enter");
  await page.waitForURL((url) => url.searchParams.get("q") === text);
  return (await flows(page)).sort();
}

const cases = {
  async list() {
    const page = await open(list);
    const tops = await page.locator(".flows .what").evaluateAll((all) => all.map((e) => [".name", ".v", ".tag"].map((s) => e.querySelector(s).textContent).join(" ")));
    return { flows: tops, unreadable: await page.locator(".notices li").count() };
  },
  async search() {
    const page = await open(list);
    const out = { code: await query(page, "out_of_stock"), service: await query(page, "catalog"), two: await query(page, "p-1 catalog"), none: await query(page, "zzz") };
    await page.goto(list);
    await page.check("[name=failed]");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL("**failed=1*");
    out.failed = (await flows(page)).sort();
    await query(page, "OUT_OF_STOCK");
    out.kept = [await page.inputValue("#q"), await page.isChecked("[name=failed]")];
    return out;
  },
  async waterfall() {
    const page = await open(list);
    await page.locator(".flows li", { hasText: "flow-fails" }).locator("a").click();
    await page.waitForURL("**/flow?id=flow-fails");
    const lines = await page.locator(".calls > li").evaluateAll((all) => all.map((li) => {
      const depth = Number(/ d(\d+)/.exec(li.querySelector(".call").className)[1]);
      return ".".repeat(depth) + " " + [".name", ".v", ".who", ".tag"].map((s) => li.querySelector(s).textContent).join(" ");
    }));
    const boxes = await page.locator(".bar rect").evaluateAll((all) => all.map((r) => r.getBoundingClientRect()).map((b) => [b.left, b.right]));
    const item = page.locator(".calls > li", { has: page.locator("details[open]") });
    return {
      rows: lines.map((l) => l.trim()), cause: plain(await page.textContent(".callout")), opened: await item.locator(".name").allTextContents(),
      error: await item.locator("pre").first().textContent(), request: JSON.parse(await item.locator("pre").nth(1).textContent()),
      nested: boxes.every(([left, right], i) => right > left && (i === 0 || (left >= boxes[0][0] - 1 && right <= boxes[0][1] + 1))),
    };
  },
  async withoutJavaScript() {
    const page = await open(list, { javaScriptEnabled: false });
    let dead = 0;
    for (const e of await page.locator(".js").all()) dead += await e.isVisible();
    const found = await query(page, "out_of_stock");
    await page.locator(".flows a").click();
    const out = { dead, found, rows: await rows(page) };
    await page.locator("summary").first().click();
    out.more = await page.locator(".more").first().isVisible();
    return out;
  },
  async keyboard() {
    const page = await open(list);
    await page.keyboard.press("Tab");
    const skip = await focus(page);
    await page.keyboard.press("/");
    const search = await focus(page);
    await page.goto(list + "flow?id=flow-works");
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.matches("summary"))); i++) await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; });
    await page.keyboard.press("Enter");
    return { skip, search, outline, opened: await page.locator("details").first().evaluate((d) => d.open) };
  },
  async hostile() {
    const page = await open(hostile, { viewport: { width: 360, height: 800 } });
    return {
      script: await page.locator("main script, main [onerror], main img").count(), shown: await page.locator("h1 bdi").first().textContent(),
      overflow: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
    };
  },
  async theme() {
    const page = await open(list, { colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await paper();
    await page.click("#theme");
    const after = await paper();
    await page.goto(fails);
    return { before, after, kept: await paper() };
  },
  async accessible() {
    return visitor.inspect(async (page, look) => {
      const unfold = () => page.locator("details").evaluateAll((all) => all.forEach((d) => { d.open = true; }));
      await page.goto(list); await look("list");
      await query(page, "zzz"); await look("nothing found");
      await page.goto(fails); await unfold(); await look("flow");
      await page.goto(fails); await page.click(".callout a"); await look("the culprit");
      await page.goto(hostile); await unfold(); await look("hostile");
      await page.goto(list + "flow?id=nothing"); await look("404");
    });
  },
  // The last one, since it makes one more flow.
  async keepFresh() {
    const page = await open(list);
    const before = (await flows(page)).length;
    await page.request.post(base + "/order");
    await page.locator(".flows a", { hasText: "orders" }).last().focus();
    await page.evaluate(() => document.getElementById("live").click());
    await page.locator(".flows code", { hasText: "flow-later" }).waitFor();
    const after = (await flows(page)).length;
    const focused = await focus(page);
    await page.goto(fails); // goes on there, and leaves open what was opened
    await page.locator("summary").first().click();
    await page.evaluate(() => { document.getElementById("fresh").dataset.old = "1"; });
    await page.waitForFunction(() => !document.getElementById("fresh").dataset.old);
    const open1 = await page.locator("details").first().evaluate((d) => d.open);
    const pressed = await page.getAttribute("#live", "aria-pressed");
    await page.click("#live");
    return { before, after, open: open1, focus: focused, pressed, off: await page.getAttribute("#live", "aria-pressed") };
  },
};

visitor.run(cases, process.argv.slice(3)).catch((e) => { console.error(e); process.exit(1); });
