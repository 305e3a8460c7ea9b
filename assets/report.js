// The reports page: a report that takes its time, exports with their progress, the usual values of a filter, columns
// that are dragged. The page is whole without: links and forms do the same.
import { on, make } from "./ui/on.js";
import { toast } from "./ui/toast.js";
import { elapsed } from "./ui/elapsed.js";

// A report that is counted while the page is already there.

const load = async (place) => {
  const stop = new AbortController();
  const begin = performance.now();
  const clock = place.querySelector("[data-report-elapsed]");
  const ticking = setInterval(() => { clock.textContent = elapsed(performance.now() - begin); }, 500);
  const say = (text) => {
    const again = make("button", { type: "button", class: "btn" }, "Try again");
    again.addEventListener("click", () => location.reload());
    const body = make("div", { class: "card-body" }, make("p", { role: "alert" }, text), again);
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(make("div", { class: "card" }, body));
    place.removeAttribute("aria-busy");
    if (hadFocus) again.focus();
  };
  place.querySelector("[data-report-cancel]").addEventListener("click", () => stop.abort());
  try {
    const answer = await fetch(place.dataset.reportLoad, { signal: stop.signal, headers: { Accept: "text/html" } });
    const text = await answer.text();
    const part = new DOMParser().parseFromString(text, "text/html").getElementById("report");
    if (!part || answer.redirected) throw new Error("no report");
    const adopted = document.importNode(part, true);
    place.replaceWith(adopted);
    adopted.dispatchEvent(new CustomEvent("ty:loaded", { bubbles: true }));
  } catch {
    say(stop.signal.aborted ? "Cancelled: nothing was counted." : "The report did not come. The server may be busy, or the line broke.");
  } finally {
    clearInterval(ticking);
  }
};
document.querySelectorAll("[data-report-load]").forEach(load);

// An export is fetched piece by piece, so that one sees how far it is and can stop it.

const rowsIn = (bytes) => {
  let count = 0;
  for (const byte of bytes) if (byte === 10) count += 1;
  return count;
};

const save = (parts, type, name) => {
  const link = make("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

const runExport = async (link) => {
  const stop = new AbortController();
  const bar = make("progress", { class: "ty-bar", "aria-label": "Export" });
  const text = make("span", {}, "Exporting…");
  const cancel = make("button", { type: "button", class: "btn btn-sm" }, "Cancel");
  cancel.addEventListener("click", () => stop.abort());
  const note = make("div", { class: "ty-note info ty-report-export", role: "status" }, make("div", {}, text, bar), cancel);
  document.querySelector(".ty-head").after(note);
  try {
    const answer = await fetch(link.href, { signal: stop.signal });
    if (!answer.ok || answer.redirected) throw new Error("refused");
    const total = Number(document.querySelector("[data-report-rows]")?.dataset.reportRows) || 0;
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "report";
    if (total > 0) bar.max = total;
    const reader = answer.body.getReader();
    const parts = [];
    let [rows, loose] = [0, 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      loose += value.length;
      // The browser may keep a blob on disk, loose pieces only in memory.
      if (loose > 16_000_000) {
        parts.splice(0, parts.length, new Blob(parts));
        loose = 0;
      }
      rows += rowsIn(value);
      if (total > 0) bar.value = Math.min(rows, total);
      const count = (total > 0 ? Math.min(rows, total) : rows).toLocaleString("en");
      text.textContent = total > 0 ? `Exporting: ${count} of ${total.toLocaleString("en")} rows` : `Exporting: ${count} rows`;
    }
    save(parts, answer.headers.get("Content-Type"), name);
    toast(`${name} was saved.`, "success");
  } catch {
    if (stop.signal.aborted) toast("The export was cancelled.", "info");
    else toast("The export broke off: no file was saved. Try again.", "error");
  } finally {
    note.remove();
  }
};
on("click", "a[data-report-export]", (link, e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
  e.preventDefault();
  link.closest("details")?.removeAttribute("open");
  runExport(link);
});

// The usual values of a filter's field: the names of campaigns, the countries there was traffic from.

const asked = new Set();
const offerValues = async (form) => {
  const field = form.querySelector("[data-filter-field]").value;
  const id = `values-${field}`;
  if (asked.has(field) || document.getElementById(id)) return;
  asked.add(field);
  const address = new URL(form.dataset.filterForm, location.href);
  address.searchParams.set("of", field);
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) return;
    const { items } = await answer.json();
    const list = make("datalist", { id }, ...items.map((item) => make("option", { value: item.value, label: item.label })));
    document.body.append(list);
    const input = form.querySelector("[data-filter-values]");
    if (document.activeElement === input) input.dispatchEvent(new Event("focusin", { bubbles: true }));
  } catch { /* values can be typed */ }
};
on("change", "[data-filter-form] [data-filter-field]", (field) => offerValues(field.form));
on("focusin", "[data-filter-form] [data-filter-values]", (input) => offerValues(input.form));

// Columns are dragged into another order; the buttons beside them do the same.

for (const item of document.querySelectorAll(".ty-report-metrics [data-sort-item]")) item.draggable = true;
let dragged = null;
on("dragstart", ".ty-report-metrics [data-sort-item]", (item, e) => {
  dragged = item;
  e.dataTransfer.effectAllowed = "move";
  e.dataTransfer.setData("text/plain", "");
});
on("dragover", ".ty-report-metrics [data-sort-item]", (item, e) => {
  if (!dragged || dragged === item) return;
  e.preventDefault();
  const middle = item.getBoundingClientRect().top + item.offsetHeight / 2;
  if (e.clientY < middle) item.before(dragged);
  else item.after(dragged);
});
on("drop", ".ty-report-metrics", (_, e) => e.preventDefault());
on("dragend", "[data-sort-item]", () => { dragged = null; });
