// Loaded first and blocking: the page must not flash in the wrong theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      const text = localStorage.getItem("trackily-theme");
      return text && text.replaceAll('"', "");
    } catch {
      return null;
    }
  };
  const apply = () => { root.dataset.bsTheme = stored() ?? (system.matches ? "dark" : "light"); };
  const follow = () => {
    apply();
    document.dispatchEvent(new CustomEvent("themechange"));
  };
  apply();
  root.classList.add("js");
  // Who has chosen nothing follows the system; a choice in one window holds in the others.
  system.addEventListener("change", follow);
  addEventListener("storage", (e) => { if (e.key === "trackily-theme") follow(); });
})();
