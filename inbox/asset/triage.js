// The keys of triage: a figure or a letter chooses, arrows pass on and go back.
// It listens before keys.js, whose letters mean other things.

const page = () => document.querySelector("[data-triage]");
const writes = (el) => el.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

// A row of figures is typed with Shift on some layouts: the place counts too.
const named = (e) => (/^Digit[1-9]$/.test(e.code) ? e.code.slice(5) : e.key.toLowerCase());

document.addEventListener("keydown", (e) => {
  const on = page();
  if (!on || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.repeat || writes(e.target) || document.querySelector(":popover-open")) return;
  let what;
  if (e.key === "ArrowRight") what = document.getElementById("do-skip");
  else if (e.key === "ArrowLeft") what = document.getElementById("do-back");
  else what = on.querySelector(`[data-key="${CSS.escape(named(e))}"]`);
  if (!what) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  what.click();
}, true);

// The next message has the focus, so that it is read out.
document.addEventListener("htmx:afterSettle", (e) => {
  if (e.detail.target?.id === "main" || e.target.id === "main") document.getElementById("one-t")?.focus({ preventScroll: true });
});
