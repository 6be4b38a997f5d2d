// What a form of the diary says, as the sync endpoint takes it. Only units and times are worked out here; what is possible
// and what is not, the server says.

import { newId } from "./queue.js";
import { here, momentIn, told } from "./moments.js";

const list = (data, name) => data.getAll(name).filter(Boolean);
const text = (data, name) => (data.get(name) || "").trim();

/** A number as people type it: with a point or a comma. What is none goes to the server as it is, and is refused there. */
function number(typed, factor = 1, places = 3) {
  const value = Number(typed.replace(",", "."));
  if (typed === "" || !Number.isFinite(value)) return typed === "" ? null : typed;
  return factor === 1 ? value : Number((value * factor).toFixed(places));
}

/** When it was: as typed on a clock of `zone`, else now by this device's clock. */
function when(data, zone) {
  const typed = text(data, "occurred_at");
  const earlier = Number(text(data, "started")) * 60_000;
  const moment = new Date((typed ? momentIn(zone, typed) : new Date()) - earlier);
  return { moment, clock: !typed, said: { occurred_at: told(moment), tz: zone } };
}

function water(data, facts, time) {
  const amount_ml = number(text(data, "amount_ml"), facts.ml, 1);
  return { type: "water", data: { ...time.said, amount_ml, beverage: text(data, "beverage") || null } };
}

function meal(data, facts, time) {
  const [measures, quantities] = [data.getAll("measure"), data.getAll("quantity")];
  const items = data.getAll("food").map((food, place) => {
    const many = number(quantities[place].trim());
    if (measures[place] === "g") return { food, grams: many };
    if (measures[place] === "oz") return { food, grams: number(quantities[place].trim(), facts.grams_per_oz) };
    return { food, portion: measures[place], quantity: many };
  });
  return { type: "meals", data: { ...time.said, kind: text(data, "kind") || null, note: text(data, "note"), items } };
}

function exercise(data, facts, time) {
  const us = facts.units === "us";
  const pounds = us ? 0.45359237 : 1; // kg in a pound
  const degrees = number(text(data, "temperature_c"));
  return {
    type: "exercises",
    data: {
      ...time.said,
      activity: text(data, "activity") || null,
      minutes: number(text(data, "minutes")),
      temperature_c: us && typeof degrees === "number" ? Number((((degrees - 32) * 5) / 9).toFixed(1)) : degrees,
      weight_before_kg: number(text(data, "weight_before_kg"), pounds, 2),
      weight_after_kg: number(text(data, "weight_after_kg"), pounds, 2),
      note: text(data, "note"),
    },
  };
}

function dose(data, facts, time) {
  return { type: "doses", data: { ...time.said, supplement: text(data, "supplement"), quantity: number(text(data, "quantity")) } };
}

function cramp(data, facts, time) {
  const minutes = number(text(data, "minutes"));
  const ended = typeof minutes === "number" ? told(new Date(time.moment.getTime() + minutes * 60_000)) : null;
  const tried = [...new Set([...data.keys()])].filter((name) => name.startsWith("tried_")).map((name) => name.slice(6));
  return {
    type: "spasms",
    data: {
      ...time.said,
      ended_at: data.has("just_ended") ? told(new Date()) : ended,
      site: text(data, "site") || null,
      side: text(data, "side") || null,
      intensity: number(text(data, "intensity")),
      woke_me: { yes: true, no: false }[text(data, "woke_me")] ?? null,
      doing: text(data, "doing") || null,
      relief: tried.map((what) => ({ what, helped: text(data, `helped_${what}`) || null })),
      signs: list(data, "signs"),
      note: text(data, "note"),
    },
  };
}

function signs(data, facts, time) {
  const said = { ...time.said, signs: list(data, "signs") };
  return { type: data.has("cramp") ? "spasms" : "warning-signs", data: said };
}

/** What is said of a whole day: marks, or that they are taken back. It has no clock. */
function mark(data) {
  const said = text(data, "value") !== "no";
  return { type: "days", day: text(data, "day"), clock: false, data: Object.fromEntries(data.getAll("mark").map((name) => [name, said])) };
}

const READERS = { water, meal, exercise, dose, cramp, signs, mark };

/** The entry that a form says. `zone`: whose clock its times were typed by; left out, this device's. */
export function itemOf(what, data, facts, zone = here()) {
  const time = when(data, zone);
  return { id: text(data, "id") || newId(), clock: time.clock, ...READERS[what](data, facts, time) };
}
