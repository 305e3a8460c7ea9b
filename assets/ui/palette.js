// Ctrl-K: every page one may open, what can be done here, and a search over all that has a name or an id.
import { make, on } from "./on.js";
import { chord, showKeys } from "./keys.js";

const opener = document.querySelector("[data-palette]");
const address = opener?.dataset.search;
const longestList = 60;

// What the page itself offers

const pages = () =>
  [...document.querySelectorAll(".ty-rail nav a.ty-link")].map((link) => ({
    group: "Pages", title: link.dataset.title ?? link.querySelector("span")?.textContent.trim() ?? link.textContent.trim(),
    href: link.href, keys: link.dataset.go ? `g ${link.dataset.go}` : null,
  }));
const actions = () => [
  ...[...document.querySelectorAll(".ty-head .ty-actions a[href]")].map((link) => ({
    group: "On this page", title: link.textContent.trim(), href: link.href,
  })),
  ...[...document.querySelectorAll(".ty-me[href]")].map((link) => ({ group: "Actions", title: "My account", href: link.href })),
  { group: "Actions", title: "Switch between light and dark", run: () => document.querySelector("[data-theme-toggle]")?.click() },
  { group: "Actions", title: "Keyboard shortcuts", keys: "?", run: showKeys },
  ...[...document.querySelectorAll(".ty-top form[action$='/logout'] button")].map((button) => ({
    group: "Actions", title: "Sign out", run: () => button.click(),
  })),
];

/// How well a title fits: words' beginnings first, then parts, then letters in order. Null when it does not.
export const score = (title, text) => {
  const [name, wanted] = [title.toLowerCase(), text.toLowerCase()];
  const at = name.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return /[^\p{L}\p{N}]/u.test(name[at - 1]) ? 1 : 2;
  let from = 0;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const found = name.indexOf(letter, from);
    if (found < 0) return null;
    from = found + 1;
  }
  return wanted.length > 1 ? 3 + from / 100 : null;
};

const fitting = (entries, text) =>
  text
    ? entries.map((entry) => ({ entry, rank: score(entry.title, text) })).filter(({ rank }) => rank !== null)
      .sort((a, b) => a.rank - b.rank).map(({ entry }) => entry)
    : entries;

// The dialog: a field with a list of options below it

const open = () => {
  if (document.querySelector("dialog[open]")) return;
  const before = document.activeElement;
  const own = [...pages(), ...actions()];
  let found = [];
  let shown = [];
  let current = 0;
  let state = "";
  let timer;
  let request = null;

  const field = make("input", {
    type: "text", class: "ty-palette-field", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list",
    "aria-autocomplete": "list", "aria-label": "Search or go to", autocomplete: "off", spellcheck: "false", maxlength: "200",
    placeholder: opener?.dataset.hint ?? "Go to a page",
  });
  const list = make("div", { id: "palette-list", class: "ty-palette-list", role: "listbox", "aria-label": "Results", tabindex: "-1" });
  const status = make("p", { class: "ty-palette-status", role: "status" });
  const dialog = make(
    "dialog", { class: "ty-dialog ty-palette", "aria-label": "Search and go to" },
    make("div", { class: "ty-palette-head" }, field, make("button", { type: "button", class: "btn btn-sm", "data-dialog-close": true }, "Close")),
    list, status,
    make("p", { class: "ty-palette-foot", "aria-hidden": "true" },
      make("span", {}, make("kbd", {}, "↑"), make("kbd", {}, "↓"), " choose"), make("span", {}, make("kbd", {}, "Enter"), " open"),
      make("span", {}, make("kbd", {}, chord("Enter")), " in a new tab"), make("span", {}, make("kbd", {}, "Esc"), " close")));

  const mark = (index) => {
    current = Math.max(0, Math.min(index, shown.length - 1));
    [...list.querySelectorAll("[role=option]")].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === current));
      if (at === current) option.scrollIntoView({ block: "nearest" });
    });
    if (shown.length) field.setAttribute("aria-activedescendant", `palette-${current}`);
    else field.removeAttribute("aria-activedescendant");
  };

  const option = (entry, index) => {
    const element = make(
      "div", { id: `palette-${index}`, role: "option", class: "ty-palette-option", "aria-selected": "false", "data-index": index },
      make("span", { class: "ty-palette-title" }, entry.title),
      entry.detail ? make("span", { class: "ty-palette-detail" }, entry.detail) : null,
      entry.keys ? make("span", { class: "ty-palette-keys" }, ...entry.keys.split(" ").map((key) => make("kbd", {}, key))) : null);
    return element;
  };

  const draw = () => {
    const text = field.value.trim();
    shown = [...fitting(own, text), ...found].slice(0, longestList);
    // Groups in the order of their best.
    const groups = [...new Set(shown.map(({ group }) => group))];
    shown = groups.flatMap((group) => shown.filter((entry) => entry.group === group));
    let index = 0;
    list.replaceChildren(...groups.map((group) =>
      make("div", { role: "group", "aria-label": group }, make("div", { class: "ty-palette-group", "aria-hidden": "true" }, group),
        ...shown.filter((entry) => entry.group === group).map((entry) => option(entry, index++)))));
    const words = {
      searching: "Searching…", failed: "The search did not answer. Type on to try again.",
      done: shown.length ? `${shown.length} ${shown.length === 1 ? "result" : "results"}` : `Nothing found for “${text}”.`,
    };
    status.textContent = words[state] ?? "";
    status.classList.toggle("visually-hidden", state === "" || (state === "done" && shown.length > 0));
    mark(0);
  };

  const look = async () => {
    const text = field.value.trim();
    request?.abort();
    request = new AbortController();
    const mine = request;
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q: text })}`, {
        signal: mine.signal, headers: { Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error("refused");
      const body = await answer.json();
      found = body.items.map((item) => ({ group: item.group, title: item.title, detail: item.detail, href: item.path }));
      state = "done";
    } catch (error) {
      if (mine.signal.aborted) return;
      found = [];
      state = "failed";
    }
    draw();
  };

  const run = (entry, apart) => {
    if (!entry) return;
    if (entry.href && apart) {
      window.open(entry.href, "_blank", "noopener");
      return;
    }
    dialog.close();
    if (entry.href) location.assign(entry.href);
    else entry.run();
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    const text = field.value.trim();
    found = [];
    state = text ? "done" : "";
    if (address && text.length >= 2) {
      state = "searching";
      timer = setTimeout(look, 180);
    }
    draw();
  });
  field.addEventListener("keydown", (e) => {
    const step = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: current + 8, PageUp: current - 8 }[e.key];
    if (step !== undefined) {
      e.preventDefault();
      const wraps = e.key.startsWith("Arrow") && shown.length > 0;
      mark(wraps ? (step + shown.length) % shown.length : step);
    } else if (e.key === "Enter" && !e.isComposing) {
      e.preventDefault();
      run(shown[current], e.ctrlKey || e.metaKey);
    }
  });
  list.addEventListener("click", (e) => {
    const clicked = e.target.closest("[role=option]");
    if (clicked) run(shown[Number(clicked.dataset.index)], e.ctrlKey || e.metaKey);
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    request?.abort();
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  draw();
};

if (opener) {
  const hint = opener.querySelector("[data-chord]");
  if (hint) hint.textContent = chord("K");
  on("click", "[data-palette]", (link, e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    open();
  });
  document.addEventListener("ty:palette", open);
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      const shown = document.querySelector(".ty-palette[open]");
      if (shown) shown.close();
      else open();
    }
  });
}
