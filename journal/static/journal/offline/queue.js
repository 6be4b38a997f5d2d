// Entries that wait to be sent. Each belongs to the diary it was logged for, has an id of its own, and leaves only when
// the server has answered for it, or the person discards it.
//   { id, diary, type, day, data, clock, at, pressed, tried, edits, status: waiting | refused | conflict, code, errors, current }
// `day`: of marks of a whole day, by which the server knows them. `clock`: its time is that of this device's clock, not
// one that was typed. `at`: when it was logged, for the order. `pressed`: when, of a form of a page that was lost.

import { alter, inOne } from "./store.js";

const DOUBLE_TAP = 10_000; // ms
const channel = "BroadcastChannel" in self ? new BroadcastChannel("spasmlog") : null;

/** Tell every tab, and this one, that the queue is another than before. */
export function announce() {
  channel?.postMessage("queue");
  self.dispatchEvent(new Event("queue"));
}

export function onChange(act) {
  channel?.addEventListener("message", act);
  self.addEventListener("queue", act);
}

export const newId = () => crypto.randomUUID();

/** Put an entry into the queue. A double tap is one entry; the same id later is another; marks of one day are one. */
export async function add(item) {
  const marked = item.type === "days" && (await of(item.diary)).find(({ day }) => day === item.day);
  if (marked) {
    await edit(marked.id, (now) => ({ data: { ...now.data, ...item.data } }));
    return marked;
  }
  const stored = await inOne("queue", "readwrite", (store, give) => {
    store.get(item.id).onsuccess = (event) => {
      const known = event.target.result;
      const again = known && Date.now() - known.at < DOUBLE_TAP;
      const entry = { tried: 0, edits: 0, status: "waiting", at: Date.now(), ...item };
      if (known && !again) entry.id = newId();
      if (!again) store.add(entry);
      give(again ? known : entry);
    };
  });
  announce();
  return stored;
}

export const get = (id) =>
  inOne("queue", "readonly", (store, give) => {
    store.get(id).onsuccess = (event) => give(event.target.result);
  });

/** What waits for one diary, the oldest first. */
export const of = (diary) =>
  inOne("queue", "readonly", (store, give) => {
    store.index("diary").getAll(diary).onsuccess = (event) => give(event.target.result.sort((a, b) => a.at - b.at));
  });

/** Change an entry that waits; what was refused is tried again. */
export async function edit(id, change) {
  await inOne("queue", "readwrite", (store) => {
    store.get(id).onsuccess = (event) => {
      const item = event.target.result;
      if (item) store.put({ ...item, edits: item.edits + 1, status: "waiting", errors: null, code: null, ...change(item) });
    };
  });
  announce();
}

export async function discard(id) {
  await inOne("queue", "readwrite", (store) => store.delete(id));
  announce();
}

/** Take out what a form said up to a moment, unless it was put right by hand since; of a cramp, its details alone. */
export async function discardOlder(id, moment, details) {
  const gone = await inOne("queue", "readwrite", (store, give) => {
    store.get(id).onsuccess = (event) => {
      const item = event.target.result;
      const older = item?.pressed <= moment && (details ? item.details : !item.edits);
      if (older) store.delete(id);
      give(older);
    };
  });
  if (gone) announce();
}

export async function discardAll(diary) {
  const items = await of(diary);
  await inOne("queue", "readwrite", (store) => items.forEach((item) => store.delete(item.id)));
  announce();
}

/** Write what came of a batch, in one step. What was edited meanwhile stays, to be sent as it is now. */
export async function settle(outcomes) {
  let left = 0;
  await inOne("queue", "readwrite", (store) => {
    for (const { sent, change, revision } of outcomes) {
      store.get(sent.id).onsuccess = (event) => {
        const now = event.target.result;
        if (!now) return;
        if (now.edits !== sent.edits) store.put({ ...now, base: revision ?? now.base });
        else if (change === null) {
          store.delete(now.id);
          left += 1;
        } else {
          if (change.id && change.id !== now.id) store.delete(now.id);
          store.put({ ...now, ...change });
        }
      };
    }
  });
  if (left) await alter(`sent:${outcomes[0].sent.diary}`, (before = 0) => before + left);
  announce();
}

/** How many entries left for the server since this was last asked: whoever asks tells it, and nobody tells it again. */
export async function tellSent(diary) {
  let sent = 0;
  await alter(`sent:${diary}`, (before = 0) => {
    sent = before;
  });
  return sent;
}
