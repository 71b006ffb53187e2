// Many files, one request each, three at a time. A file is safe as soon as its line says so; the page's WebSocket
// tells what becomes of it then. Without this script the form sends all of them at once.
import { byId } from "./dom.js";
import { watchDropZone } from "./upload/drop_zone.js";
import { Panel } from "./upload/panel.js";
import { Requests } from "./upload/requests.js";
import { Sends } from "./upload/sends.js";

const form = byId("upload");

function start() {
  const panel = new Panel(byId("sending"));
  const sends = new Sends(new Requests(form), panel);
  panel.onRetry = (failed) => sends.again(failed);
  watchDropZone(form, byId("files"), (files) => sends.begin(files));
  window.addEventListener("beforeunload", (event) => {
    if (sends.areUnfinished()) event.preventDefault(); // the browser asks whether to leave
  });
}

if (form && !form.querySelector("fieldset").disabled) start();
