// Keyboard shortcuts: what they do stands in the list (#keys), as links and buttons that everybody can use.
// Off while something is typed or a dialog is open, and where the diarist switched them off on the page Me.

const NEXT_MS = 1500;
const list = document.getElementById("keys");
let first = "";
let forget;

const isOff = () => document.cookie.split("; ").includes("spasmlog_keys=off");

function isTyping(target) {
  const typed = target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(typed) && !["radio", "checkbox", "button", "submit"].includes(typed.type);
}

function wait(key) {
  first = key;
  clearTimeout(forget);
  forget = setTimeout(() => { first = ""; }, NEXT_MS);
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (field) field.focus();
  return Boolean(field);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (!list || isOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const keys = first ? `${first} ${event.key}` : event.key;
  first = "";
  if (event.key === "g" && keys === "g") wait("g");
  else if (keys === "?") list.showModal();
  else if (keys === "/" && search()) { /* the field has the cursor now */ }
  else {
    const found = [...list.querySelectorAll("[data-keys]")].find((one) => one.dataset.keys === keys);
    if (!found) return;
    found.click();
  }
  event.preventDefault();
});
