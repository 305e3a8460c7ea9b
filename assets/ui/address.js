// The state of a page is in its address: what is shared or reloaded looks the same.

/// Changes values of the query in place; null takes one out.
export const setQuery = (values) => {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "") address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  history.replaceState(history.state, "", address);
};
