// What every page is improved with. Each page works without it.

const root = document.documentElement;
root.classList.add("js");

/** Theme: the cookie is what the server reads, so the next page comes in the right colours at once. */
function setTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.cookie = `spasmlog_theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

document.addEventListener("change", (event) => {
  if (event.target.name === "theme") setTheme(event.target.value);
});

/** Profile: offer the zone that this device is set to. Its language tells no country. */
function offerZone(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (![...select.options].some((option) => option.value === zone)) return;
  select.value = zone;
}
document.querySelectorAll("select[data-detect=zone]").forEach(offerZone);

/**
 * A second tap while the first is on its way would say the same thing twice. A button with data-plain sends its
 * form as any page does: htmx, which listens on the form, is not told, or it would draw the next page within this one.
 */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const plain = event.submitter?.hasAttribute("data-plain");
  if (plain) event.stopPropagation();
  if (form.hasAttribute("hx-post") && !plain) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
}, true);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

/** On paper nothing can be opened: what is shut is opened for a print, and shut again after it. */
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) Object.assign(part, { open: true }).dataset.printed = "1";
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-printed]")) Object.assign(part, { open: false }).removeAttribute("data-printed");
});

/** Arrow keys walk through the results of a search; Escape goes back to it. */
document.addEventListener("keydown", (event) => {
  const area = event.target.closest("[data-arrows]");
  if (!area) return;
  const stops = [...area.querySelectorAll("[data-stop]")];
  const at = stops.indexOf(event.target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && at > 0) stops[0].focus();
  else if (step && at >= 0 && stops[at + step]) stops[at + step].focus();
  else return;
  event.preventDefault();
});
