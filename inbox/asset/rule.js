// Rules are dragged by their grip into another order; the arrows beside them do
// the same by keyboard. The server's answer is what is shown in the end.

let held = null;

const list = () => document.getElementById("rules");

document.addEventListener("pointerdown", (e) => {
  const grip = e.target.closest?.(".rules .grip");
  if (!grip || e.button) return;
  e.preventDefault();
  held = grip.closest("li");
  held.classList.add("dragged");
  grip.setPointerCapture(e.pointerId);
});

document.addEventListener("pointermove", (e) => {
  if (!held) return;
  const over = [...list().children].find((li) => {
    const box = li.getBoundingClientRect();
    return li !== held && e.clientY > box.top && e.clientY < box.bottom;
  });
  if (!over) return;
  const box = over.getBoundingClientRect();
  const below = e.clientY > box.top + box.height / 2;
  const place = below ? over.nextElementSibling : over;
  if (place !== held) list().insertBefore(held, place);
});

function drop() {
  if (!held) return;
  held.classList.remove("dragged");
  held = null;
  const ids = [...list().children].map((li) => li.dataset.rule).join(" ");
  window.htmx.ajax("POST", "/settings/rules/order", { target: "#rules", swap: "outerHTML", values: { ids } });
}
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);

// A list that was put in another order is counted again.
document.addEventListener("htmx:afterSwap", (e) => {
  if (e.detail.target?.id === "rules") window.htmx.ajax("GET", "/settings/rules/counts", { target: "#rule-counts", swap: "innerHTML" });
});

// What a field's line says of it is also said to those who do not see the line.
document.addEventListener("htmx:afterSettle", () => {
  for (const line of document.querySelectorAll("#rule-form .err")) {
    const field = document.querySelector(`[aria-describedby~="${line.id}"]`);
    if (line.hidden) field?.removeAttribute("aria-invalid");
    else field?.setAttribute("aria-invalid", "true");
  }
});
