// Menus that drop down: `<details data-menu>`, which work by themselves. Here: only one at a time, closed by Escape or by
// a click elsewhere, walked through with the arrow keys.
import { on } from "./on.js";

const openMenus = () => document.querySelectorAll("details[data-menu][open]");
const items = (menu) =>
  [...menu.querySelectorAll(".ty-menu-list :is(a[href], button, input, select, summary)")]
    .filter((item) => !item.disabled && item.offsetParent);

document.addEventListener("click", (e) => {
  for (const menu of openMenus()) if (!menu.contains(e.target)) menu.open = false;
});
document.addEventListener("focusout", (e) => {
  const menu = e.target.closest?.("details[data-menu][open]");
  if (menu && e.relatedTarget && !menu.contains(e.relatedTarget)) menu.open = false;
});
on("keydown", "details[data-menu]", (menu, e) => {
  if (e.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    e.stopPropagation();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step || e.target.matches("select, input:not([type=checkbox])")) return;
  e.preventDefault();
  menu.open = true;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]?.focus();
});

// A list one brings into another order with buttons: `data-move="up"` takes the item one up.

on("click", "[data-sortable] [data-move]", (button) => {
  const item = button.closest("[data-sort-item]");
  const list = item.closest("[data-sortable]");
  if (button.dataset.move === "up") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
  list.dispatchEvent(new CustomEvent("ty:moved", { bubbles: true }));
});
