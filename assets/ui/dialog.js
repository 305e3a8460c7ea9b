// Dialogs: a question before what can't be undone, a page of one thing over the list it is in, and dialogs of the page
// itself. The browser keeps the focus inside and gives it back.
import { busy } from "./busy.js";
import { make, on } from "./on.js";

/// Whether the person says yes.
export const ask = (question, yes = "Yes", detail = null) =>
  new Promise((answer) => {
    const before = document.activeElement;
    const button = (label, look, value) => {
      const element = make("button", { type: "button", class: `btn ${look}` }, label);
      element.addEventListener("click", () => dialog.close(value));
      return element;
    };
    const dialog = make(
      "dialog", { class: "ty-dialog", "aria-labelledby": "question", "aria-describedby": detail && "question-detail" },
      make("p", { id: "question", class: "ty-question" }, question),
      detail && make("p", { id: "question-detail", class: "ty-lead" }, detail),
      make("div", { class: "ty-buttons" }, button("Cancel", "", "no"), button(yes, "ty-destroy", "yes")));
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

let confirmed = null;
on("submit", "form", async (form, e) => {
  if (e.defaultPrevented) return;
  const button = e.submitter;
  const asking = button?.dataset.confirm ? button : form;
  const { confirm, confirmYes, confirmDetail } = asking.dataset;
  if (confirm && confirmed !== form) {
    e.preventDefault();
    if (await ask(confirm, confirmYes ?? "Yes", confirmDetail)) {
      confirmed = form;
      form.requestSubmit(button);
      // Where the form was not valid it was not sent, and is asked about again.
      confirmed = null;
    }
    return;
  }
  // What is downloaded leaves the page as it is.
  if (form.method !== "dialog" && !("download" in form.dataset)) busy(form.dataset.busy);
});

// A page of one thing over the list it is in; without scripts the link leads there. Its forms come back to the list.

const modal = (content, opener) => {
  const close = make("button", { type: "button", class: "btn btn-sm", "data-dialog-close": true }, "Close");
  const dialog = make(
    "dialog", { class: "ty-dialog ty-modal", "aria-labelledby": "modal-title" },
    make(
      "div", { class: "ty-modal-head" }, make("h2", { id: "modal-title" }, content.dataset.title),
      make("a", { class: "btn btn-sm", href: opener.href }, "As a page"), close),
    document.importNode(content, true));
  for (const field of dialog.querySelectorAll("[data-return]")) field.value = location.pathname + location.search;
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
  dialog.dispatchEvent(new CustomEvent("ty:loaded", { bubbles: true }));
};

let isOpening = false;
on("click", "a[data-modal]", async (link, e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
  e.preventDefault();
  if (isOpening) return;
  isOpening = true;
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-modal-content]");
    if (!answer.ok || !content) throw new Error("no content");
    modal(content, link);
  } catch {
    location.assign(link.href);
  } finally {
    isOpening = false;
  }
});

// A dialog that is on the page: whoever opens it gets the focus back.

on("click", "[data-dialog]", (button) => {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog?.showModal) return;
  dialog.addEventListener("close", () => button.focus(), { once: true });
  dialog.showModal();
});
on("click", "[data-dialog-close]", (button) => button.closest("dialog").close());
// A click on the page behind it; a selection of text that only ends there is none.
let pressed = null;
document.addEventListener("pointerdown", (e) => { pressed = e.target; });
on("click", "dialog", (dialog, e) => {
  const box = dialog.getBoundingClientRect();
  const inside = e.clientX >= box.left && e.clientX <= box.right && e.clientY >= box.top && e.clientY <= box.bottom;
  if (e.target === dialog && pressed === dialog && !inside) dialog.close();
});
