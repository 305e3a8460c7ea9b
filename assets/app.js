// What every page needs: theme, drawer, copying, confirmations, toasts, forms that grow rows. Pages work without it.
"use strict";

const on = (event, selector, action) =>
  document.addEventListener(event, (e) => {
    const target = e.target.closest?.(selector);
    if (target) action(target, e);
  });

// Theme and menu

on("click", "[data-theme-toggle]", () => {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  try { localStorage.setItem("trackily-theme", theme); } catch { /* it holds for this page only */ }
  document.dispatchEvent(new CustomEvent("themechange"));
});

const burger = document.querySelector("[data-drawer-open]");
const drawer = (open) => {
  document.body.classList.toggle("ty-open", open);
  burger?.setAttribute("aria-expanded", String(open));
  (open ? document.querySelector(".ty-rail a") : burger)?.focus();
};
on("click", "[data-drawer-open]", () => drawer(true));
on("click", "[data-drawer-close]", () => drawer(false));
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && document.body.classList.contains("ty-open")) drawer(false);
});

// Toasts

const toasts = document.querySelector(".ty-toasts");
const fade = (note) => setTimeout(() => note.remove(), 8000);
const toast = (message, kind = "info") => {
  const note = document.createElement("div");
  note.className = `ty-toast ${kind}`;
  note.textContent = message;
  toasts?.append(note);
  fade(note);
};
document.querySelectorAll(".ty-toast:not(.error)").forEach(fade);

on("click", "[data-copy]", async (button) => {
  // A field, or an element whose text it is.
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
  toast("Copied", "success");
});

// Questions before what can't be undone

const ask = (question, yes) =>
  new Promise((answer) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ty-dialog";
    dialog.setAttribute("aria-labelledby", "question");
    const text = document.createElement("p");
    text.id = "question";
    text.textContent = question;
    const buttons = document.createElement("div");
    buttons.className = "ty-buttons";
    const button = (label, look, value) => {
      const element = document.createElement("button");
      element.type = "button";
      element.className = `btn ${look}`;
      element.textContent = label;
      element.addEventListener("click", () => dialog.close(value));
      buttons.append(element);
    };
    button("Cancel", "", "no");
    button(yes, "ty-destroy", "yes");
    dialog.append(text, buttons);
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

let confirmed = null;
on("submit", "form", async (form, e) => {
  const button = e.submitter;
  const question = button?.dataset.confirm;
  if (question && confirmed !== button) {
    e.preventDefault();
    if (await ask(question, button.dataset.confirmYes ?? "Yes")) {
      confirmed = button;
      form.requestSubmit(button);
    }
    return;
  }
  confirmed = null;
  document.body.classList.add("ty-busy");
});
addEventListener("pageshow", () => document.body.classList.remove("ty-busy"));

// A page of one thing over the list it is in; without scripts the link leads there. Its forms come back to the list.

on("click", "a[data-modal]", async (link, e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
  e.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-modal-content]");
    if (!answer.ok || !content) throw new Error("no content");
    modal(content, link);
  } catch {
    location.assign(link.href);
  }
});
const modal = (content, opener) => {
  const dialog = document.createElement("dialog");
  dialog.className = "ty-dialog ty-modal";
  dialog.setAttribute("aria-labelledby", "modal-title");
  const head = document.createElement("div");
  head.className = "ty-modal-head";
  const title = document.createElement("h2");
  title.id = "modal-title";
  title.textContent = content.dataset.title;
  const page = document.createElement("a");
  page.className = "btn btn-sm";
  page.href = opener.href;
  page.textContent = "As a page";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  head.append(title, page, close);
  dialog.append(head, document.importNode(content, true));
  for (const field of dialog.querySelectorAll("[data-return]")) field.value = location.pathname + location.search;
  dialog.addEventListener("click", (e) => { if (e.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
};

// Rows to choose from, for what the form above them does to all that are chosen.

const tally = (form) => {
  const boxes = [...document.querySelectorAll(`[data-select][form="${form.id}"]`)];
  const count = boxes.filter((box) => box.checked).length;
  const whole = form.elements.all?.checked ?? false;
  for (const box of boxes) box.disabled = whole;
  const page = form.querySelector("[data-select-all]");
  page.checked = count > 0 && count === boxes.length;
  page.indeterminate = count > 0 && count < boxes.length;
  page.disabled = whole;
  form.querySelector("[data-selected]").textContent = whole ? "All selected" : count > 0 ? `${count} selected` : "None selected";
  for (const button of form.querySelectorAll("[data-bulk-button]")) button.disabled = !whole && count === 0;
};
on("change", "[data-select]", (box) => tally(box.form));
on("change", "[data-bulk] [name=all]", (box) => tally(box.form));
on("change", "[data-select-all]", (page) => {
  for (const box of document.querySelectorAll(`[data-select][form="${page.form.id}"]`)) box.checked = page.checked;
  tally(page.form);
});
document.querySelectorAll("[data-bulk]").forEach(tally);
addEventListener("pageshow", () => document.querySelectorAll("[data-bulk]").forEach(tally));

// Rows of a list inside a form: the template is cloned, the remove button takes its row away.

on("click", "[data-add-row]", (button) => {
  const list = document.getElementById(button.dataset.addRow);
  const template = document.getElementById(`${button.dataset.addRow}-template`);
  list.append(template.content.cloneNode(true));
  list.lastElementChild.querySelector("select, input")?.focus();
  refresh(list);
});
on("click", "[data-remove-row]", (button) => {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  const add = document.querySelector(`[data-add-row="${list.id}"]`);
  (neighbour?.querySelector("select, input") ?? add)?.focus();
  refresh(list);
});

// Weights: each row's share, and the button that makes them equal. A row without an item counts nothing; a weight of
// zero is switched off and stays so, unless all are.

const weights = (list) =>
  [...list.querySelectorAll("[data-row]")]
    .filter((row) => row.querySelector("[data-item]")?.value)
    .map((row) => row.querySelector("[data-weight]"));
const weightOf = (field) => Math.max(0, Number(field.value) || 0);
const shares = (list) => {
  const counted = weights(list);
  const total = counted.reduce((sum, field) => sum + weightOf(field), 0);
  for (const row of list.querySelectorAll("[data-row]")) {
    const field = row.querySelector("[data-weight]");
    const share = row.querySelector("[data-share]");
    if (share) share.textContent = total > 0 && counted.includes(field) ? `${((100 * weightOf(field)) / total).toFixed(1)}%` : "–";
  }
};
on("input", "[data-weight], [data-item]", (field) => shares(field.closest("[data-weights]")));
on("click", "[data-balance]", (button, e) => {
  e.preventDefault();
  const list = document.getElementById(button.dataset.balance);
  const fields = weights(list);
  const allOff = fields.every((field) => weightOf(field) === 0);
  for (const field of fields) if (allOff || weightOf(field) > 0) field.value = 100;
  shares(list);
});

// Filters: only the comparisons that the field has, and what its values look like.

const suit = (row) => {
  const choice = row.querySelector("[data-filter-field]").selectedOptions[0];
  const operators = choice?.dataset.operators?.split(" ");
  const select = row.querySelector("[data-filter-op]");
  for (const option of select.options) option.disabled = option.hidden = operators ? !operators.includes(option.value) : false;
  if (select.selectedOptions[0]?.disabled) select.value = operators[0];
  row.querySelector("[data-filter-values]").placeholder = choice?.dataset.example ?? "";
};
on("change", "[data-filter-field]", (field) => suit(field.closest("[data-row]")));

// The usual values of a filter are offered for what follows the last comma, too.

const offer = (input) => {
  const field = input.closest("[data-row]").querySelector("[data-filter-field]").value;
  const usual = document.getElementById(`values-${field}`);
  if (!usual) return input.removeAttribute("list");
  const given = input.value.split(",").map((value) => value.trim().toLowerCase());
  const before = input.value.slice(0, input.value.lastIndexOf(",") + 1);
  const live = document.createElement("datalist");
  live.id = "values-live";
  for (const option of usual.options) {
    if (given.slice(0, -1).includes(option.value.toLowerCase())) continue;
    const copy = document.createElement("option");
    copy.value = before ? `${before} ${option.value}` : option.value;
    copy.label = option.label;
    live.append(copy);
  }
  document.getElementById("values-live")?.remove();
  document.body.append(live);
  input.setAttribute("list", live.id);
};
on("focusin", "[data-filter-values]", offer);
on("input", "[data-filter-values]", (input, e) => { if (e.data === "," || e.data === null) offer(input); });

const refresh = (list) => {
  if ("weights" in list.dataset) shares(list);
  list.querySelectorAll("[data-filter-field]").forEach((field) => suit(field.closest("[data-row]")));
};
document.querySelectorAll(".ty-rows").forEach(refresh);

// Fields that belong to some choices of another field.

const reveal = (field) => {
  for (const part of document.querySelectorAll(`[data-shown-for="${field.id}"]`)) {
    const shown = part.dataset.values.split(" ").includes(field.value);
    part.hidden = !shown;
    part.querySelectorAll("input, select, textarea").forEach((input) => { input.disabled = !shown; });
  }
};
on("change", "[data-reveals]", reveal);
document.querySelectorAll("[data-reveals]").forEach(reveal);

// A slug follows the name until somebody writes one.

document.querySelectorAll("[data-slug-of]").forEach((slug) => {
  const name = document.getElementById(slug.dataset.slugOf);
  if (!name || slug.value) return;
  let follows = true;
  slug.addEventListener("input", () => { follows = slug.value === ""; });
  name.addEventListener("input", () => {
    if (!follows) return;
    const plain = name.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    slug.value = plain.replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 100);
  });
});

// The one-time token of an invitation rides in the fragment, which no server sees until the form is sent.

const token = document.querySelector("[data-token-from-fragment]");
if (token && location.hash.length > 1) {
  token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
if (token?.value) token.closest("[data-token-field]").hidden = true;

// A part that shows how something is getting on asks the server for itself until that is over; then the page is new.

const follow = (part) => setTimeout(async () => {
  try {
    const answer = await fetch(part.dataset.poll);
    if (answer.ok && !answer.redirected) {
      const draft = document.createElement("template");
      draft.innerHTML = await answer.text();
      const next = draft.content.firstElementChild;
      if (!next?.dataset.poll) return location.reload();
      part.replaceWith(next);
      part = next;
    }
  } catch { /* the next turn asks again */ }
  follow(part);
}, 1000);
document.querySelectorAll("[data-poll]").forEach(follow);

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
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
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

// Long lists one can type into.

if (window.TomSelect) {
  document.querySelectorAll("select[data-search]").forEach((select) => {
    // The label goes over to the new field; the select behind it keeps its name.
    const label = document.querySelector(`label[for="${select.id}"]`);
    label.id = `${select.id}-label`;
    select.setAttribute("aria-labelledby", label.id);
    new TomSelect(select, { maxOptions: null, selectOnTab: true, refreshThrottle: 0 });
  });
}
