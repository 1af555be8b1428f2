// What the programs have in common that use a page as people do, and print what was seen
// as one JSON document.
"use strict";

const { launch } = require("./chromium.js");
const axe = require.resolve("axe-core/axe.min.js");

// A Visitor opens pages of the host at base, and notes what must never happen: errors on
// the console, but for addresses that match expected, dialogs, requests to elsewhere, but
// for those that harmless allows.
class Visitor {
  constructor(base, expected, harmless = () => false) {
    Object.assign(this, { base, expected, harmless, trouble: [] });
  }

  async open(url, options = {}) {
    const { base, expected, harmless, trouble } = this;
    const context = await this.browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
    context.setDefaultTimeout(5000);
    await context.addInitScript({ path: axe });
    await context.addInitScript(() => { addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI)); });
    const page = await context.newPage();
    const where = () => page.url().replace(base, "").slice(0, 80);
    page.on("console", (m) => {
      if (["error", "warning"].includes(m.type()) && !expected.test(m.location().url)) trouble.push(`${where()}: ${m.text().slice(0, 300)} ${m.location().url}`);
    });
    page.on("pageerror", (e) => trouble.push(`${where()}: ${String(e.stack).slice(0, 300)}`));
    page.on("dialog", (d) => { trouble.push(`${where()}: dialog ${d.message()}`); d.dismiss(); });
    page.posts = [];
    context.on("request", (r) => {
      if (!r.url().startsWith(base + "/") && !harmless(r.url())) trouble.push(`${where()}: request to ${r.url().slice(0, 100)}`);
      if (r.method() === "POST") page.posts.push(r.postDataJSON());
    });
    if (url) await page.goto(url);
    return page;
  }

  // inspect has axe look at the states that show leads a page to, in light and dark, wide
  // and narrow.
  async inspect(show) {
    const found = [];
    let states = 0;
    for (const colorScheme of ["light", "dark"]) for (const width of [1100, 360]) {
      const page = await this.open("", { colorScheme, viewport: { width, height: 800 } });
      await show(page, async (state) => {
        states++;
        const result = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
        for (const v of result.violations) found.push(`${state}, ${colorScheme}, ${width}: ${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target + " " + n.failureSummary.replaceAll("\n", " ")).join(" | ").slice(0, 400)}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found.push(`${state}, ${colorScheme}: ${wide} pixels wide at ${width}`);
      });
      await page.context().close();
    }
    return { states, found: [...new Set(found)] };
  }

  // run runs the cases, or those that are named, one after the other.
  async run(cases, names) {
    this.browser = await launch();
    const outcomes = {};
    try {
      for (const [name, run] of Object.entries(cases)) {
        if (names.length && !names.includes(name)) continue;
        try { outcomes[name] = await run(); } catch (e) { outcomes[name] = { failed: String(e.message).slice(0, 600) }; }
        for (const c of this.browser.contexts()) await c.close();
      }
    } finally {
      await this.browser.close();
    }
    process.stdout.write(JSON.stringify({ ...outcomes, trouble: [...new Set(this.trouble)] }, null, 1));
  }
}

exports.Visitor = Visitor;
