// On every page: whose it is, what waits to be sent, a new release, and what is asked before somebody signs out.

import { clockOf } from "./moments.js";
import { of, onChange, tellSent } from "./queue.js";
import { nextTry, sendAll } from "./send.js";
import { drop, keep, read } from "./store.js";
import { arrive, lock, whose } from "./whose.js";

const root = document.documentElement;
const bar = document.getElementById("waiting");
export const site = JSON.parse(bar.dataset.site);
const diary = bar.dataset.diary;
const isShell = document.body.classList.contains("shell");
const FACTS_AGE = 900_000; // ms
const WHEN_IDLE = 20_000; // ms after a page is there, before more is fetched than it needs

const fill = (words, n) => words.replace("{n}", n);

// Whose page ---------------------------------------------------------------------------------

/** A form says whose page it is on: in the queue it must not become another's. */
document.addEventListener("formdata", (event) => diary && event.formData.set("kept_for", diary));

async function settleWhose() {
  if (root.dataset.keptAt || isShell) return;
  if (diary) await arrive(diary);
  else if (await whose()) await fetch(site.who).then((said) => said.json()).then((said) => said.diary || lock()).catch(() => {});
}

/** The frame is kept in the words and colours of the day it was fetched: those of today are said here. */
async function settleFrame() {
  const theme = /(?:^|; )spasmlog_theme=(light|dark)/.exec(document.cookie)?.[1];
  if (isShell && theme) root.dataset.theme = theme;
  else if (isShell) delete root.dataset.theme;
  const worker = navigator.serviceWorker?.controller;
  if (isShell || !worker || (await read("words")) === root.lang) return;
  worker.postMessage({ renew: root.lang });
}

// What waits ---------------------------------------------------------------------------------

export async function waiting() {
  const about = await whose();
  const items = about ? await of(about.diary) : [];
  return { about, items, unsent: items.filter((item) => item.status === "waiting"), stuck: items.filter((item) => item.status !== "waiting") };
}

async function draw() {
  const { about, items, unsent, stuck } = await waiting();
  const words = bar.dataset;
  bar.hidden = !items.length;
  bar.querySelector(".waiting-count").textContent = [
    unsent.length ? fill(unsent.length === 1 ? words.one : words.many, unsent.length) : "",
    stuck.length ? fill(stuck.length === 1 ? words.stuckOne : words.stuckMany, stuck.length) : "",
  ].filter(Boolean).join(" · ");
  bar.querySelector(".waiting-said").textContent = about?.locked && items.length ? words.signIn : "";
  bar.querySelector("button").hidden = !unsent.length || Boolean(about?.locked);
  bar.querySelector(".waiting-sign-in").hidden = !about?.locked;
  showMarks(unsent);
  await drawCards(about);
  if (!unsent.length) await tell(about);
  else sentNote.hidden = true;
}

/** On a page as it was kept, what is said of a day looks as it was tapped, and the next tap takes it back. */
function showMarks(unsent) {
  if (!document.documentElement.dataset.keptAt) return;
  for (const { day, data } of unsent.filter(({ type }) => type === "days")) {
    for (const form of document.querySelectorAll(`form[action="/day/${day}/mark/"]`)) {
      const { mark, value } = form.elements;
      if (!value || !(mark.value in data)) continue; // a form that only asks is answered once
      value.value = data[mark.value] ? "no" : "yes";
      form.querySelector("button").setAttribute("aria-pressed", data[mark.value]);
    }
  }
}

const outcomes = { "sign in": "signIn", "no answer": "noAnswer", pause: "asked" };

export async function send(soon) {
  const { about, unsent } = await waiting();
  if (!unsent.length) return;
  const came = await sendAll(site, { soon });
  await draw();
  if (!outcomes[came]) return;
  await tell(about);
  // Who has to sign in is told that, whatever else there is to wait for.
  bar.querySelector(".waiting-said").textContent = (await whose())?.locked ? bar.dataset.signIn : bar.dataset[outcomes[came]];
  await tryAgain(came);
}

let timer;

/** Try again when the pause is over; who is not signed in is not asked for again by itself. */
async function tryAgain(came) {
  clearTimeout(timer);
  if (came === "sign in") return;
  timer = setTimeout(() => send(false), Math.max(500, ((await nextTry()) || 0) - Date.now() + 100));
}

bar.querySelector("button").addEventListener("click", () => send(true));
onChange(draw);
addEventListener("online", () => send(true));
addEventListener("pageshow", (event) => event.persisted && draw());
document.addEventListener("visibilitychange", () => document.hidden || draw().then(() => send(false)));

// What was sent ------------------------------------------------------------------------------

const sentNote = document.querySelector("#sent > p");
const showThem = sentNote.querySelector("a");

/** Say how many entries were sent, once, on a page that is looked at; and show them, where nobody is at work meanwhile. */
async function tell(about) {
  const n = about && !about.locked && !document.hidden ? await tellSent(about.diary) : 0;
  if (!n) return;
  sentNote.querySelector("span").textContent = fill(n === 1 ? sentNote.dataset.one : sentNote.dataset.many, n);
  sentNote.hidden = false;
  document.dispatchEvent(new Event("sent"));
  showThem.hidden = !isAtWork() && (await renew());
}

const parts = () => [...document.querySelectorAll("[data-renewed]")];

/** Whether a part of the page has the focus, or something in it that was typed: renewing it would take that away. */
function isAtWork() {
  const changed = (field) => field.type !== "hidden" && field.value !== field.defaultValue;
  return parts().some((part) => part.contains(document.activeElement) || [...part.querySelectorAll("input, textarea")].some(changed));
}

/** Bring the parts of this page that show the diary up to date, in their places. Whether that was possible. */
async function renew() {
  if (!parts().length) return false;
  const answer = await fetch(location.pathname + location.search, { headers: { "X-Renewal": "1" } }).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page || page.documentElement.dataset.keptAt || page.getElementById("waiting")?.dataset.diary !== diary) return false;
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    part.replaceWith(fresh);
    htmx.process(fresh);
  }
  delete root.dataset.keptAt;
  asKept.hidden = true;
  await draw();
  return true;
}

showThem.addEventListener("click", async (event) => {
  if (!parts().length) return;
  event.preventDefault();
  if (await renew()) showThem.hidden = true;
  else location.assign(showThem.href);
});

// Urgent cards that the server answered with, while nobody looked -------------------------------

async function drawCards(about) {
  const place = document.getElementById("sent-cards");
  const cards = about && !about.locked ? inOrder((await read(`cards:${about.diary}`)) || []) : [];
  place.hidden = !cards.length;
  if (cards.length) place.setAttribute("role", "alert");
  place.querySelector(".sent-list").replaceChildren(...cards.map(cardOf));
}

/** The latest card of each rule that this page does not show anyhow, in the order of every page. */
function inOrder(cards) {
  const oldestFirst = [...cards].sort((a, b) => a.created_at.localeCompare(b.created_at));
  const latest = [...new Map(oldestFirst.map((card) => [card.rule, card])).values()];
  const place = ({ rule }) => site.urgency.indexOf(rule) + 1 || Infinity;
  const shown = ({ rule }) => document.querySelector(`#day-urgent [data-rule="${rule}"]`);
  return latest.filter((card) => !shown(card)).sort((a, b) => place(a) - place(b) || 0);
}

function cardOf(card) {
  const drawn = document.getElementById("sent-card").content.cloneNode(true);
  drawn.querySelector("article").dataset.rule = card.rule;
  drawn.querySelector("h3").textContent = card.title;
  drawn.querySelector("p").textContent = card.text;
  const call = drawn.querySelector("a");
  call.hidden = !card.numbers?.emergency;
  call.href = `tel:${card.numbers?.emergency}`;
  call.querySelector("span").textContent = card.numbers?.emergency;
  return drawn;
}

document.getElementById("sent-read").addEventListener("click", async () => {
  const about = await whose();
  if (about) await drop(`cards:${about.diary}`);
  await draw();
});

// A page as it was last seen -------------------------------------------------------------------

const asKept = document.getElementById("as-kept");

if (root.dataset.keptAt) {
  asKept.hidden = false;
  asKept.querySelector("span").textContent = asKept.dataset.words.replace("{when}", clockOf(new Date(root.dataset.keptAt)));
}

// A new release --------------------------------------------------------------------------------

const offer = document.getElementById("new-release");

async function register() {
  const had = navigator.serviceWorker.controller;
  const worker = await navigator.serviceWorker.register(site.worker, { type: "module", scope: "/", updateViaCache: "none" });
  // A worker that came to be while this page was on its way has not seen it.
  if (worker.active && !had) worker.active.postMessage("see me");
  const show = () => { offer.hidden = false; };
  if (worker.waiting && had) show();
  worker.addEventListener("updatefound", () => {
    const coming = worker.installing;
    coming.addEventListener("statechange", () => coming.state === "installed" && navigator.serviceWorker.controller && show());
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (offer.dataset.asked) location.reload();
    else if (had) show(); // another tab took the new release over; this one goes on until it is asked to
  });
  offer.querySelector("button").addEventListener("click", () => {
    offer.dataset.asked = "1";
    if (worker.waiting) worker.waiting.postMessage("take over");
    else location.reload();
  });
  return worker;
}

// What is fetched to be kept -------------------------------------------------------------------

async function gather() {
  if (!diary || root.dataset.keptAt || navigator.connection?.saveData) return;
  const known = await read(`facts:${diary}`);
  if (known && Date.now() - known.at < FACTS_AGE) return;
  const answer = await fetch(site.facts);
  if (!answer.ok || answer.redirected) return;
  const facts = await answer.json();
  if (facts.diary === diary) await keep(`facts:${diary}`, { ...facts, at: Date.now() });
}

async function gatherFoods() {
  if (!diary || navigator.connection?.saveData) return;
  await (await import("./foods.js")).renewFoods(diary);
  await (await import("./activities.js")).renewActivities(site.activities);
}

// Signing out ----------------------------------------------------------------------------------

const leaving = document.getElementById("leaving");
let leavingForm;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (new URL(form.action).pathname !== site.signOut || form.dataset.decided || !navigator.serviceWorker?.controller) return;
  event.preventDefault();
  const { items } = await waiting();
  leavingForm = form;
  if (!items.length) return goOn();
  leaving.querySelector("p").textContent = fill(items.length === 1 ? leaving.dataset.one : leaving.dataset.many, items.length);
  leaving.showModal();
}, true);

function goOn() {
  delete leavingForm.dataset.sent;
  leavingForm.dataset.decided = "1";
  leavingForm.requestSubmit();
}

leaving.addEventListener("close", async () => {
  if (leaving.returnValue === "send") {
    await send(true);
    if ((await waiting()).items.length) {
      leaving.querySelector("p").textContent = bar.querySelector("p").textContent;
      return leaving.showModal();
    }
  }
  if (["send", "keep"].includes(leaving.returnValue)) goOn();
});

// ----------------------------------------------------------------------------------------------

async function start() {
  await settleWhose();
  await draw();
  await send(!root.dataset.keptAt && !isShell); // a page that came shows that the server is there
  await settleFrame();
  if (!navigator.serviceWorker) return;
  register().catch(() => {}); // a browser without service workers of modules has the pages, and no offline
  gather().catch(() => {});
  setTimeout(() => gatherFoods().catch(() => {}), WHEN_IDLE);
}

if (document.readyState === "complete") start();
else addEventListener("load", start);
