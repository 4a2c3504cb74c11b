// Panes: what is open on a narrow screen, and the line that says what went wrong.

const desk = document.querySelector(".desk");

/** Tells whether only one pane fits. */
export const narrow = () => matchMedia("(max-width: 767px)").matches;

document.addEventListener("click", (e) => {
  const drawer = e.target.closest("[data-drawer]");
  if (drawer && desk) {
    e.preventDefault();
    desk.dataset.shows = desk.dataset.shows === drawer.dataset.drawer ? "" : drawer.dataset.drawer;
    if (drawer.dataset.drawer) document.getElementById(drawer.dataset.drawer)?.querySelector("a, button, input, [tabindex]")?.focus();
    return;
  }
  if (desk?.dataset.shows && !e.target.closest("#views, #context")) desk.dataset.shows = "";
  if (desk?.dataset.shows === "views" && e.target.closest("#views a")) desk.dataset.shows = "";
  if (e.target.closest("[data-back]") && desk) {
    e.preventDefault();
    back(e.target.closest("[data-back]").href);
  }
  if (e.target.closest("[data-dismiss]")) document.getElementById("notice").replaceChildren();
});

/** Goes back from a conversation to its list. */
export function back(href = "/") {
  delete desk.dataset.open;
  history.pushState(null, "", href);
  document.querySelector('.row-name[aria-current="true"]')?.focus();
}

document.addEventListener("htmx:afterSwap", (e) => {
  if (e.detail.target?.id === "talk" && desk) {
    desk.dataset.open = "";
    desk.dataset.shows = "";
    if (narrow()) document.querySelector("#talk .scroll")?.focus({ preventScroll: true });
  }
});

document.addEventListener("htmx:beforeRequest", () => document.getElementById("notice")?.replaceChildren());

// A menu is done once it was used; links in it too.
document.addEventListener("htmx:afterRequest", (e) => {
  if (e.detail.successful) e.detail.elt.closest?.("[popover]")?.hidePopover?.();
});

// A popover opens under the button that opened it, where the browser cannot
// anchor it by itself.
document.addEventListener("beforetoggle", (e) => {
  if (e.newState !== "open" || CSS.supports("position-area", "bottom")) return;
  const button = document.querySelector(`[popovertarget="${e.target.id}"]`);
  if (!button || !e.target.classList.contains("menu")) return;
  const at = button.getBoundingClientRect();
  e.target.style.setProperty("inset", "auto");
  e.target.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - 340))}px`);
  e.target.style.setProperty("top", `${Math.min(at.bottom + 4, innerHeight - 240)}px`);
}, true);
