// The cramp screen: the body and the lists say the same, times follow what is stored, and nothing chosen is left behind.
// The form itself is sent after each tap by htmx; without script it is sent by its button.

const form = document.getElementById("cramp");
const all = (selector) => [...form.querySelectorAll(selector)];
const chosen = (name) => form.querySelector(`[name=${name}]:checked`)?.value ?? "";
const count = { said: 0, sent: 0, answered: 0 }; // how often something was said, and how much of that is on its way or stored
let leaving = false;

/** Check the radio button of this value, or none. */
function choose(name, value) {
  all(`[name=${name}]`).forEach((box) => { box.checked = box.value === value; });
}

/** Show on the body what the lists say; "both sides" are two places. */
function drawBody() {
  const sides = chosen("side") === "both" ? ["left", "right"] : [chosen("side")];
  const spots = sides.map((side) => `${chosen("site")}-${side}`);
  all("[data-spot]").forEach((label) => label.classList.toggle("chosen", spots.includes(label.dataset.spot)));
}

const STEPS = {
  /** A tap on the body is a place and a side. */
  spot(value) {
    const cut = value.lastIndexOf("-");
    choose("site", value.slice(0, cut));
    choose("side", value.slice(cut + 1));
  },
  site() { choose("spot", `${chosen("site")}-${chosen("side")}`); },
  side() { choose("spot", `${chosen("site")}-${chosen("side")}`); },
  /** An exact time is a later word than "15 min earlier". */
  occurred_at() { choose("started", ""); },
};

form.addEventListener("change", (event) => {
  const { name, value, checked } = event.target;
  if (name === "way") return event.stopPropagation(); // how to choose is no detail of a cramp
  STEPS[name]?.(value);
  if (name?.startsWith("tried_") && !checked) choose(name.replace("tried_", "helped_"), "");
  drawBody();
  count.said += 1;
}, true);

/** A note is sent while it is written, too: not only when the field is left. */
form.addEventListener("input", (event) => {
  if (!event.target.matches("textarea, input:not([type=radio], [type=checkbox])")) return;
  count.said += 1;
  event.target.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
});

/** Times are put right by what is stored: not in a field that somebody is typing in. */
function fill(saved) {
  for (const [name, value] of [["occurred_at", saved.dataset.occurredAt], ["minutes", saved.dataset.minutes]]) {
    const field = form.elements[name];
    if (value !== undefined && field !== document.activeElement) field.value = value;
  }
  if (saved.dataset.started !== undefined) choose("started", saved.dataset.started);
}

function failed() {
  const saved = document.getElementById("cramp-saved");
  saved.className = "saved error";
  saved.textContent = form.dataset.unsaved;
}

/** A card that was not there before comes into view at once, wherever the tick stands. */
let rules = cards();
function cards() {
  return [...document.querySelectorAll("#urgent [data-rule]")].map((card) => card.dataset.rule);
}
function showNewCards() {
  const now = cards();
  if (now.some((rule) => !rules.includes(rule))) {
    const urgent = document.getElementById("urgent");
    urgent.focus({ preventScroll: true });
    urgent.scrollIntoView();
  }
  rules = now;
}

form.addEventListener("htmx:beforeRequest", () => { count.sent = count.said; });
for (const wrong of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) form.addEventListener(wrong, failed);
form.addEventListener("htmx:beforeSwap", (event) => {
  const expected = event.detail.serverResponse.includes('id="cramp-saved"');
  if (expected) count.answered = count.sent;
  else failed(); // a page to sign in, where a word was expected
  event.detail.shouldSwap &&= expected;
});
document.addEventListener("htmx:afterSwap", () => {
  if (count.answered === count.said) fill(document.getElementById("cramp-saved"));
  showNewCards();
});

/** Left before the last tap was stored: it is sent on the way out. */
form.addEventListener("submit", () => { leaving = true; });
addEventListener("pagehide", () => {
  if (count.answered !== count.said && !leaving) navigator.sendBeacon(form.action, new FormData(form));
});

drawBody();
