// Whose browser this is. Pages, facts and the food table are kept for one person at a time; what waits to be sent is kept
// for each, and is shown and sent to nobody else.

import { discardAll } from "./queue.js";
import { alter, drop, read } from "./store.js";

export const PAGES = "pages-";

export const whose = () => read("whose");

/** Somebody's page has come from the server: it is their browser now. What was kept for another goes. */
export async function arrive(diary) {
  const before = await whose();
  if (before?.diary === diary && !before.locked) return;
  if (before && before.diary !== diary) await forget(before.diary);
  await alter("whose", (now) => ({ ...(now?.diary === diary ? now : {}), diary, locked: false }));
}

/** Nobody is signed in any more, and nobody signed out: keep all, show nothing of it. */
export const lock = async () => {
  if (await whose()) await alter("whose", (now) => now && { ...now, locked: true });
};

/** Remove what is kept for a person, but for what waits to be sent. */
export async function forget(diary) {
  await drop(`facts:${diary}`, `cards:${diary}`, `sent:${diary}`, "foods");
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name.endsWith(diary)) await caches.delete(name);
  }
}

/** Somebody signed out: what waits stays only for them. */
export async function leave() {
  const before = await whose();
  if (!before) return;
  await forget(before.diary);
  await drop("whose");
}

/** The account is gone: nothing of it is kept, waiting or not. */
export async function erase() {
  const before = await whose();
  if (before) await discardAll(before.diary);
  await leave();
}
