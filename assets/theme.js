// Loaded first and blocking: the page must not flash in the wrong theme.
(() => {
  const root = document.documentElement;
  let stored = null;
  try { stored = localStorage.getItem("trackily-theme"); } catch { /* storage is closed to us */ }
  const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = dark ? "dark" : "light";
  root.classList.add("js");
})();
