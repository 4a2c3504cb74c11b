// The audit by keyboard: the question one is at takes a key and hands on to the
// next; Enter sends what was said.

const asks = () => [...document.querySelectorAll("[data-audit] [data-ask]")];
const writes = (el) => el.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");

/** Makes a question the one that keys answer. */
function at(ask, scroll = true) {
  for (const a of asks()) a.classList.toggle("is-now", a === ask);
  if (ask && scroll) ask.scrollIntoView({ block: "nearest" });
}

function begin() {
  const all = asks();
  if (all.length && !all.some((a) => a.classList.contains("is-now"))) at(all[0], false);
}

const named = (e) => (/^Digit[1-9]$/.test(e.code) ? e.code.slice(5) : e.key.toLowerCase());

document.addEventListener("keydown", (e) => {
  const all = asks();
  if (!all.length || e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.isComposing || writes(e.target) || document.querySelector(":popover-open")) return;
  const now = all.findIndex((a) => a.classList.contains("is-now"));
  if (e.key === "Enter" && !e.target.matches?.("a, button")) {
    e.preventDefault();
    document.getElementById("do-judge").click();
    return;
  }
  if (e.key === "Backspace" || e.key === "ArrowLeft") {
    e.preventDefault();
    at(all[Math.max(0, now - 1)]);
    return;
  }
  if (e.key === "ArrowRight") {
    e.preventDefault();
    at(all[Math.min(all.length - 1, now + 1)]);
    return;
  }
  const radio = all[now]?.querySelector(`[data-answer-key="${CSS.escape(named(e))}"]`);
  if (!radio) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  radio.checked = true;
  if (now + 1 < all.length) at(all[now + 1]);
  else document.getElementById("do-judge").focus({ preventScroll: true });
}, true);

document.addEventListener("focusin", (e) => {
  const ask = e.target.closest?.("[data-ask]");
  if (ask) at(ask, false);
});
document.addEventListener("htmx:afterSettle", begin);
begin();
