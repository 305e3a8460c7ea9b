// Keys: `g` and a letter goes to a page, `/` to the search, `?` lists them all. None while one types or a dialog is open;
// who needs the letters for something else switches them off in that list.
import { make, on } from "./on.js";
import { recall, remember } from "./memory.js";

const typing = (element) =>
  element?.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], [role=textbox]");
const areOn = () => recall("keys") !== false;

/// Whether a key that is pressed now may mean a shortcut.
export const isFree = (e) =>
  !e.defaultPrevented && !e.isComposing && !e.ctrlKey && !e.metaKey && !e.altKey && !typing(e.target)
  && !document.querySelector("dialog[open]");

const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

/// As people read it: `Ctrl K`, on a Mac `⌘ K`.
export const chord = (letter) => (isMac ? `⌘ ${letter}` : `Ctrl ${letter}`);

const places = () =>
  [...document.querySelectorAll(".ty-rail a[data-go]")].map((link) => ({
    letter: link.dataset.go, title: link.dataset.title ?? link.textContent.trim(), run: () => location.assign(link.href),
  }));
const actions = () =>
  [...document.querySelectorAll("[data-key]")].filter((element) => !element.disabled && element.offsetParent).map((element) => ({
    letter: element.dataset.key, title: element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim(),
    run: () => (element.matches("input, select") ? element.focus() : element.click()),
  }));

const search = () => {
  const field = document.querySelector("main input[type=search]");
  if (field?.offsetParent) {
    field.focus();
    field.select();
  } else {
    document.dispatchEvent(new CustomEvent("ty:palette"));
  }
};

// The list

const row = (keys, title) =>
  make("div", {}, make("dt", {}, ...keys.flatMap((key, index) => [index ? " " : null, make("kbd", {}, key)])), make("dd", {}, title));
const group = (title, rows) =>
  rows.length ? make("section", {}, make("h3", {}, title), make("dl", { class: "ty-keys" }, ...rows)) : null;

export const showKeys = () => {
  if (document.querySelector("dialog[open]")) return;
  const before = document.activeElement;
  const toggle = make("input", { type: "checkbox", class: "form-check-input", role: "switch" });
  toggle.checked = areOn();
  toggle.addEventListener("change", () => remember("keys", toggle.checked ? null : false));
  const dialog = make(
    "dialog", { class: "ty-dialog ty-shortcuts", "aria-labelledby": "shortcuts-title" },
    make("div", { class: "ty-modal-head" }, make("h2", { id: "shortcuts-title" }, "Keyboard shortcuts"),
      make("button", { type: "button", class: "btn btn-sm", "data-dialog-close": true }, "Close")),
    make(
      "div", { class: "ty-shortcut-groups" },
      group("Everywhere", [
        row([chord("K")], "Search and go to anything"), row(["/"], "Search this page's list"),
        row(["?"], "This list"), row(["Esc"], "Close what is open"),
      ]),
      group("This page", actions().map(({ letter, title }) => row([letter], title))),
      group("Go to", places().map(({ letter, title }) => row(["g", letter], title))),
      document.querySelector(".ty-grip") && group("Tables", [
        row(["←", "→"], "Width of a column, on its edge"), row(["Shift", "←", "→"], "To the next column's edge"),
        row(["Home"], "As wide as its content"),
      ])),
    make("label", { class: "form-check form-switch ty-keys-switch" }, toggle,
      make("span", { class: "form-check-label" }, "Shortcuts of one letter are on")));
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
};
on("click", "[data-show-keys]", showKeys);

// What is pressed

let prefix = -Infinity;
document.addEventListener("keydown", (e) => {
  if (!isFree(e)) return;
  if (e.key === "?") {
    e.preventDefault();
    showKeys();
    return;
  }
  if (!areOn()) return;
  const wasPrefix = performance.now() - prefix < 1_500;
  prefix = -Infinity;
  let found = null;
  if (wasPrefix) found = places().find(({ letter }) => letter === e.key);
  else if (e.key === "g") prefix = performance.now();
  else if (e.key === "/") found = { run: search };
  else found = actions().find(({ letter }) => letter === e.key);
  if (!found) return;
  e.preventDefault();
  found.run();
});
