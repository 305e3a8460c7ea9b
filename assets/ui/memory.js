// What the browser remembers for a person: the theme, widths of columns. Storage may be closed to us; then it forgets.

const prefix = "trackily-";

export const recall = (name) => {
  try {
    return JSON.parse(localStorage.getItem(prefix + name));
  } catch {
    return null;
  }
};

export const remember = (name, value) => {
  try {
    if (value === null) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch { /* it holds for this page only */ }
};
