// Forms: lists that grow rows, weights, filters, fields that belong to a choice, what is carried over from the address.
import { on } from "./on.js";

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
