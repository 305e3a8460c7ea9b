// How long something has been going on: `<span data-since="2026-11-21T10:00:00Z">`.

/// `12 s`, `3 min 4 s`, `1 h 5 min`.
export const elapsed = (milliseconds) => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

const tick = () => {
  for (const element of document.querySelectorAll("[data-since]")) {
    const since = Date.parse(element.dataset.since);
    if (!Number.isNaN(since)) element.textContent = elapsed(Date.now() - since);
  }
};
tick();
setInterval(tick, 1000);
