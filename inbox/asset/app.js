// What pages do beyond links and forms. Each module looks after one thing and
// listens on the document, so that parts which htmx swaps need no set-up.
document.documentElement.classList.add("js");

import "./clock.js";
import "./pane.js";
import "./list.js";
import "./compose.js";
import "./triage.js";
import "./rule.js";
import "./audit.js";
import "./account.js";
import "./keys.js";
import "./live.js";
