// The composer: who will read it, from which account, how long it is, and a
// draft that survives. What is sent is the form; this only helps to write it.
const form = () => document.getElementById("composer");
const box = () => document.getElementById("write");
const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });
const key = (conversation) => `vigie:draft:${conversation}`;

let counting = 0;
let saving = 0;

/** Goes to the composer in a mode: public, private or note. */
export function write(mode) {
  const radio = form()?.querySelector(`[name="mode"][value="${mode}"]`);
  if (!radio) return;
  if (!radio.disabled) radio.checked = true;
  dress();
  box().focus();
}

const sender = () => document.getElementById("account")?.selectedOptions[0];
const mode = () => form()?.querySelector('[name="mode"]:checked')?.value;

// dress makes the form say what it will do with the account that is chosen.
function dress() {
  const f = form();
  if (!f) return;
  const o = sender();
  const note = mode() === "note";
  const hand = !note && o?.dataset.to;
  f.elements.to.value = hand || "";
  f.classList.toggle("handing", Boolean(hand));
  box().placeholder = note ? box().dataset.note : box().dataset.reply;
  box().required = !hand;
  const hint = f.querySelector(".hand");
  if (hint) hint.hidden = !hand;
  for (const name of ["public", "private"]) {
    const radio = f.querySelector(`[name="mode"][value="${name}"]`);
    if (radio && o) radio.disabled = !(name in o.dataset);
    if (radio?.disabled && radio.checked) {
      const other = f.querySelector('[name="mode"]:not(:disabled)');
      if (other) other.checked = true;
    }
  }
  const most = limit();
  const side = mode() === "private" ? "Private" : "Public";
  const said = f.querySelector(".count .most");
  if (said) said.textContent = most ? ` / ${most.toLocaleString(document.documentElement.lang)}` : "";
  const unit = f.querySelector(".count .unit");
  if (unit && o) unit.textContent = o.dataset[`unit${side}`];
  for (const hint of f.querySelectorAll(".hint[data-account]")) hint.hidden = hint.dataset.account !== o?.value;
  count();
}

// limit is the longest text of a reply of the chosen mode from the chosen account.
const limit = () => Number(sender()?.dataset[mode() === "private" ? "limitPrivate" : "limitPublic"]) || 0;

// count asks the server: the number is the one the sender obeys.
function count() {
  clearTimeout(counting);
  const f = form();
  const o = sender();
  const out = f?.querySelector(".count output");
  if (!out || !o || mode() === "note") return;
  const show = (n) => {
    out.textContent = n.toLocaleString(document.documentElement.lang);
    const over = limit() > 0 && n > limit();
    f.querySelector(".count").classList.toggle("over", over);
    box().setAttribute("aria-invalid", over);
    f.querySelector(".count").title = over ? f.querySelector(".count").dataset.over : "";
  };
  const text = box().value;
  const link = f.querySelector(".link-hint");
  if (link) link.hidden = !/\bhttps?:\/\/|\bwww\.|\b[\w-]+\.(com|fr|net|org|io|eu|shop|store)\b/i.test(text);
  if (!text) return show(0);
  counting = setTimeout(async () => {
    const body = new URLSearchParams({ text, network: o.dataset.network, mode: mode() });
    const answer = await fetch(`/c/${f.dataset.conversation}/count`, { method: "POST", body, headers: headers() }).catch(() => null);
    if (answer?.ok && box()?.value === text) show((await answer.json()).n);
  }, 150);
}

// keep holds the draft in this browser at once, and at the server when the
// agent pauses, to be found on another machine.
function keep() {
  const f = form();
  const data = Object.fromEntries(["id", "text", "account", "in_reply_to"].map((n) => [n, f.elements[n]?.value ?? ""]));
  data.mode = mode();
  if (data.text) localStorage.setItem(key(f.dataset.conversation), JSON.stringify(data));
  else localStorage.removeItem(key(f.dataset.conversation));
  clearTimeout(saving);
  saving = setTimeout(() => save(f), 2500);
}

async function save(f) {
  if (mode() === "note" || !f.isConnected) return;
  const answer = await fetch(`/c/${f.dataset.conversation}/draft`, { method: "POST", body: new URLSearchParams(new FormData(f)), headers: headers() }).catch(() => null);
  const said = f.querySelector(".saved");
  if (answer?.ok && said) said.textContent = f.elements.text.value ? said.dataset.saved : "";
}

// fill puts a draft into the form.
function fill(d) {
  const f = form();
  f.elements.text.value = d.text;
  if (d.id) f.elements.id.value = d.id;
  if (f.elements.account && d.account && [...f.elements.account.options].some((o) => o.value === d.account && !o.disabled)) f.elements.account.value = d.account;
  const radio = f.querySelector(`[name="mode"][value="${CSS.escape(d.mode || "")}"]`);
  if (radio && !radio.disabled) radio.checked = true;
  dress();
}

function ready() {
  const f = form();
  if (!f || f.dataset.ready) return;
  f.dataset.ready = "true";
  const held = localStorage.getItem(key(f.dataset.conversation));
  if (held && !f.elements.text.value) fill(JSON.parse(held));
  dress();
}

// answer says which message is answered, and in which mode where that is asked
// for; none: the customer's last.
function answer(message, name, how) {
  const f = form();
  if (!f) return;
  f.elements.in_reply_to.value = message;
  const said = f.querySelector(".answering");
  if (said) {
    said.hidden = !message;
    said.querySelector("span").textContent = name || "";
  }
  if (how) write(how);
  else if (mode() === "note") write("public");
  else box().focus();
}

document.addEventListener("input", (e) => {
  if (e.target.id !== "write") return;
  count();
  keep();
});
document.addEventListener("change", (e) => {
  if (!e.target.closest("#composer")) return;
  dress();
  if (box().value) keep();
});
document.addEventListener("keydown", (e) => {
  if (e.target.id === "write" && e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    form().requestSubmit();
  }
});
document.addEventListener("click", (e) => {
  const to = e.target.closest("[data-answer]");
  if (to) answer(to.dataset.answer, to.dataset.name, to.dataset.mode);
  const relay = e.target.closest("[data-relay]");
  if (relay) {
    form().elements.account.value = relay.dataset.relay;
    if (mode() === "note") write("public");
    dress();
  }
  if (e.target.closest("[data-hand]") || (relay && !box().value)) {
    box().value = mode() === "private" ? sender().dataset.handPrivate : sender().dataset.handPublic;
    count();
    keep();
  }
  if (relay || e.target.closest("[data-hand]")) box().focus();
});
document.addEventListener("vigie:written", (e) => {
  const f = form();
  clearTimeout(saving);
  if (!f || f.elements.id.value !== e.detail.id) return;
  localStorage.removeItem(key(f.dataset.conversation));
  f.elements.text.value = "";
  f.elements.id.value = e.detail.next;
  f.querySelector(".saved").textContent = "";
  for (const hint of f.querySelectorAll(".hint[role=status]")) hint.remove();
  answer("");
  dress();
});
document.addEventListener("vigie:returned", (e) => {
  const f = form();
  if (f?.dataset.conversation === e.detail.conversation && !f.elements.text.value) {
    fill(e.detail);
    keep();
    box().focus();
  } else {
    localStorage.setItem(key(e.detail.conversation), JSON.stringify(e.detail));
  }
});
document.addEventListener("htmx:afterRequest", (e) => {
  if (e.detail.successful && e.detail.elt.matches?.("[data-done]")) e.detail.elt.closest(".undo")?.remove();
});
document.addEventListener("htmx:load", ready);
ready();
