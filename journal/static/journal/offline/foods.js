// The food table of the server, kept for search without a network: fetched once, then what changed since.

import { keep, read } from "./store.js";

const PACK = "/api/v1/foods/pack/";
const A_WEEK = 7 * 86_400_000; // ms
const MOST_FOUND = 12;

/** Fetch the table, or what changed in it; at most once a week, and only for the person signed in. */
export async function renewFoods(diary) {
  const known = await read("foods");
  if (known && Date.now() - known.at < A_WEEK) return known;
  const answer = await fetch(known ? `${PACK}?since=${known.version}` : PACK, { headers: { "X-Diary": diary, Accept: "*/*" } });
  if (!answer.ok) return known;
  const [head, ...lines] = (await answer.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const rows = new Map(head.since ? known.rows.map((row) => [`${row.source}:${row.code}`, row]) : []);
  for (const line of lines) change(rows, head.columns, line);
  const foods = { version: head.version, namespace: head.namespace, at: Date.now(), rows: [...rows.values()] };
  await keep("foods", foods);
  return foods;
}

function change(rows, columns, line) {
  const one = Object.fromEntries(columns.map((name, place) => [name, line[place]]));
  const key = `${one.source}:${one.code}`;
  if (line.length === 2 || one.hidden) rows.delete(key);
  else {
    const { source, code, name, synonyms, rank, portions } = one;
    rows.set(key, { source, code, name, rank, words: ` ${fold(`${name} ${synonyms}`)}`, portions });
  }
}

/** Lower case, no accents, no apostrophes; words apart by one space. */
export const fold = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/\p{M}|['’`´]/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** Foods of which every word typed begins a word; everyday foods, and those that are called just so, first. */
export function find(typed, foods, own = []) {
  const words = fold(typed).split(" ").filter(Boolean);
  if (!words.length) return own.slice(0, MOST_FOUND);
  const fits = (text) => words.every((word) => text.includes(` ${word}`));
  const mine = own.filter((food) => fits(` ${fold(food.name)}`));
  const known = new Set(mine.map((food) => food.name));
  const found = (foods?.rows || []).filter((row) => fits(row.words) && !known.has(row.name));
  found.sort((a, b) => a.rank - b.rank || begins(b, words[0]) - begins(a, words[0]) || a.name.length - b.name.length);
  return [...mine, ...found].slice(0, MOST_FOUND);
}

const begins = (row, word) => Number(row.words.startsWith(` ${word}`));

/** A food as it is logged: its id and those of its portions follow from source, code and number. */
export async function named(row, namespace) {
  if (row.id) return row;
  const id = await uuid5(namespace, `${row.source}:${row.code}`);
  const portions = [];
  for (const [number, description, grams, usual] of row.portions) {
    portions.push([await uuid5(id, String(number)), description, grams, usual]);
  }
  return { id, name: row.name, portions, ...usualAmount(portions) };
}

/** A named portion that weighs what people usually have; else any of that weight, else the first; else 100 g. */
function usualAmount(portions) {
  if (!portions.length) return { measure: "g", quantity: "100" };
  const spoken = portions.filter(([, description]) => description !== "usual amount");
  const usual = portions.find(([, , , most]) => most);
  const same = spoken.find(([, , grams]) => usual && grams === usual[2]);
  return { measure: (same || usual || spoken[0] || portions[0])[0], quantity: "1" };
}

/** A UUID by name (RFC 9562, version 5). */
async function uuid5(namespace, name) {
  const space = namespace.replaceAll("-", "").match(/../g).map((pair) => parseInt(pair, 16));
  const hash = await crypto.subtle.digest("SHA-1", new Uint8Array([...space, ...new TextEncoder().encode(name)]));
  const bytes = new Uint8Array(hash).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
