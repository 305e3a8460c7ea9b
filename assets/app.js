// What every page needs: theme, drawer, copy buttons, confirmations, toasts, forms that grow rows. No inline scripts.
"use strict";

const on = (event, selector, action) =>
  document.addEventListener(event, (e) => {
    const target = e.target.closest?.(selector);
    if (target) action(target, e);
  });

on("click", "[data-theme-toggle]", () => {
  const dark = document.documentElement.dataset.bsTheme !== "dark";
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  localStorage.setItem("trackily-theme", dark ? "dark" : "light");
  document.dispatchEvent(new CustomEvent("themechange"));
});

const drawer = (open) => {
  document.body.classList.toggle("ty-open", open);
  document.querySelector("[data-drawer-open]")?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".ty-rail a")?.focus();
};
on("click", "[data-drawer-open]", () => drawer(true));
on("click", "[data-drawer-close]", () => drawer(false));
document.addEventListener("keydown", (e) => { if (e.key === "Escape") drawer(false); });

const toast = (message, kind = "info") => {
  let box = document.querySelector(".ty-toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "ty-toasts";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const note = document.createElement("div");
  note.className = `ty-toast ${kind}`;
  note.textContent = message;
  box.append(note);
  setTimeout(() => note.remove(), 6000);
};

on("click", "[data-copy]", async (button) => {
  const source = document.getElementById(button.dataset.copy);
  const text = source?.value ?? source?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("Copied", "success");
});

on("submit", "form", (form, e) => {
  const question = e.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) { e.preventDefault(); return; }
  document.body.classList.add("ty-busy");
});
window.addEventListener("pageshow", () => document.body.classList.remove("ty-busy"));

on("change", "[data-submit-on-change]", (field) => field.form?.requestSubmit());

// Rows of a list inside a form: a <template> is cloned, the remove button takes its row away.
on("click", "[data-add-row]", (button) => {
  const list = document.getElementById(button.dataset.addRow);
  const template = document.getElementById(`${button.dataset.addRow}-template`);
  list.append(template.content.cloneNode(true));
  list.lastElementChild.querySelector("select, input")?.focus();
  shares(list);
});
on("click", "[data-remove-row]", (button) => {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  row.remove();
  shares(list);
});

// Weights: what share each row gets, and the button that makes them equal.
const shares = (list) => {
  const fields = [...list.querySelectorAll("[data-weight]")];
  const total = fields.reduce((sum, field) => sum + Math.max(0, Number(field.value) || 0), 0);
  for (const field of fields) {
    const share = field.closest("[data-row]").querySelector("[data-share]");
    if (share) share.textContent = total > 0 ? `${((100 * (Number(field.value) || 0)) / total).toFixed(1)} %` : "–";
  }
};
on("input", "[data-weight]", (field) => shares(field.closest("[data-weights]")));
on("click", "[data-balance]", (button) => {
  const list = document.getElementById(button.dataset.balance);
  for (const field of list.querySelectorAll("[data-weight]")) field.value = 100;
  shares(list);
});
document.querySelectorAll("[data-weights]").forEach(shares);

// Fields that belong to one choice of another field.
const reveal = (field) => {
  for (const part of document.querySelectorAll(`[data-shown-for="${field.id}"]`)) {
    const shown = part.dataset.values.split(" ").includes(field.value);
    part.hidden = !shown;
    part.querySelectorAll("input, select, textarea").forEach((input) => { input.disabled = !shown; });
  }
};
on("change", "[data-reveals]", reveal);
document.querySelectorAll("[data-reveals]").forEach(reveal);

// The one-time token of an invitation rides in the fragment, which no server sees until the form is sent.
const token = document.querySelector("[data-token-from-fragment]");
if (token && location.hash.length > 1) token.value = location.hash.slice(1);
