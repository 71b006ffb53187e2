// The model selector closes as menus do: by a click elsewhere, and by Escape.
import { byId } from "../dom.js";

function close(focus) {
  const selector = byId("selector");
  if (!selector?.open) return;
  selector.open = false;
  if (focus) selector.querySelector("summary").focus();
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest("#selector")) close(false);
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") close(true);
});
