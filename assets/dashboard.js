// The live counter: asks every few seconds while somebody looks. A tab in the background asks nothing.

const counter = document.querySelector("[data-live-counter]");
const text = counter?.querySelector("[data-live-text]");
const pause = Number(counter?.dataset.seconds) * 1000;
// After an answer that is none, such as a lapsed sign-in, or none at all it asks ever less often.
const longest = 60_000;
let wait = pause;
let timer;

const ask = async () => {
  try {
    const answer = await fetch(counter.dataset.liveCounter, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const pulse = await answer.json();
    // Only what has changed, so that a screen reader's place on the page stays.
    if (text.textContent !== pulse.text) text.textContent = pulse.text;
    wait = pause;
  } catch {
    wait = Math.min(wait * 2, longest);
  }
  plan();
};
const plan = () => {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, wait);
};

if (counter) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) ask();
  });
  plan();
}
