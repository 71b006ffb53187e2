// The page's one WebSocket: what it shows, when to connect again, and what people read of it.
import { byId } from "../dom.js";
import { say } from "./connection_line.js";
import { leave, VERSION } from "./version.js";

const SIGNED_OUT = 4401;
const NOT_ALLOWED = 4403;
const OUTDATED = 4426;
const MOVED = 4001; // our own: the page shows another part of its table
const FINAL = [SIGNED_OUT, NOT_ALLOWED, OUTDATED];
const HTMX_RECONNECTS_ON = [1006, 1011, 1012, 1013];
const SHOW_LOSS_AFTER_MS = 1500; // a restart of the site is over before anyone needs to read of it

let lossTimer = 0;
let tries = 0;

function delayMs(attempt) {
  return Math.min(250 * 2 ** attempt, 5000) * (0.5 + Math.random() / 2);
}

function lossSentence() {
  return navigator.onLine
    ? "The connection to the server is lost. Trying again; what you see may be out of date."
    : "This computer is offline. What you see may be out of date; it catches up by itself.";
}

function sayLossSoon() {
  clearTimeout(lossTimer);
  lossTimer = setTimeout(() => say(lossSentence()), SHOW_LOSS_AFTER_MS);
}

function onOpen() {
  tries = 0;
  clearTimeout(lossTimer);
  say("");
  document.body.dataset.connection = "live";
}

// The socket's address says what the page shows. When htmx has brought another part of a table, that part
// has its own.
let socket = null;
let shows = "";

htmx.createWebSocket = (address) => {
  const shown = shows ? address.replace(/\?.*/s, `?${shows}`) : address;
  socket = new WebSocket(`${shown}&version=${VERSION}`, []);
  return socket;
};

function showOther() {
  const now = document.querySelector("[data-live]")?.dataset.live ?? "";
  if (now === shows) return;
  const first = shows === "" && document.body.getAttribute("ws-connect").endsWith(`?${now}`);
  shows = now;
  if (!first) socket?.close(MOVED);
}

function onClose({ detail: { event, socketWrapper } }) {
  if (event.code === MOVED) {
    document.body.dataset.connection = "moving";
    socketWrapper.reconnect();
    return;
  }
  document.body.dataset.connection = FINAL.includes(event.code) ? "ended" : "lost";
  clearTimeout(lossTimer);
  if (event.code === SIGNED_OUT) {
    say("You are signed out.", { href: "/sign-in", text: "Sign in again" });
  } else if (event.code === NOT_ALLOWED) {
    say("You may not see this page any more.", { href: "/", text: "To the list of jobs" });
  } else if (event.code === OUTDATED) {
    leave();
  } else {
    sayLossSoon();
    if (!HTMX_RECONNECTS_ON.includes(event.code)) {
      setTimeout(() => socketWrapper.reconnect(), delayMs(tries++));
    }
  }
}

htmx.config.wsReconnectDelay = delayMs;
document.addEventListener("htmx:wsOpen", onOpen);
document.addEventListener("htmx:wsClose", onClose);
document.addEventListener("htmx:afterSettle", ({ target }) => {
  showOther();
  if (target.id === "listing") byId("said").textContent = byId("matches")?.textContent ?? "";
});
window.addEventListener("offline", () => say(lossSentence()));
window.addEventListener("online", () => {
  if (document.body.dataset.connection === "live") say("");
});
