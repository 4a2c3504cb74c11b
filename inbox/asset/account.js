// Choosing among the accounts a sign-in has found: all at once, and how many.

const boxes = (all) => [...all.form.querySelectorAll(`[name="${all.dataset.all}"]`)];

function tell(all) {
  const list = boxes(all);
  const on = list.filter((b) => b.checked).length;
  all.checked = on === list.length;
  all.indeterminate = on > 0 && on < list.length;
  const said = all.form.querySelector("[data-picked]");
  if (said) said.textContent = said.dataset.picked.replace("{0}", on.toLocaleString(document.documentElement.lang));
}

document.addEventListener("change", (e) => {
  const all = e.target.form?.querySelector("[data-all]");
  if (!all) return;
  if (e.target === all) for (const box of boxes(all)) box.checked = all.checked;
  tell(all);
});

const all = document.querySelector("[data-all]");
if (all) tell(all);
