// Keeps the branding editor's preview in step with its form. Colours are set as properties, never as markup.
(() => {
  const form = document.querySelector("[data-brand-form]");
  const preview = document.querySelector("[data-brand-preview]");
  if (!form || !preview) return;

  const part = (name) => preview.querySelector(`[data-preview="${name}"]`);
  const field = (name) => form.querySelector(`[data-brand="${name}"]`);
  const isColor = (text) => /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);

  const components = (text) => {
    const digits = text.length === 4 ? [...text.slice(1)].map((digit) => digit + digit).join("") : text.slice(1);
    return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  };
  // Black or white, whichever is easier to read on the colour.
  const ink = (text) => {
    const [red, green, blue] = components(text).map((value) => (value / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000000" : "#ffffff";
  };
  const set = (name, value) => {
    if (value === null) preview.style.removeProperty(name);
    else preview.style.setProperty(name, value);
  };

  // The tokens of the look that the page has now, as `--ty-bg: #ffffff;` lines.
  const allowed = new Set((form.dataset.brandTokens || "").split(" "));
  let applied = [];
  const tokens = () => {
    for (const name of applied) set(name, null);
    applied = [];
    const theme = document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
    const area = field(`css_${theme}`);
    for (const line of (area ? area.value : "").split(/[;\n]/)) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).trim();
      if (colon < 0 || !allowed.has(name)) continue;
      set(name, line.slice(colon + 1).trim());
      applied.push(name);
    }
  };

  const show = () => {
    part("name").textContent = field("name").value.trim() || "Trackily";
    const primary = field("primary").value.trim();
    const link = field("link").value.trim();
    set("--ty-primary", isColor(primary) ? primary : null);
    set("--tblr-primary", isColor(primary) ? primary : null);
    set("--ty-on-primary", isColor(primary) ? ink(primary) : null);
    set("--tblr-primary-fg", isColor(primary) ? ink(primary) : null);
    const linkColor = isColor(link) ? link : isColor(primary) ? primary : null;
    set("--ty-link", linkColor);
    const powered = field("powered");
    part("powered").hidden = Boolean(powered && powered.checked);
    tokens();
  };

  const logo = field("logo");
  logo.addEventListener("change", () => {
    const file = logo.files[0];
    logo.setCustomValidity("");
    if (!file) return;
    if (file.size > Number(logo.dataset.maxBytes)) {
      logo.setCustomValidity(`This file has ${Math.ceil(file.size / 1024)} KiB; ${logo.dataset.maxBytes / 1024} are allowed.`);
      logo.reportValidity();
      return;
    }
    // A data: address is what the page's policy allows beside our own files.
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      part("logo").src = reader.result;
      part("logo").hidden = false;
    });
    reader.readAsDataURL(file);
  });

  preview.addEventListener("click", (event) => event.preventDefault());
  form.addEventListener("input", show);
  new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  show();
})();
