// The live stream: one connection for the whole browser. The tab that holds the
// lock listens and tells the others; when it goes, another takes over and all
// read again what they show.
import { drop, numbers, put, refresh } from "./list.js";

const me = document.body.dataset.me;
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`vigie-live-${me}`) : null;
const offline = document.getElementById("offline");

function take({ event, data }) {
  if (event === "row") {
    put(data.html);
    numbers();
    if (open() === data.id) parts();
  } else if (event === "gone") {
    drop(data.id);
    numbers();
  } else if (event === "stale" || event === "resync") {
    refresh();
    if (event === "resync" && open()) parts();
  } else if (event === "state" && offline) {
    offline.hidden = data.on;
  }
}

const open = () => document.querySelector("#talk [data-conversation]")?.dataset.conversation;

// What changed in the open conversation is swapped in around the composer, a
// few changes together, and not while somebody chooses from one of its menus.
let later = 0;
function parts(wait = 120) {
  clearTimeout(later);
  later = setTimeout(() => {
    if (!open()) return;
    if (document.querySelector("#talk :popover-open")) parts(1000);
    else window.htmx.ajax("GET", `/c/${open()}/parts`, { target: "#incoming", swap: "none" });
  }, wait);
}

function tell(event, data) {
  const news = { event, data };
  channel?.postMessage(news);
  take(news);
}

function listen() {
  let lost = 0;
  const source = new EventSource("/live");
  for (const event of ["row", "gone", "stale", "resync"]) {
    source.addEventListener(event, (e) => tell(event, JSON.parse(e.data)));
  }
  source.addEventListener("open", () => {
    clearTimeout(lost);
    lost = 0;
    tell("state", { on: true });
  });
  source.addEventListener("error", () => {
    lost ||= setTimeout(() => tell("state", { on: false }), 4000);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => { source.close(); listen(); tell("resync", {}); }, 5000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

if (me) {
  channel?.addEventListener("message", (e) => take(e.data));
  if (navigator.locks && channel) {
    navigator.locks.request(`vigie-live-${me}`, () => new Promise((done) => {
      addEventListener("pagehide", done, { once: true });
      listen();
    }));
  } else {
    listen();
  }
  // A page that was put aside whole comes back with old news.
  addEventListener("pageshow", (e) => e.persisted && location.reload());
}
