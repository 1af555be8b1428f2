"use strict";

document.documentElement.classList.add("scripted");

// Storage may be forbidden; then nothing is remembered.
const memory = {
  get(storage, key) { try { return window[storage].getItem(key); } catch { return null; } },
  set(storage, key, value) { try { window[storage].setItem(key, value); } catch { /* not remembered */ } },
};

// ---- theme

const chosen = memory.get("localStorage", "theme");
if (chosen) document.documentElement.dataset.theme = chosen;
document.getElementById("theme").addEventListener("click", () => {
  const now = document.documentElement.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  memory.set("localStorage", "theme", next);
});

// ---- keyboard

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
  const search = document.getElementById("q");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
});

// ---- keep fresh

// What is fetched takes the place of what changes. What the reader has opened stays
// open, and what he has focused keeps the focus.
function replace(old, fresh) {
  for (const box of old.querySelectorAll("li[id] > details")) {
    const same = fresh.querySelector(`[id="${CSS.escape(box.parentElement.id)}"] > details`);
    if (same) same.open = box.open;
  }
  const at = document.activeElement;
  const item = old.contains(at) && at.closest("li[id]");
  const nth = item ? [...item.querySelectorAll("a, summary, pre")].indexOf(at) : -1;
  old.replaceWith(fresh);
  if (nth >= 0) document.getElementById(item.id)?.querySelectorAll("a, summary, pre")[nth]?.focus({ preventScroll: true });
}

async function refresh() {
  const response = await fetch(location.href.replace(/#.*/, ""));
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("fresh");
  const old = document.getElementById("fresh");
  if (fresh && old && getSelection().isCollapsed) replace(old, fresh);
}

const every = 2000; // milliseconds
const live = document.getElementById("live");
let timer = 0;

async function tick() {
  const mine = timer;
  if (!document.hidden) await refresh().catch(() => { /* the service is down; the next one may find it */ });
  if (mine && timer === mine) timer = setTimeout(tick, every);
}

function keepFresh(on) {
  clearTimeout(timer);
  timer = on ? setTimeout(tick, every) : 0;
  live.setAttribute("aria-pressed", on);
  memory.set("sessionStorage", "fresh", on ? "1" : "");
}

live.addEventListener("click", () => keepFresh(!timer));
if (memory.get("sessionStorage", "fresh")) keepFresh(true);
