// Reminders: have this browser ring. It is asked for permission once the button is pressed, and never before.

import { addTo } from "./offline/ringing.js";

const place = document.getElementById("ringing");
const form = document.getElementById("ring-here");
const said = document.getElementById("ring-said");
const known = JSON.parse(place.dataset.known);
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digestOf = async (subscription) => hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint)));

/** The worker that rings; on this site every page registers it. */
const pushes = async () => (await navigator.serviceWorker.ready).pushManager;

async function show() {
  if (!able) return;
  document.getElementById("ring-cannot").hidden = true;
  form.hidden = false;
  const subscription = await (await pushes()).getSubscription();
  form.hidden = Boolean(subscription) && known.includes(await digestOf(subscription));
}

async function subscribed() {
  const manager = await pushes();
  const before = await manager.getSubscription();
  const wanted = { userVisibleOnly: true, applicationServerKey: place.dataset.key };
  try {
    return await manager.subscribe(wanted);
  } catch (error) {
    if (!before) throw error;
    await before.unsubscribe(); // made for another key: this server's was lost
    return manager.subscribe(wanted);
  }
}

async function ring() {
  if ((await Notification.requestPermission()) !== "granted") return place.dataset.notAllowed;
  const subscription = await subscribed();
  const body = addTo(new FormData(form), subscription);
  const answer = await fetch(place.dataset.ring, { method: "POST", body });
  if (answer.status === 201) return location.reload();
  return (await answer.json().catch(() => null))?.words || place.dataset.failed;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = await ring().catch(() => place.dataset.failed);
  delete form.dataset.sent;
  said.textContent = words || "";
  said.hidden = !words;
});

/** Where this browser stops, it also tells the service of its maker. */
place.querySelectorAll("form[data-digest]").forEach((one) => one.addEventListener("submit", async () => {
  if (!able) return;
  const subscription = await (await pushes()).getSubscription();
  if (subscription && (await digestOf(subscription)) === one.dataset.digest) await subscription.unsubscribe();
}));

show();
