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

// Only the sums are drawn anew when an amount changes: the field being typed in stays as it is.
let timer;
form.addEventListener("input", (event) => {
  if (!event.target.matches("[data-preview]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => preview(), event.target.tagName === "SELECT" ? 0 : 350);
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
