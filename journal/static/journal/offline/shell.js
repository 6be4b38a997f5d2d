// The page on which one logs without a network. Its frame is everybody's; what it offers comes from what is kept for the
// person whose browser this is. Every entry goes into the queue first, and from there to the server.

import { findActivities, renewActivities } from "./activities.js";
import { find, named, renewFoods } from "./foods.js";
import { itemOf } from "./items.js";
import { asTyped, clockOf, dayOf, diaryDay, here, noonHasCome } from "./moments.js";
import { add, discard, edit, get, of, onChange } from "./queue.js";
import { send, site } from "./page.js";
import { read } from "./store.js";
import { judge } from "./signs.js";
import { whose } from "./whose.js";

const $ = (selector, within = document) => within.querySelector(selector);
const words = JSON.parse($("#desk-words").textContent);
const guidance = JSON.parse($("#guidance-rules").textContent);
const FORMS = [...document.querySelectorAll("form[data-log]")];
const FORM_OF = { spasms: "cramp", water: "water", meals: "meal", exercises: "exercise", doses: "dose", "warning-signs": "signs", days: "mark" };
const OPENED_BY = [["/warning-signs/", "signs"], ["/meals/", "meal"], ["/drinks/", "water"], ["/exercise/", "exercise"],
  ["/supplements/", "dose"], ["/cramps/", "cramp"]];

let about, facts, foods, activities;

// What is shown ------------------------------------------------------------------------------

function open(name) {
  const wanted = about || name === "signs" ? name : "";
  for (const form of FORMS) form.hidden = form.id !== wanted;
  for (const tab of document.querySelectorAll(".desk-tabs a")) {
    if (tab.hash === `#${wanted}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  if (wanted === "meal") showFound();
  warn();
}

function openByAddress() {
  const hash = location.hash.slice(1);
  const byPath = OPENED_BY.find(([path]) => location.pathname.startsWith(path))?.[1];
  if (hash === "waiting-list") {
    open("");
    return $("#waiting-list").focus();
  }
  open(FORMS.some((form) => form.id === hash) ? hash : byPath || (about ? "cramp" : "signs"));
}

let undoable;

/** Say what came of a tap; `id`: of the entry that can still be taken back. */
function say(text, id = null) {
  $("#done span").textContent = text;
  $("#done").hidden = !text;
  undoable = id;
  $("#done button").hidden = !id;
}

/** What was sent is no longer taken back here. */
async function settleUndo() {
  const item = undoable && (await get(undoable));
  $("#done button").hidden = !item || item.tried > 0;
}

$("#done button").addEventListener("click", async () => {
  const id = undoable;
  const form = FORMS.find((one) => one.dataset.editing === id);
  if (form) clear(form);
  await discard(id);
  say(words.takenBack);
  warn();
});

/** What an entry that was put into the queue is said to be. */
function keptWords({ type, data, details }) {
  if (details) return words.keptDetails;
  return type === "spasms" ? words.keptCramp.replace("{time}", clockOf(new Date(data.occurred_at), {})) : words.kept;
}

/** What an entry that waited, and was changed, is said to be now. */
function changedWords({ type, tried }) {
  if (tried) return words.changed;
  return type === "spasms" ? words.keptDetails : words.kept;
}

/** First of all what to do, if signs are urgent; else what came of the tap. */
const showWhatCame = (item) => $(warn(item) ? "#guidance" : "#done").scrollIntoView({ block: "start" });

async function takeStock() {
  about = await whose();
  facts = (about && (await read(`facts:${about.diary}`))) || { ml: 1, units: "metric", foods: [], products: [], activities: [], region: "" };
  facts = { zone: here(), day_start: "04:00", ...facts };
  speakTheirs();
  $("#locked").hidden = !about?.locked;
  $("#nobody").hidden = Boolean(about);
  $("#no-page").hidden = location.pathname === "/offline/" || OPENED_BY.some(([path]) => location.pathname.startsWith(path));
  $("#no-sign-out").hidden = location.hash !== "#no-sign-out";
  $("#waiting-list").hidden = !about || about.locked;
  $(".signs-save").hidden = !about;
  $("#country").value = facts.region;
  if (!about?.locked) offerOwn();
  offerDays();
  offerWater();
  showCall();
}

/** The frame speaks the browser's English; clocks are those of who uses these units, as on the server's pages. */
function speakTheirs() {
  const page = document.documentElement;
  if (about && page.lang.startsWith("en")) page.lang = facts.units === "us" ? "en-us" : "en-gb";
}

// Water, exercise, supplements ---------------------------------------------------------------

function chip(name, value, label) {
  const drawn = document.createElement("label");
  const [input, text] = [document.createElement("input"), document.createElement("span")];
  Object.assign(input, { type: "radio", name, value });
  text.textContent = label;
  drawn.className = "chip";
  drawn.append(input, text);
  return drawn;
}

function offerWater() {
  const us = facts.units === "us";
  $(".water-unit").textContent = us ? "fl oz" : "ml";
  const amounts = (us ? [8, 12, 16] : [200, 300, 500]).map((amount) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button-quiet", textContent: `${amount} ${us ? "fl oz" : "ml"}` });
    button.addEventListener("click", () => {
      $("#water-amount").value = amount;
      $("#water").requestSubmit();
    });
    return button;
  });
  $(".water-amounts").replaceChildren(...amounts);
}

function offerOwn() {
  offerActivities();
  $(".products").replaceChildren(...facts.products.map(({ id, name, unit }) => chip("supplement", id, `${name} (${unit})`)));
  $(".no-products").hidden = facts.products.length > 0;
}

/** Those that the words typed ask for, else what this person and most people do; the chosen one stays. */
function offerActivities() {
  const typed = $("#find-activity").value.trim();
  const chosen = $("[name=activity]:checked")?.closest("label");
  const code = chosen && $("input", chosen).value;
  const offered = typed ? findActivities(typed, activities || facts.activities) : facts.activities;
  const others = offered.filter(([one]) => one !== code).map(([one, name]) => chip("activity", one, name));
  $(".activities").replaceChildren(...[chosen, ...others].filter(Boolean));
  $("#activities-state").textContent = typed && !offered.length ? words.noActivity : "";
}

$("#find-activity").addEventListener("input", offerActivities);
$("#find-activity").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());

/** Today, and the day before. */
function offerDays() {
  const today = diaryDay(facts.zone, facts.day_start);
  const before = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  $(".days").replaceChildren(...[today, before].map((day) => chip("day", day, dayOf(day))));
  $(".days input").defaultChecked = true;
}

// Meals --------------------------------------------------------------------------------------

async function gatherFoods() {
  foods = await read("foods");
  if (!foods && about && !about.locked && navigator.onLine) {
    $("#foods-state").textContent = words.loading;
    foods = await renewFoods(about.diary).catch(() => null);
  }
  $("#foods-state").textContent = foods ? "" : words.noFoods;
  showFound();
}

function showFound() {
  const typed = $("#find").value;
  const found = find(typed, foods, about?.locked ? [] : facts.foods);
  const drawn = found.map((row) => {
    const [line, button, name] = ["li", "button", "span"].map((tag) => document.createElement(tag));
    Object.assign(button, { type: "button", className: "result" });
    Object.assign(name, { className: "result-name", textContent: row.name });
    button.append(name);
    button.addEventListener("click", () => choose(row));
    line.append(button);
    return line;
  });
  $("#found").replaceChildren(...drawn);
  if (foods) $("#foods-state").textContent = typed && !found.length ? words.nothing : "";
}

async function choose(row) {
  const food = await named(row, foods?.namespace);
  addRow(food, food.measure, food.quantity);
  $("#find").value = "";
  $("#find").focus();
  showFound();
}

function addRow(food, measure, quantity) {
  const drawn = $("#draft-row").content.cloneNode(true).firstElementChild;
  drawn.food = food;
  $("[name=food]", drawn).value = food.id;
  $(".draft-name", drawn).textContent = food.name;
  $("[name=quantity]", drawn).value = quantity;
  const measures = food.portions.map(([id, description, grams]) => [id, `${description} (${grams} g)`]);
  measures.push(["g", words.grams]);
  if (facts.units === "us") measures.push(["oz", words.ounces]);
  const select = $("select", drawn);
  select.replaceChildren(...measures.map(([value, label]) => new Option(label, value)));
  select.value = measure;
  $("button", drawn).addEventListener("click", () => drawn.remove());
  $(".draft").append(drawn);
}

$("#find").addEventListener("input", showFound);
$("#find").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  $("#found button")?.click();
});

// Warning signs ------------------------------------------------------------------------------

/** What the ticks that are shown ask to do, on top of the page as soon as they are made. */
function warn(item) {
  const form = FORMS.find((one) => !one.hidden && ["cramp", "signs"].includes(one.id));
  const ticked = item?.data.signs || (form ? new FormData(form).getAll("signs") : []);
  const cramp = item ? item.type === "spasms" : form?.id === "cramp" || $("#signs_cramp").checked;
  const cards = ticked.length ? judge(guidance, ticked, { cramp, facts: about?.locked ? null : facts, region: $("#country").value }) : [];
  $(".guidance-list").replaceChildren(...cards.map(cardOf));
  $("#guidance").hidden = !cards.length;
  return cards.length;
}

function cardOf(card) {
  const drawn = $("#guidance-card").content.cloneNode(true).firstElementChild;
  drawn.dataset.rule = card.rule;
  $("h3", drawn).textContent = card.title;
  $("p", drawn).textContent = card.text;
  const call = $("a", drawn);
  call.hidden = !card.call.emergency;
  call.href = `tel:${card.call.emergency}`;
  $("span", call).textContent = card.call.emergency;
  $(".original", drawn).hidden = !card.original;
  if (card.original) $(".original [lang]", drawn).textContent = `${card.original.title}. ${card.english}`;
  $(".sources", drawn).textContent = card.sources.join(" · ");
  return drawn;
}

function showCall() {
  const [emergency] = guidance.numbers[$("#country").value] || [];
  $("#call").hidden = !emergency;
  $("#call").href = `tel:${emergency}`;
  $("#call span").textContent = emergency;
}

$("#country").addEventListener("change", () => {
  showCall();
  warn();
});
document.addEventListener("change", (event) => event.target.matches("[name=signs], #signs_cramp") && warn());

// Saving -------------------------------------------------------------------------------------

const MISSING = {
  meal: (data) => !data.has("food") && words.chooseFood,
  exercise: (data) => !data.has("activity") && words.chooseActivity,
  dose: (data) => !data.has("supplement") && words.chooseProduct,
  signs: (data) => !data.has("signs") && words.tickOne,
  mark: (data) => {
    if (!data.has("mark")) return words.chooseMark;
    return data.getAll("mark").includes("no_cramp") && !noonHasCome(data.get("day"), facts.zone) && words.noCrampYet;
  },
};

async function save(form) {
  const data = new FormData(form);
  const missing = MISSING[form.id]?.(data);
  refuse(form, missing);
  if (missing) return;
  const item = itemOf(form.dataset.log, data, facts);
  item.shown = shownOf(form, item);
  const editing = form.dataset.editing;
  const before = editing && (await get(editing));
  if (before) await edit(editing, (now) => changed(now, item));
  else await add({ ...item, diary: about.diary });
  askToStay();
  clear(form);
  if (before) say(changedWords(before)); // to discard it would undo more than this
  else say(keptWords(item), item.id);
  if (!warn(item)) open(form.id);
  showWhatCame(item);
  (await navigator.serviceWorker?.ready)?.sync?.register("send").catch(() => {});
  await send(true);
}

/** A form of this page asks less than the diary knows: what it does not ask stays. */
function changed(before, item) {
  if (item.day) return { data: { ...onlyTakenBack(before.data), ...item.data }, day: item.day };
  const same = item.clock && item.type === before.type;
  const time = same ? { occurred_at: before.data.occurred_at, tz: before.data.tz } : {};
  return { data: { ...before.data, ...item.data, ...time }, shown: item.shown, clock: same ? before.clock : item.clock };
}

const onlyTakenBack = (marks) => Object.fromEntries(Object.entries(marks).filter(([, said]) => !said));

function refuse(form, text) {
  $(".refused", form).textContent = text || "";
  $(".refused", form).hidden = !text;
}

function clear(form) {
  const country = $("#country").value;
  form.reset();
  $("#country").value = country;
  delete form.dataset.editing;
  $(".draft", form)?.replaceChildren();
  if (form.id === "exercise") offerActivities();
  refuse(form, "");
}

/** What the list needs to name an entry without a network. */
function shownOf(form, item) {
  if (item.type === "meals") return { foods: [...form.querySelectorAll(".draft-row")].map((row) => row.food) };
  const chosen = $("[name=activity]:checked, [name=supplement]:checked", form);
  return { text: chosen ? chosen.nextElementSibling.textContent : "" };
}

/** Ask the browser not to clear what waits when its disk is full. */
const askToStay = () => navigator.storage?.persist?.().catch(() => {});

for (const form of FORMS) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
}

// What waits ---------------------------------------------------------------------------------

async function list() {
  const items = about && !about.locked ? await of(about.diary) : [];
  $(".waiting-items").replaceChildren(...items.map(line));
}

function line(item) {
  const drawn = $("#waiting-item").content.cloneNode(true).firstElementChild;
  drawn.dataset.status = item.status;
  $("strong", drawn).textContent = item.type === "water" && item.data.beverage ? words.drink : words[FORM_OF[item.type]];
  $(".figure", drawn).textContent = item.day ? dayOf(item.day) : clockOf(new Date(item.data.occurred_at));
  $(".about", drawn).textContent = [item.details && words.stored, told(item)].filter(Boolean).join(" ");
  const reason = reasonOf(item);
  $(".error", drawn).textContent = reason;
  $(".error", drawn).hidden = !reason;
  $(".mine", drawn).hidden = item.status !== "conflict";
  $(".change", drawn).addEventListener("click", () => change(item));
  $(".discard", drawn).addEventListener("click", () => confirm(words.discard) && discard(item.id));
  $(".mine", drawn).addEventListener("click", async () => {
    await edit(item.id, () => ({ base: item.current.revision }));
    await send(true);
  });
  return drawn;
}

function told({ type, data, shown }) {
  if (type === "days") return Object.entries(data).map(([name, said]) => labelOf("mark", name, "#mark") + (said ? "" : `: ${words.takenBack}`)).join(" · ");
  if (type === "water") return facts.units === "us" ? `${Math.round((data.amount_ml / facts.ml) * 10) / 10} fl oz` : `${data.amount_ml} ml`;
  if (type === "meals") return (shown?.foods || data.items.map(known)).map((food) => food.name).join(" · ");
  if (type === "exercises") return `${shown?.text || facts.activities.find(([code]) => code === data.activity)?.[1] || ""} ${data.minutes} min`;
  if (type === "doses") return `${shown?.text || facts.products.find(({ id }) => id === data.supplement)?.name || ""} × ${data.quantity}`;
  const [site, side] = ["site", "side"].map((name) => labelOf(name, data[name]));
  const signs = (data.signs || []).map((sign) => labelOf("signs", sign));
  return [site, side, data.intensity == null ? "" : `${data.intensity}/10`, ...signs].filter(Boolean).join(" · ");
}

const labelOf = (name, value, form = "#cramp") => value && $(`${form} [name=${name}][value="${value}"]`)?.nextElementSibling?.textContent;
const known = ({ food }) => facts.foods.find(({ id }) => id === food) || { id: food, name: words.food, portions: [] };

function reasonOf(item) {
  if (item.status === "conflict") return words.conflict;
  if (item.status !== "refused") return "";
  return [words.notTaken, ...(item.errors ? Object.values(item.errors).flat() : [words.mistake])].join(" ");
}

/** Open an entry that waits in its form. */
function change(item) {
  const form = document.getElementById(FORM_OF[item.type]);
  clear(form);
  form.dataset.editing = item.id;
  history.replaceState(null, "", `#${form.id}`);
  fill(form, item);
  open(form.id);
  refuse(form, reasonOf(item));
  form.scrollIntoView({ block: "start" });
}

function fill(form, { type, day, data, shown }) {
  const values = day ? { day, mark: Object.keys(data).filter((name) => data[name]) } : { ...data, occurred_at: asTyped(new Date(data.occurred_at)) };
  if (type === "water") values.amount_ml = facts.units === "us" ? (data.amount_ml / facts.ml).toFixed(1) : data.amount_ml;
  if (type === "exercises" && !$(`[name=activity][value="${data.activity}"]`)) $(".activities").prepend(chip("activity", data.activity, shown?.text || data.activity));
  if (type === "meals") data.items.forEach((item, place) => addRow(shown?.foods?.[place] || known(item), item.portion || "g", item.quantity ?? item.grams));
  if (type === "spasms") {
    values.minutes = data.ended_at ? Math.round((Date.parse(data.ended_at) - Date.parse(data.occurred_at)) / 60_000) : "";
    values.woke_me = { true: "yes", false: "no" }[data.woke_me];
    for (const { what, helped } of data.relief || []) Object.assign(values, { [`tried_${what}`]: true, [`helped_${what}`]: helped });
  }
  for (const field of form.elements) {
    const value = values[field.name];
    if (field.name === "" || value === undefined || value === null) continue;
    if (field.type === "radio") field.checked = field.value === String(value);
    else if (field.type === "checkbox") field.checked = Array.isArray(value) ? value.includes(field.value) : value === true;
    else if (field.name !== "food" && field.name !== "quantity" && field.name !== "measure") field.value = value;
    else if (type === "doses") field.value = value;
  }
}

// --------------------------------------------------------------------------------------------

async function start() {
  await takeStock();
  $("#desk").hidden = false;
  openByAddress();
  await list();
  const asked = new URLSearchParams(location.search).get("entry");
  const item = asked && (await get(asked));
  if (item && item.diary === about?.diary) {
    change(item);
    say(keptWords(item), item.id);
    showWhatCame(item);
  }
  addEventListener("hashchange", openByAddress);
  onChange(async () => {
    about = await whose();
    await list();
    await settleUndo();
  });
  document.addEventListener("sent", () => say(""));
  activities = await renewActivities(site.activities);
  await gatherFoods();
}

start();
