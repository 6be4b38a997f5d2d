// The activities of the server, kept for search without a network: fetched once a week.

import { fold } from "./foods.js";
import { keep, read } from "./store.js";

const A_WEEK = 7 * 86_400_000; // ms
const MOST_FOUND = 30;

/** All activities, as [code, name], those of every day first; fetched anew when they are a week old, or in another language. */
export async function renewActivities(address) {
  const language = document.documentElement.lang;
  const known = await read("activities");
  if (known && known.language === language && Date.now() - known.at < A_WEEK) return known.rows;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return known?.rows;
  const rows = await answer.json();
  await keep("activities", { at: Date.now(), language, rows });
  return rows;
}

/** Activities whose names hold every word typed, wherever it stands. */
export function findActivities(typed, rows) {
  const words = fold(typed).split(" ");
  return rows.filter(([, name]) => words.every((word) => fold(name).includes(word))).slice(0, MOST_FOUND);
}
