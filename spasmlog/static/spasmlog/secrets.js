// Codes that are shown once: to print, or to copy into a password manager.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard; // browsers give it to pages over HTTPS, and of this computer
  button.addEventListener("click", async () => {
    const codes = [...document.querySelectorAll(button.dataset.copy)].map((one) => one.textContent.trim());
    await navigator.clipboard.writeText(codes.join("\n"));
    button.textContent = button.dataset.copied;
  });
}
