// The keyboard: letters as the layout gives them (AZERTY first), never while
// somebody writes, never with Alt.
import { links, move } from "./list.js";
import { write } from "./compose.js";
import { back } from "./pane.js";

const press = (id) => document.getElementById(id)?.click();
const writes = (el) => el.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

const keys = {
  j: () => move(1),
  k: () => move(-1),
  r: () => write("public"),
  p: () => write("private"),
  n: () => write("note"),
  a: () => press("do-assign"),
  i: () => press("do-mine"),
  e: () => press("do-close"),
  c: () => press("do-category"),
  u: () => press("do-urgency"),
  f: () => press("filter"),
  w: why,
  "/": () => search(),
  "?": () => document.getElementById("keys")?.togglePopover(),
};

function why() {
  const part = document.getElementById("why");
  if (!part) return;
  part.open = true;
  const desk = document.querySelector(".desk");
  if (!part.offsetParent) desk.dataset.shows = "context";
  part.scrollIntoView({ block: "nearest" });
  part.querySelector("summary").focus();
  document.querySelector('.say[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

function search() {
  const q = document.getElementById("q");
  if (!q) return;
  if (!q.offsetParent) document.querySelector(".desk").dataset.shows = "views";
  q.focus();
  q.select();
}

// Arrows walk through an open menu, as they do through the list.
function walk(e, menu) {
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return false;
  const items = [...menu.querySelectorAll(".menu-item, label input")];
  const at = items.indexOf(document.activeElement);
  items[(at + (e.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
  e.preventDefault();
  return true;
}

document.addEventListener("toggle", (e) => {
  if (e.newState === "open" && e.target.matches?.(".menu")) (e.target.querySelector('[aria-current="true"]') || e.target.querySelector("button, a, input:not([type=hidden]), textarea"))?.focus();
}, true);

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing) return;
  const menu = document.querySelector(".menu:popover-open");
  if (menu && walk(e, menu)) return;
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && !(writes(e.target) && e.target.value)) {
    if (document.getElementById("do-undo")) {
      e.preventDefault();
      press("do-undo");
    }
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Escape") return leave(e);
  if (writes(e.target) || menu) return;
  if (e.target.matches(".row-name") && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    e.preventDefault();
    return move(e.key === "ArrowDown" ? 1 : -1);
  }
  const act = keys[e.key];
  if (!act || document.querySelector("#keys:popover-open") && e.key !== "?") return;
  e.preventDefault();
  act();
});

// Escape goes one step back: out of what is open, out of the field, to the list.
function leave(e) {
  if (document.querySelector(":popover-open")) return;
  const desk = document.querySelector(".desk");
  if (desk?.dataset.shows) desk.dataset.shows = "";
  else if (writes(e.target)) e.target.blur();
  else if (desk && "open" in desk.dataset && document.activeElement !== links().find((a) => a.getAttribute("aria-current"))) {
    const row = links().find((a) => a.getAttribute("aria-current"));
    if (row?.offsetParent) row.focus();
    else back(document.querySelector("[data-back]")?.href);
  }
}
