// Add food: after a food is chosen the search is ready for the next one; amounts are worked out as they change.

const form = document.getElementById("meal");
const search = document.getElementById("q");

form.addEventListener("click", (event) => {
  if (event.target.closest("[data-added]")) form.dataset.added = "1";
});

// The draft was drawn anew. If a food was added, empty the search and go back to it.
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "draft" || !form.dataset.added) return;
  delete form.dataset.added;
  search.value = "";
  search.dispatchEvent(new Event("refill"));
  search.focus();
});

// Another measure of the same amount: grams become one portion, a portion its grams; portions keep their number.
let before = null;
form.addEventListener("pointerdown", (event) => remember(event.target));
form.addEventListener("focusin", (event) => remember(event.target));
function remember(target) {
  const row = target.closest?.(".draft-row");
  before = row?.querySelector("[data-grams]:checked") ?? before;
}
function convert(chosen) {
  const amount = chosen.closest(".draft-row").querySelector(".draft-quantity");
  const number = Number(amount.value.replace(",", "."));
  if (!before || before.name !== chosen.name || !(number > 0)) return;
  if ("portion" in chosen.dataset && !("portion" in before.dataset)) amount.value = "1";
  else if (!("portion" in chosen.dataset)) {
    const grams = number * before.dataset.grams / chosen.dataset.grams;
    amount.value = String(Number(grams.toFixed(grams < 10 ? 1 : 0)));
  }
  before = chosen;
}
form.addEventListener("change", (event) => {
  if (event.target.matches("[data-grams]")) convert(event.target);
});

// Only the sums are drawn anew when an amount changes: the field being typed in stays as it is.
let timer;
form.addEventListener("input", (event) => {
  if (!event.target.matches("[data-preview]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => preview(), event.target.type === "radio" ? 0 : 350);
});

async function preview() {
  const asked = new FormData(form);
  asked.set("do", "preview");
  const answer = await fetch(location.href, { method: "POST", body: asked, headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
  const shown = document.getElementById("preview");
  if (drawn && shown) shown.replaceWith(drawn);
}

// The list before typing belongs to the meal: breakfast shows breakfasts.
form.addEventListener("change", (event) => {
  if (event.target.name === "kind") search.dispatchEvent(new Event("refill"));
});

// Enter in the search looks; it never saves. Results are there already while typing.
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  search.dispatchEvent(new Event("refill"));
});

// Enter in an amount works it out and leaves the meal open.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-preview]")) return;
  event.preventDefault();
  preview();
});
