// Parts of a page that come later or change by themselves: work that is followed, parts that take their time, results
// that are built as one types.
import { on, make } from "./on.js";

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
const settled = (part) => part.dispatchEvent(new CustomEvent("ty:loaded", { bubbles: true }));

// A part that shows how something is getting on asks the server for itself until that is over; then the page is new.
// After no answer it asks ever less often, and no more once it has left the page.

const pause = 1_000;
const longestPause = 30_000;
const follow = (part, wait = pause) => setTimeout(async () => {
  if (!part.isConnected) return;
  let next = Math.min(wait * 2, longestPause);
  try {
    const answer = await fetch(part.dataset.poll);
    if (answer.ok && !answer.redirected) {
      const draft = document.createElement("template");
      draft.innerHTML = await answer.text();
      const fresh = draft.content.firstElementChild;
      if (!part.isConnected) return;
      if (!fresh?.dataset.poll) {
        location.reload();
        return;
      }
      part.replaceWith(fresh);
      part = fresh;
      next = pause;
      settled(part);
    }
  } catch { /* the next turn asks again */ }
  follow(part, next);
}, wait);
document.querySelectorAll("[data-poll]").forEach((part) => follow(part));

// A part that takes its time is fetched when the page stands already.

const load = async (place) => {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.load, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error("refused");
    const page = parsed(await answer.text());
    const part = place.dataset.loadPart ? page.querySelector(place.dataset.loadPart) : page.body.firstElementChild;
    if (!part) throw new Error("no such part");
    const adopted = document.importNode(part, true);
    place.replaceWith(adopted);
    settled(adopted);
    adopted.querySelectorAll("[data-poll]").forEach((part) => follow(part));
  } catch {
    place.removeAttribute("aria-busy");
    place.replaceChildren(make(
      "div", { class: "ty-note error", role: "alert" },
      make("div", {}, make("p", {}, "This part did not load."),
        make("button", { type: "button", class: "btn btn-sm", "data-load-again": true }, "Try again"))));
  }
};
let loading = Promise.resolve();
on("click", "[data-load-again]", (button) => load(button.closest("[data-load]")));
// One after the other, as they stand on the page: it takes no more of the server than a page that is whole at once.
document.querySelectorAll("[data-load]").forEach((place) => {
  place.setAttribute("aria-busy", "true");
  loading = loading.then(() => load(place));
});

// A form whose result is built as one types: the same address a submit would open, of which only the result is shown.

document.querySelectorAll("form[data-live]").forEach((form) => {
  let turn = 0;
  let timer;
  const build = async () => {
    const mine = ++turn;
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address);
      if (!answer.ok || answer.redirected || mine !== turn) return;
      const page = parsed(await answer.text());
      // Another choice may fill in other fields, but never the one that is typed in.
      for (const field of page.querySelectorAll("form[data-live] [name]")) {
        const here = form.querySelector(`[name="${CSS.escape(field.name)}"]`);
        if (here && here !== document.activeElement && here.type === field.type && here.type !== "checkbox") here.value = field.value;
      }
      const result = document.getElementById(form.dataset.live);
      if (!result.contains(document.activeElement)) result.replaceWith(page.getElementById(form.dataset.live));
      history.replaceState(null, "", address);
    } catch { /* the button is still there */ }
  };
  form.addEventListener("input", (e) => {
    clearTimeout(timer);
    timer = setTimeout(build, e.target.matches("input:not([type=checkbox])") ? 250 : 0);
  });
});

// Filters that apply as they are chosen; what is typed waits for Enter.

on("change", "form[data-submit-on-change]", (form, e) => {
  if (e.target.matches("select, [type=checkbox], [type=radio], [type=date]")) form.requestSubmit();
});
