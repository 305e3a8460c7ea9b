// Loaded first and blocking: the page must not flash in the wrong theme.
(() => {
  const stored = localStorage.getItem("trackily-theme");
  const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
