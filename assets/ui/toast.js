// Said in passing. What went well leaves by itself, unless one is reading or about to undo it; what failed stays.
import { make, on } from "./on.js";

const shownFor = 8_000;
const undoableFor = 15_000;

const region = () => {
  const found = document.querySelector(".ty-toasts");
  if (found) return found;
  const made = make("div", { class: "ty-toasts", role: "status" });
  document.body.append(made);
  return made;
};

const close = (note) => {
  const back = note.contains(document.activeElement);
  note.remove();
  if (back) document.getElementById("content")?.focus();
};

const show = (note) => {
  note.append(make("button", { type: "button", class: "ty-toast-close", "aria-label": "Dismiss", "data-toast-close": true }, "×"));
  region().append(note);
  if (note.classList.contains("error")) return;
  const time = note.querySelector("form, [data-toast-run]") ? undoableFor : shownFor;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (note.matches(":hover, :focus-within") ? start() : close(note)), time);
  };
  note.addEventListener("pointerleave", start);
  note.addEventListener("focusout", start);
  start();
};

/// - kind: success, info, warning, error.
/// - action: `{ label, run }`; `run` may be async. A failure of it is said by a toast, too.
export const toast = (message, kind = "info", action = null) => {
  const note = make("div", { class: `ty-toast ${kind}` }, make("span", {}, message));
  if (action) {
    const button = make("button", { type: "button", class: "btn btn-sm", "data-toast-run": true }, action.label);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await action.run();
        close(note);
      } catch {
        close(note);
        toast(`${action.label}: that did not work. Reload the page and try again.`, "error");
      }
    });
    note.append(button);
  }
  show(note);
  return note;
};

on("click", "[data-toast-close]", (button) => close(button.closest(".ty-toast")));

// Those that came with the page are put in once more: a live region says only what is added to it.
const given = [...document.querySelectorAll(".ty-toasts > .ty-toast")];
for (const note of given) note.remove();
requestAnimationFrame(() => given.forEach(show));
