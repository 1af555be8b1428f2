"use strict";

const root = document.body.dataset.root;
document.documentElement.classList.add("scripted");

function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (value === true) e.setAttribute(key, "");
    else if (value !== false && value != null) e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

// Storage may be forbidden; then nothing is remembered.
const memory = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* not remembered */ } },
};

// ---- theme

const theme = document.getElementById("theme");
const chosen = memory.get("theme");
if (chosen) document.documentElement.dataset.theme = chosen;
theme.addEventListener("click", () => {
  const now = document.documentElement.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  memory.set("theme", next);
});

// ---- search

const search = document.getElementById("search");
const results = document.getElementById("results");
const found = document.getElementById("found");
const main = document.getElementById("main");
const most = 30;
let entries = null;
let loading = null;

function load() {
  loading ??= fetch(root + "search.json").then((r) => r.json()).then((list) => { for (const e of list) e.lower = e.n.toLowerCase(); entries = list; show(); },
    () => { loading = null; found.textContent = "The search index could not be loaded."; });
}

// segment is how a name stands in a path; "." and ".." would lead elsewhere.
function segment(name) {
  return encodeURIComponent(/^~*\.\.?$/.test(name) ? "~" + name : name);
}

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.hidden = words.length === 0;
  main.classList.toggle("away", words.length > 0);
  if (words.length === 0) { results.querySelector("ol").replaceChildren(); return; }
  if (!entries) { found.textContent = "Loading …"; return; }
  // A hit in the name counts more than one in the text.
  const inName = [], inText = [];
  let total = 0;
  for (const entry of entries) {
    if (!words.every((w) => entry.t.includes(w))) continue;
    total++;
    if (inName.length === most) continue;
    (words.every((w) => entry.lower.includes(w)) ? inName : inText).push(entry);
  }
  const hits = [...inName, ...inText].slice(0, most);
  found.textContent = total === 0 ? "Nothing found." : total === 1 ? "1 event" : total + " events" + (total > most ? ", the first " + most : "");
  results.querySelector("ol").replaceChildren(...hits.map((e) =>
    element("li", {}, element("a", { href: root + segment(e.n) + "/" + e.v },
      element("code", {}, e.n), " v" + e.v, ...(e.s ? [element("span", {}, e.s)] : [])))));
}

search.addEventListener("focus", load);
search.addEventListener("input", () => { load(); show(); });

// ---- keyboard

const keys = document.getElementById("keys");
document.getElementById("help").addEventListener("click", () => keys.showModal());

function stops() {
  if (!results.hidden) return [...results.querySelectorAll("a")];
  const events = [...main.querySelectorAll(".events a:first-child")];
  return events.length ? events : [...main.querySelectorAll(".field > .name")];
}

function move(step) {
  const all = stops();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && event.target === search) {
    search.value = "";
    show();
    search.blur();
    return;
  }
  if (event.target === search && event.key === "ArrowDown") { event.preventDefault(); move(1); return; }
  if (event.target === search && event.key === "Enter") { results.querySelector("a")?.click(); return; }
  if (typing) return;
  switch (event.key) {
    case "/": event.preventDefault(); search.focus(); search.select(); break;
    case "j": move(1); break;
    case "k": move(-1); break;
    case "t": document.querySelector("#console textarea, #console input, #console select, #console button")?.focus(); event.preventDefault(); break;
    case "?": keys.showModal(); break;
  }
});

// ---- copy

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    button.textContent = "not allowed";
  }
  setTimeout(() => { button.textContent = "copy"; }, 1500);
}

for (const box of document.querySelectorAll(".copyable")) {
  const code = box.querySelector("code");
  box.append(element("button", { type: "button", onclick: (e) => copy(code.textContent, e.target) }, "copy"));
}

// ---- console

// A checker tells what is wrong with a value, in the terms of the part of JSON
// Schema that the service's own types use. The service has the last word.
class Checker {
  constructor(schema) { this.root = schema; }

  // plain follows references and unfolds "or null" and allOf.
  plain(schema) {
    for (let i = 0; i < 64 && schema && typeof schema === "object"; i++) {
      if (schema.$ref) schema = schema.$ref === "#" ? this.root : this.root.definitions?.[schema.$ref.replace("#/definitions/", "")];
      else if (schema.anyOf?.length === 2 && schema.anyOf[1].type === "null") {
        const inner = this.plain(schema.anyOf[0]);
        return { ...inner, ...schema, anyOf: undefined, nullable: true };
      } else if (schema.allOf?.length === 1) {
        const { allOf, ...rest } = schema;
        return { ...this.plain(allOf[0]), ...rest };
      } else break;
    }
    return schema && typeof schema === "object" ? schema : {};
  }

  types(schema) {
    const types = schema.type === undefined ? [] : [].concat(schema.type);
    return schema.nullable && types.length ? types.concat("null") : types;
  }

  check(schema, value, path = "", problems = []) {
    schema = this.plain(schema);
    const say = (text) => problems.push({ path, text });
    const types = this.types(schema);
    if (types.length && !types.some((t) => isType(t, value))) {
      say("must be " + types.join(" or "));
      return problems;
    }
    if (value === null) return problems;
    if (schema.enum && !schema.enum.some((v) => JSON.stringify(v) === JSON.stringify(value))) say("must be one of " + schema.enum.map((v) => JSON.stringify(v)).join(", "));
    if (typeof value === "number") this.number(schema, value, say);
    if (typeof value === "string") this.string(schema, value, say);
    if (Array.isArray(value)) {
      if (value.length < (schema.minItems ?? 0)) say("needs at least " + schema.minItems + " items");
      if (value.length > (schema.maxItems ?? Infinity)) say("may have at most " + schema.maxItems + " items");
      if (schema.items) value.forEach((v, i) => this.check(schema.items, v, path + "/" + i, problems));
    } else if (typeof value === "object") {
      for (const name of schema.required ?? []) if (!(name in value)) problems.push({ path: path + "/" + escape(name), text: "is required" });
      for (const [name, v] of Object.entries(value)) {
        const inner = schema.properties?.[name] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : null);
        if (inner) this.check(inner, v, path + "/" + escape(name), problems);
      }
    }
    return problems;
  }

  number(schema, value, say) {
    if (value < schema.minimum) say("must be at least " + schema.minimum);
    if (value > schema.maximum) say("must be at most " + schema.maximum);
    if (value <= schema.exclusiveMinimum) say("must be more than " + schema.exclusiveMinimum);
    if (value >= schema.exclusiveMaximum) say("must be less than " + schema.exclusiveMaximum);
  }

  string(schema, value, say) {
    const length = [...value].length;
    if (length < (schema.minLength ?? 0)) say("needs at least " + schema.minLength + " characters");
    if (length > (schema.maxLength ?? Infinity)) say("may have at most " + schema.maxLength + " characters");
    if (schema.pattern) {
      let pattern = null;
      try { pattern = new RegExp(schema.pattern, "u"); } catch { /* the service's own dialect */ }
      if (pattern && !pattern.test(value)) say("must match " + schema.pattern);
    }
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) say("must be a date and time, as 2026-01-31T12:00:00Z");
  }
}

function isType(type, value) {
  switch (type) {
    case "null": return value === null;
    case "array": return Array.isArray(value);
    case "object": return value !== null && typeof value === "object" && !Array.isArray(value);
    case "integer": return Number.isInteger(value);
    default: return typeof value === type;
  }
}

function escape(name) { return name.replaceAll("~", "~0").replaceAll("/", "~1"); }

// A Form shows a schema as inputs and reads a value from them. What it cannot show
// as inputs it lets people write as JSON.
class Form {
  constructor(checker, schema, value) {
    this.checker = checker;
    this.problems = new Map(); // path -> where to say it
    [this.node, this.read] = this.any(schema, value, "", "payload", true, 0);
  }

  any(schema, value, path, name, required, depth) {
    schema = this.checker.plain(schema);
    const all = this.checker.types(schema);
    const types = all.filter((t) => t !== "null");
    const container = types.length === 1 && ["object", "array"].includes(types[0]);
    if (container && value == null && (all.length > types.length || !required)) return this.later(schema, path, name, required, depth);
    if (schema.enum) return this.choice(schema, value, path, name, required);
    if (types.length === 1 && depth < 20) {
      switch (types[0]) {
        case "object": if (schema.properties) return this.object(schema, value, path, name, depth, required); break;
        case "array": if (schema.items) return this.array(schema, value, path, name, depth); break;
        case "boolean": return this.choice({ ...schema, enum: [true, false] }, value, path, name, required);
        case "string": return this.text(schema, value, path, name, required, (s) => s);
        case "integer": case "number": return this.text(schema, value, path, name, required, (s) => {
          const n = Number(s);
          return s.trim() === "" || Number.isNaN(n) ? s : n;
        });
      }
    }
    return this.json(schema, value, path, name, required);
  }

  // later offers an object or array that may be left out, or null: types may hold
  // themselves, so that showing all of it would never end.
  later(schema, path, name, required, depth) {
    let read = () => (required ? null : undefined);
    const box = element("div", {});
    const fill = element("button", { type: "button", onclick: () => {
      const type = [].concat(schema.type).find((t) => t !== "null");
      const [node, inner] = this.any({ ...schema, type, nullable: false }, type === "array" ? [] : {}, path, name, required, depth);
      read = inner;
      box.replaceChildren(node);
      box.querySelector("input, select, textarea, button")?.focus();
    } }, "fill in");
    const problem = element("p", { class: "problem", hidden: true });
    this.problems.set(path, { input: fill, problem });
    box.append(element("div", { class: "row" }, element("span", {}, name + " ", element("small", {}, required ? "null" : "left out")), fill), problem);
    return [box, () => read()];
  }

  labelled(input, schema, path, name, required) {
    const id = "input:" + path;
    const problem = element("p", { class: "problem", id: "problem:" + path, hidden: true });
    input.id = id;
    input.setAttribute("aria-describedby", problem.id);
    this.problems.set(path, { input, problem });
    const hint = [].concat(schema.type ?? []).filter((t) => t !== "null").join(" or ") + (required ? "" : ", may be left out");
    return element("div", {}, element("label", { for: id }, name + " ", element("small", {}, hint)), input, problem);
  }

  // empty is what an input without text stands for: null where that may be.
  empty(schema, value, required) {
    const nullable = schema.nullable || [].concat(schema.type).includes("null");
    return nullable && (required || value === null) ? null : undefined;
  }

  text(schema, value, path, name, required, parse) {
    const input = element("input", { value: value ?? "", autocomplete: "off", spellcheck: "false" });
    const empty = this.empty(schema, value, required);
    return [this.labelled(input, schema, path, name, required),
      () => (input.value !== "" || value === "" || (required && empty === undefined) ? parse(input.value) : empty)];
  }

  choice(schema, value, path, name, required) {
    const input = element("select", {});
    if (!required || value == null) input.append(element("option", { value: "" }, ""));
    schema.enum.forEach((v, i) => input.append(element("option", { value: i, selected: JSON.stringify(v) === JSON.stringify(value) }, String(v))));
    return [this.labelled(input, schema, path, name, required), () => (input.value === "" ? this.empty(schema, value, required) : schema.enum[input.value])];
  }

  json(schema, value, path, name, required) {
    const input = element("textarea", { rows: 3, spellcheck: "false" });
    input.value = value === undefined ? "" : JSON.stringify(value, null, 2);
    return [this.labelled(input, { type: "JSON" }, path, name, required), () => {
      if (input.value.trim() === "") return undefined;
      try { return JSON.parse(input.value); } catch { throw { path, text: "is not JSON" }; }
    }];
  }

  object(schema, value, path, name, depth, required) {
    const box = element("fieldset", {}, element("legend", {}, name));
    const readers = [];
    for (const [key, inner] of Object.entries(schema.properties)) {
      const must = (schema.required ?? []).includes(key);
      const [node, read] = this.any(inner, value?.[key], path + "/" + escape(key), key, must, depth + 1);
      box.append(node);
      readers.push([key, read]);
    }
    return [box, () => {
      const out = { ...(typeof schema.additionalProperties === "object" ? value : {}) };
      for (const [key, read] of readers) {
        const v = read();
        if (v !== undefined) out[key] = v;
      }
      return required || Object.keys(out).length ? out : undefined;
    }];
  }

  array(schema, value, path, name, depth) {
    const box = element("fieldset", {}, element("legend", {}, name));
    const list = element("div");
    let readers = [];
    const add = (v) => {
      const at = path + "/" + readers.length;
      const entry = {};
      const [node, read] = this.any(schema.items, v, at, name + " " + (readers.length + 1), true, depth + 1);
      entry.read = read;
      readers.push(entry);
      list.append(node);
    };
    for (const v of Array.isArray(value) ? value : []) add(v);
    const problem = element("p", { class: "problem", hidden: true });
    this.problems.set(path, { input: box, problem });
    box.append(list, problem, element("div", { class: "row" },
      element("button", { type: "button", onclick: () => add(undefined) }, "add"),
      element("button", { type: "button", onclick: () => { if (readers.pop()) list.lastChild.remove(); } }, "remove the last")));
    return [box, () => readers.map((r) => r.read())];
  }

  // show puts each problem at its field, and returns those that have none.
  show(problems) {
    for (const { input, problem } of this.problems.values()) {
      input.removeAttribute("aria-invalid");
      problem.hidden = true;
      problem.textContent = "";
    }
    const rest = [];
    for (const p of problems) {
      const place = this.problems.get(p.path);
      if (!place) { rest.push(p); continue; }
      place.problem.textContent = p.text;
      place.problem.hidden = false;
      place.input.setAttribute("aria-invalid", "true");
    }
    return rest;
  }
}

async function startConsole(section) {
  const { endpoint, name, version, example } = section.dataset;
  let schema = {};
  try {
    if (section.dataset.schema) schema = await (await fetch(section.dataset.schema)).json();
  } catch { /* the raw editor remains */ }
  const checker = new Checker(schema);
  let value = example ? JSON.parse(example) : {};
  let form = null;
  const formPanel = element("div", { role: "tabpanel", id: "panel-form", "aria-labelledby": "tab-form" });
  const raw = element("textarea", { "aria-label": "payload as JSON", spellcheck: "false" });
  const rawPanel = element("div", { role: "tabpanel", id: "panel-json", "aria-labelledby": "tab-json", hidden: true }, raw);
  const formTab = element("button", { type: "button", role: "tab", id: "tab-form", "aria-controls": "panel-form" }, "form");
  const rawTab = element("button", { type: "button", role: "tab", id: "tab-json", "aria-controls": "panel-json" }, "JSON");
  const flow = element("input", { id: "console-flow", placeholder: "made by the service", autocomplete: "off" });
  const token = element("input", { id: "console-auth", type: "password", placeholder: "none; not stored", autocomplete: "off" });
  const problems = element("p", { class: "problem", role: "alert" });
  const answer = element("div", { "aria-live": "polite" });
  const history = element("ol", { class: "history", reversed: true });
  const send = element("button", { type: "button", class: "primary" }, "send");
  const asCurl = element("button", { type: "button" }, "copy");

  function showForm(on) {
    formTab.setAttribute("aria-selected", on);
    rawTab.setAttribute("aria-selected", !on);
    formPanel.hidden = !on;
    rawPanel.hidden = on;
    if (on) {
      form = new Form(checker, schema, value);
      formPanel.replaceChildren(form.node);
    } else {
      raw.value = JSON.stringify(value, null, 2);
    }
  }

  // read returns the payload, or undefined after saying what is wrong.
  function read() {
    problems.textContent = "";
    let list = [];
    try {
      value = rawPanel.hidden ? form.read() ?? {} : JSON.parse(raw.value);
      list = checker.check(schema, value);
    } catch (e) {
      list = [e.text ? e : { path: "", text: "is not JSON: " + e.message }];
    }
    const rest = rawPanel.hidden ? form.show(list) : list;
    problems.textContent = rest.map((p) => (p.path || "the payload") + " " + p.text).join("; ");
    section.querySelector('[aria-invalid="true"]')?.focus();
    return list.length ? undefined : value;
  }

  function envelope(payload) {
    const event = { name, version: Number(version), id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), payload };
    if (flow.value) event.flowId = flow.value;
    if (token.value) event.auth = { token: token.value };
    return event;
  }

  async function run() {
    const payload = read();
    if (payload === undefined) return;
    const event = envelope(payload);
    const begun = performance.now();
    answer.replaceChildren(element("p", { class: "note" }, "Sent …"));
    send.disabled = true;
    try {
      const r = await fetch(endpoint, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) });
      const text = await r.text();
      const took = (performance.now() - begun).toFixed(1) + " ms";
      let shown = text, got = {};
      try { got = JSON.parse(text); shown = JSON.stringify(got, null, 2); } catch { /* shown as it came */ }
      const ok = /:response$/.test(got.name ?? "");
      answer.replaceChildren(
        element("p", {}, element("span", { class: "tag " + (ok ? "good" : "bad") }, got.name ?? "no event"), " status " + r.status + ", " + took + ", flowId ", element("code", {}, got.flowId ?? "none")),
        element("pre", { tabindex: 0 }, element("code", {}, shown)),
        element("details", {}, element("summary", {}, "headers"), element("pre", { tabindex: 0 }, element("code", {}, [...r.headers].map(([k, v]) => k + ": " + v).join("\n")))));
      remember(payload, got.name ?? "no event", took);
    } catch (e) {
      answer.replaceChildren(element("p", { class: "problem" }, "There was no answer: " + e.message));
      remember(payload, "no answer", "");
    } finally {
      send.disabled = false;
    }
  }

  // The history keeps payloads, and never what is in auth.
  const historyKey = "history:" + name + "@" + version;
  function remember(payload, outcome, took) {
    const list = JSON.parse(memory.get(historyKey) ?? "[]");
    list.unshift({ payload, outcome, took, at: new Date().toISOString() });
    memory.set(historyKey, JSON.stringify(list.slice(0, 10)));
    showHistory();
  }
  function showHistory() {
    let list = [];
    try { list = JSON.parse(memory.get(historyKey) ?? "[]"); } catch { /* none */ }
    history.replaceChildren(...list.map((h) => element("li", {}, element("button", { type: "button", class: "quiet",
      onclick: () => { value = h.payload; showForm(!formPanel.hidden); } }, h.at.slice(11, 19) + " " + h.outcome + " " + h.took))));
    historyBox.hidden = list.length === 0;
  }
  const historyBox = element("details", { hidden: true }, element("summary", {}, "history"), history);

  formTab.addEventListener("click", () => { if (formPanel.hidden) { try { value = JSON.parse(raw.value); } catch { /* the last one that was JSON */ } showForm(true); } });
  rawTab.addEventListener("click", () => { if (rawPanel.hidden) { try { value = form.read() ?? {}; } catch { /* as it was */ } showForm(false); } });
  send.addEventListener("click", run);
  asCurl.addEventListener("click", () => {
    const payload = read();
    if (payload === undefined) return;
    const event = envelope(payload);
    delete event.id;
    if (event.auth) event.auth = { token: "$TOKEN" };
    const url = new URL(endpoint, location.href).href;
    copy("curl -s -H 'Content-Type: application/json' '" + url + "' \\\n  -d '" + JSON.stringify(event).replaceAll("'", "'\\''") + "'", asCurl);
  });

  section.append(
    element("div", { role: "tablist", "aria-label": "payload as" }, formTab, rawTab), formPanel, rawPanel,
    element("div", { class: "row" },
      element("label", { for: "console-flow" }, "flowId ", flow), element("label", { for: "console-auth" }, "auth.token ", token)),
    problems, element("div", { class: "row" }, send, element("span", {}, "curl: "), asCurl), answer, historyBox);
  showForm(Boolean(schema.type ?? schema.$ref ?? schema.properties));
  showHistory();
}

const section = document.getElementById("console");
if (section) startConsole(section);
