// While the next page is made: a bar at once, and after a second how long it has been taking.
import { elapsed } from "./elapsed.js";
import { on } from "./on.js";

let timer;
let waiting = null;

const note = () => document.querySelector(".ty-working");

/// - part: the selector of what is about to change.
export const busy = (part) => {
  document.body.classList.add("ty-busy");
  waiting = part ? document.querySelector(part) : null;
  waiting?.setAttribute("aria-busy", "true");
  clearInterval(timer);
  const began = Date.now();
  timer = setInterval(() => {
    const shown = note();
    if (shown) shown.textContent = `Working… ${elapsed(Date.now() - began)}`;
  }, 1000);
};

export const idle = () => {
  clearInterval(timer);
  document.body.classList.remove("ty-busy");
  if (note()) note().textContent = "";
  waiting?.removeAttribute("aria-busy");
};

// A page may come back from the browser's memory as it was left.
addEventListener("pageshow", idle);

on("click", "a[data-busy]", (link, e) => {
  if (!e.defaultPrevented && e.button === 0 && !e.ctrlKey && !e.metaKey && !e.shiftKey) busy(link.dataset.busy);
});
