// What every page needs. Pages work without it: links lead there, forms are sent.
import "./ui/toast.js";
import "./ui/dialog.js";
import "./ui/menu.js";
import "./ui/table.js";
import "./ui/forms.js";
import "./ui/parts.js";
import "./ui/keys.js";
import "./ui/palette.js";
import "./ui/elapsed.js";
import { on } from "./ui/on.js";
import { recall, remember } from "./ui/memory.js";
import { toast } from "./ui/toast.js";

// Theme: what the system says, until one chooses.

on("click", "[data-theme-toggle]", () => {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  remember("theme", theme);
  document.dispatchEvent(new CustomEvent("themechange"));
});

// The menu of a narrow screen

const burger = document.querySelector("[data-drawer-open]");
// While it is open, the keyboard stays in it.
const drawer = (open) => {
  document.body.classList.toggle("ty-open", open);
  document.querySelector(".ty-main")?.toggleAttribute("inert", open);
  burger?.setAttribute("aria-expanded", String(open));
  (open ? document.querySelector(".ty-rail a") : burger)?.focus();
};
on("click", "[data-drawer-open]", () => drawer(true));
on("click", "[data-drawer-close]", () => drawer(false));
document.addEventListener("keydown", (e) => {
  if (!document.body.classList.contains("ty-open")) return;
  if (e.key === "Escape") drawer(false);
});
matchMedia("(min-width: 992px)").addEventListener("change", () => {
  if (document.body.classList.contains("ty-open")) drawer(false);
});

// The entry that is current is in sight, however long the menu is.
document.querySelector(".ty-rail [aria-current=page]")?.scrollIntoView({ block: "nearest" });

// Copying: a field, or an element whose text it is.

on("click", "[data-copy]", async (button) => {
  const source = document.getElementById(button.dataset.copy);
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    // No clipboard without https: the text is selected, and the old way tried.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    isCopied = document.execCommand("copy");
  }
  if (isCopied) toast("Copied", "success");
  else toast("The browser did not let us copy. The text is selected: press Ctrl C.", "error");
});

// Parts that were opened stay open on this page.

for (const details of document.querySelectorAll("details[data-keep]")) {
  const name = `open:${location.pathname}:${details.dataset.keep}`;
  const kept = recall(name);
  if (kept !== null) details.open = kept;
  details.addEventListener("toggle", () => remember(name, details.open));
}
