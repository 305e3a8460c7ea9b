// One listener for a kind of event on the whole page, also for what is added to it later.

export const on = (event, selector, run, options) =>
  document.addEventListener(event, (e) => {
    const target = e.target.closest?.(selector);
    if (target) run(target, e);
  }, options);

/// A new element; `children` are elements or text.
export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};
