// Clocks go on from where the server left them. The rules are the server's:
// Deadline.Left for the wick, duration for the words.

const skew = Date.now() - Number(document.body.dataset.now || Date.now());

/** Now, by the server's clock, in milliseconds. */
export const now = () => Date.now() - skew;

const day = document.body.dataset.unit || "d";
const minute = 60_000;

/** A length of time as a countdown says it: "9 min", "1 h 04", "2 d 4 h"; what is left rounded up, what has passed down. */
export function words(ms) {
  const minutes = ms < 0 ? Math.floor(-ms / minute) : Math.ceil(ms / minute);
  if (minutes < 60) return `${Math.max(1, minutes)}\u00a0min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, "0")}`;
  const hours = Math.floor(minutes / 60) % 24;
  const days = `${Math.floor(minutes / 1440)}\u00a0${day}`;
  return hours ? `${days}\u00a0${hours}\u00a0h` : days;
}

/** How a deadline stands: its state, and how many of the eleven steps are left. */
export function stands(at, start, warn, due) {
  if (at > due) return { state: "late", left: 0 };
  let share = 1;
  if (at > start) {
    share = at < warn ? 1 - 0.75 * ((at - start) / (warn - start)) : 0.25 - 0.25 * ((at - warn) / (due - warn));
  }
  return { state: at >= warn || due - at <= 30 * minute ? "soon" : "calm", left: Math.max(0, Math.ceil(share * 10) - 1) };
}

/** Brings every deadline below root up to the minute. */
export function tick(root = document) {
  const at = now();
  for (const due of root.querySelectorAll(".due[data-at]")) {
    const [start, warn, end] = [due.dataset.start, due.dataset.warn, due.dataset.at].map((s) => s * 1000);
    const { state, left } = stands(at, start, warn, end);
    const text = due.querySelector(".left");
    const said = words(end - at);
    if (text && text.textContent !== said) text.textContent = said;
    const row = due.closest(".row");
    const wick = row || due.closest(".talk-due")?.nextElementSibling;
    if (wick) {
      wick.dataset.left = left;
      wick.dataset.due = state;
    }
    const shown = state === "late" && !row && due.closest(".talk-due") ? "over" : state;
    if (!due.classList.contains(`due-${shown}`)) {
      due.classList.remove("due-calm", "due-soon", "due-late", "due-over");
      due.classList.add(`due-${shown}`);
    }
  }
}

// The seconds of replies that can still be taken back.
function seconds() {
  const at = now();
  for (const out of document.querySelectorAll("[data-leaves]")) {
    const left = Math.max(0, Math.ceil((out.dataset.leaves - at) / 1000));
    if (out.textContent !== String(left)) out.textContent = left;
    if (left === 0 && at - out.dataset.leaves > 800) out.closest(".undo")?.remove();
  }
}

// The wick under the undo bar burns for as long as the reply is held.
export function light(bar) {
  const out = bar.querySelector("[data-leaves]");
  const window = Number(bar.dataset.window) || 10;
  const left = (out.dataset.leaves - now()) / 1000;
  bar.style.setProperty("--window", `${window}s`);
  bar.style.setProperty("--spent", `${Math.min(0, left - window)}s`);
}

new MutationObserver((changes) => {
  for (const c of changes) for (const n of c.addedNodes) if (n.nodeType === 1) for (const bar of n.matches(".undo") ? [n] : n.querySelectorAll(".undo")) light(bar);
}).observe(document.getElementById("undo") || document.createElement("p"), { childList: true });

tick();
setInterval(tick, 5000);
setInterval(seconds, 250);
document.addEventListener("visibilitychange", () => document.hidden || tick());
document.addEventListener("htmx:afterSettle", () => tick());
