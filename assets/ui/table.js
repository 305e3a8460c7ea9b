// Tables: columns of any width, remembered in this browser; a shadow where there is more; rows to choose from.
import { make, on } from "./on.js";
import { recall, remember } from "./memory.js";

const narrowest = 56;
const widest = 1200;
const step = 16;

// Columns' widths

const columnsOf = (table) => [...(table.tHead?.rows[0]?.cells ?? [])];
// Text of the heading, without what only screen readers hear.
const nameOf = (heading) => heading.dataset.column ?? heading.textContent.trim();
const memoryOf = (table) => {
  // One memory for all things of a kind: /admin/campaigns/12 is like /admin/campaigns/13.
  const path = location.pathname.replace(/\/\d+(?=\/|$)/g, "/0");
  return `widths:${path}:${table.dataset.tyTable || table.caption?.textContent.trim() || ""}`;
};

const apply = (table, widths) => {
  const columns = columnsOf(table);
  let sum = 0;
  columns.forEach((heading, index) => {
    const width = widths[index];
    sum += width;
    // The last one takes what is left.
    heading.style.width = index < columns.length - 1 ? `${width}px` : "";
    const grip = heading.querySelector(":scope > .ty-grip");
    grip?.setAttribute("aria-valuenow", String(Math.round(width)));
  });
  table.classList.add("ty-fixed");
  table.style.width = `max(100%, ${Math.floor(sum)}px)`;
};

const measure = (table) => columnsOf(table).map((heading) => heading.getBoundingClientRect().width);

const release = (table) => {
  table.classList.remove("ty-fixed");
  table.style.width = "";
  for (const heading of columnsOf(table)) heading.style.width = "";
};

const keep = (table, widths) => {
  const columns = columnsOf(table);
  remember(memoryOf(table), Object.fromEntries(columns.map((heading, index) => [nameOf(heading), Math.round(widths[index])])));
};

/// - to: the width that the column gets; null is the one its content asks for.
const resize = (table, index, to) => {
  const widths = measure(table);
  if (to === null) {
    release(table);
    widths[index] = measure(table)[index];
  } else {
    widths[index] = Math.min(widest, Math.max(narrowest, to));
  }
  apply(table, widths);
  return widths;
};

const gripOf = (heading, index) =>
  make("span", {
    class: "ty-grip", role: "separator", "aria-orientation": "vertical", tabindex: index === 0 ? "0" : "-1",
    "aria-label": `Width of ${nameOf(heading)}`, "aria-valuemin": narrowest, "aria-valuemax": widest,
    "aria-valuenow": Math.round(heading.getBoundingClientRect().width),
    title: "Drag to change the width, double-click to fit. Keys: ← → width, Shift + ← → next column, Home fit.",
  });

const prepare = (table) => {
  if (table.dataset.tyReady) return;
  table.dataset.tyReady = "true";
  const columns = columnsOf(table);
  // A heading over several columns, or a table of one, has no widths to change.
  if (columns.length < 2 || columns.some((heading) => heading.colSpan > 1) || table.tHead.rows.length > 1) return;
  const sized = columns.filter((heading, index) => index < columns.length - 1 && !heading.matches(".ty-check, .ty-end"));
  sized.forEach((heading, index) => {
    heading.setAttribute("aria-label", nameOf(heading));
    heading.append(gripOf(heading, index));
  });
  const kept = recall(memoryOf(table));
  if (!kept || innerWidth < 768 || !columns.some((heading) => nameOf(heading) in kept)) return;
  const natural = measure(table);
  apply(table, columns.map((heading, index) => kept[nameOf(heading)] ?? natural[index]));
};

on("pointerdown", ".ty-grip", (grip, e) => {
  if (e.button !== 0) return;
  e.preventDefault();
  const heading = grip.parentElement;
  const table = heading.closest("table");
  const index = columnsOf(table).indexOf(heading);
  const [from, began] = [e.clientX, heading.getBoundingClientRect().width];
  let widths = null;
  const move = (event) => { widths = resize(table, index, began + event.clientX - from); };
  const end = () => {
    grip.removeEventListener("pointermove", move);
    grip.classList.remove("ty-held");
    if (widths) keep(table, widths);
  };
  grip.setPointerCapture(e.pointerId);
  grip.classList.add("ty-held");
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
});
on("dblclick", ".ty-grip", (grip) => {
  const table = grip.closest("table");
  keep(table, resize(table, columnsOf(table).indexOf(grip.parentElement), null));
});
on("keydown", ".ty-grip", (grip, e) => {
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
  if (!direction && e.key !== "Home") return;
  e.preventDefault();
  const table = grip.closest("table");
  if (direction && e.shiftKey) {
    const grips = [...table.tHead.querySelectorAll(".ty-grip")];
    const next = grips[grips.indexOf(grip) + direction];
    if (!next) return;
    grip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    return;
  }
  const heading = grip.parentElement;
  const to = direction ? heading.getBoundingClientRect().width + direction * step : null;
  keep(table, resize(table, columnsOf(table).indexOf(heading), to));
});

// A shadow where the table goes on

const shade = (area) => {
  const more = [];
  if (area.scrollLeft > 1) more.push("left");
  if (area.scrollLeft + area.clientWidth < area.scrollWidth - 2) more.push("right");
  area.dataset.more = more.join(" ");
};
const watcher = new ResizeObserver((entries) => entries.forEach((entry) => shade(entry.target)));
document.addEventListener("scroll", (e) => { if (e.target.matches?.(".ty-scroll")) shade(e.target); }, { capture: true, passive: true });

// Rows to choose from, for what the form above them does to all that are chosen

const boxesOf = (form) => [...document.querySelectorAll(`[data-select][form="${form.id}"]`)];
const tally = (form) => {
  const boxes = boxesOf(form);
  const count = boxes.filter((box) => box.checked).length;
  const whole = form.elements.all?.checked ?? false;
  for (const box of boxes) box.disabled = whole;
  // In the form, or in the table's head.
  const page = [...form.elements].find((field) => "selectAll" in field.dataset);
  if (page) {
    page.checked = count > 0 && count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
    page.disabled = whole;
  }
  const selected = form.querySelector("[data-selected]");
  if (selected) selected.textContent = whole ? "All selected" : count > 0 ? `${count} selected` : "None selected";
  form.classList.toggle("ty-active", whole || count > 0);
  for (const button of form.querySelectorAll("[data-bulk-button]")) button.disabled = !whole && count === 0;
};
on("change", "[data-select]", (box) => tally(box.form));
on("change", "[data-bulk] [name=all]", (box) => tally(box.form));
on("change", "[data-select-all]", (page) => {
  for (const box of boxesOf(page.form)) box.checked = page.checked;
  tally(page.form);
});
// With Shift, all from the one that was clicked before.
let last = null;
on("click", "[data-select]", (box, e) => {
  const boxes = boxesOf(box.form);
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)];
  last = box;
  if (!e.shiftKey || from < 0) return;
  for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
  tally(box.form);
});

const begin = (part) => {
  part.querySelectorAll("table[data-ty-table]").forEach(prepare);
  part.querySelectorAll(".ty-scroll").forEach((area) => watcher.observe(area));
  part.querySelectorAll("[data-bulk]").forEach(tally);
};
begin(document);
addEventListener("pageshow", () => document.querySelectorAll("[data-bulk]").forEach(tally));
document.addEventListener("ty:loaded", (e) => begin(e.target));
