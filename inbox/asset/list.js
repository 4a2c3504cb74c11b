// The list: rows change where they stand, new ones wait behind a bar, and
// nothing moves under the pointer.
import { tick } from "./clock.js";

const rows = () => document.getElementById("rows");
const row = (id) => rows()?.querySelector(`.row[data-id="${CSS.escape(id)}"]`);
const fresh = new Set();

/** The rows' links, top to bottom. */
export const links = () => [...document.querySelectorAll("#rows .row-name")];

// Whether a row belongs to the view that is shown: the view's own query, read
// against what the row says of itself. A search is the server's to answer.
function belongs(li) {
  const pattern = new URLSearchParams(rows()?.dataset.pattern);
  if (pattern.get("q") || pattern.get("sla")) return false;
  const me = document.body.dataset.me;
  const d = li.dataset;
  for (const name of ["brand", "status", "category", "urgency", "sentiment", "reason", "channel", "account", "network"]) {
    const wanted = pattern.getAll(name);
    if (wanted.length && !wanted.includes(d[name])) return false;
  }
  const who = pattern.get("assignee");
  if (who === "me" ? d.assignee !== me : who === "none" ? d.assignee : who && d.assignee !== who) return false;
  if (pattern.get("triage") && !d.triage) return false;
  if (pattern.get("trouble") && !["refused", "unknown", "returned"].includes(d.reply)) return false;
  return true;
}

/** Takes a row as it is now. */
export function put(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  const li = t.content.querySelector(".row");
  if (!li || !rows()) return;
  const before = row(li.dataset.id);
  if (before) {
    if (Number(before.dataset.version) > Number(li.dataset.version)) return;
    const link = before.querySelector(".row-name");
    const next = li.querySelector(".row-name");
    next.tabIndex = link.tabIndex;
    if (link.getAttribute("aria-current")) next.setAttribute("aria-current", "true");
    const focused = document.activeElement === link;
    if (!belongs(li) && !rows().dataset.pattern.includes("q=") && !rows().dataset.pattern.includes("sla=")) li.classList.add("is-off");
    before.replaceWith(li);
    window.htmx?.process(li);
    if (focused) next.focus({ preventScroll: true });
    tick(li.parentNode);
    return;
  }
  if (!belongs(li)) return;
  fresh.add(li.dataset.id);
  news();
}

/** Takes note that a conversation is not ours to see any more. */
export function drop(id) {
  row(id)?.classList.add("is-off");
  if (fresh.delete(id)) news();
}

function news() {
  const bar = document.querySelector(".fresh");
  if (!bar) return;
  bar.hidden = fresh.size === 0;
  const b = bar.querySelector("button");
  b.querySelector("span").textContent = fresh.size === 1 ? b.dataset.single : b.dataset.many.replace("{n}", fresh.size);
}

// The address of the list that is shown, whatever conversation is open.
function address() {
  const q = new URLSearchParams();
  for (const i of document.querySelectorAll("#view-state input")) q.append(i.name, i.value);
  return `/?${q}`;
}

/** Reads the list again from the top. */
export function reload() {
  if (!rows()) return;
  fresh.clear();
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
  window.htmx.ajax("GET", address(), { target: "#listing", swap: "innerHTML" }).then(() => open && current(open));
}

let pending = false;

/** Reads the list again as soon as that moves nothing under the reader. */
export function refresh() {
  pending = true;
  settle();
  numbers();
}

function settle() {
  const list = document.getElementById("listing");
  if (!pending || !rows() || rows().scrollTop > 8 || list.matches(":hover") || list.contains(document.activeElement)) return;
  pending = false;
  reload();
}
setInterval(settle, 2000);

let due = 0;

/** Brings the numbers beside the views up to date, at most once a second. */
export function numbers() {
  if (due) return;
  due = setTimeout(async () => {
    due = 0;
    const views = document.getElementById("views");
    if (!views) return;
    const answer = await fetch(`/views${address().slice(1)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const t = document.createElement("template");
    t.innerHTML = await answer.text();
    for (const a of t.content.querySelectorAll("a[href]")) {
      const [from, to] = [a, views.querySelector(`a[href="${CSS.escape(a.getAttribute("href"))}"]`)].map((x) => x?.querySelector("data"));
      if (from && to && from.textContent !== to.textContent) {
        to.textContent = from.textContent;
        to.className = from.className;
      }
    }
    const shown = views.querySelector("a[aria-current] data");
    if (shown && [...new URLSearchParams(address().slice(2)).keys()].every((k) => k === "view")) document.getElementById("list-count").textContent = shown.textContent;
  }, 1000);
}

/** Marks the row of the conversation that is open. */
export function current(id) {
  for (const a of links()) {
    const on = a.closest(".row").dataset.id === id;
    if (on) a.setAttribute("aria-current", "true");
    else a.removeAttribute("aria-current");
    if (on) rove(a);
  }
}

function rove(a) {
  for (const other of links()) other.tabIndex = other === a ? 0 : -1;
}

/** Moves the focus by some rows. */
export function move(by) {
  const all = links();
  if (!all.length) return;
  let at = all.indexOf(document.activeElement);
  if (at < 0) at = all.findIndex((a) => a.getAttribute("aria-current"));
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  next.focus();
  next.closest(".row").scrollIntoView({ block: "nearest" });
}

function ready() {
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
  if (open) current(open);
  const all = links();
  if (all.length && !all.some((a) => a.tabIndex === 0)) all[0].tabIndex = 0;
}

document.addEventListener("focusin", (e) => e.target.matches(".row-name") && rove(e.target));
document.addEventListener("click", (e) => {
  if (e.target.closest(".fresh button")) {
    reload();
    rows()?.scrollTo({ top: 0 });
  }
  const a = e.target.closest(".row-name");
  if (a && !e.ctrlKey && !e.metaKey && !e.shiftKey) current(a.closest(".row").dataset.id);
});
document.addEventListener("htmx:afterSwap", (e) => {
  if (e.detail.target?.id === "listing") {
    fresh.clear();
    pending = false;
  }
  ready();
});

// Rows that come with another answer are put where they belong.
const incoming = document.getElementById("incoming");
if (incoming) {
  new MutationObserver(() => {
    for (const li of [...incoming.querySelectorAll(".row")]) {
      li.remove();
      put(li.outerHTML);
    }
  }).observe(incoming, { childList: true });
}
ready();
