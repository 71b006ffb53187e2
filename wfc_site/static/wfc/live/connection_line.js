// The line at the foot of the page that tells of the connection.
import { byId } from "../dom.js";

export function say(sentence, link) {
  const line = byId("connection");
  line.textContent = sentence;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    line.append(" ", anchor);
  }
  line.hidden = !sentence;
}
