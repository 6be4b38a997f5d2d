// Sending what waits: one tab at a time, each entry until the server has answered for it.
//
// - Before anything is sent the server is asked whose diary is open: what waits for another person stays.
// - Stored, or stored already: it leaves the queue. Refused: it is kept with the server's words, and holds up no other.
// - Changed elsewhere since: if it was not edited here after it was first sent, our answer was lost and it is stored.
// - 401: all is kept, and the person is asked to sign in. 429, 503: wait as long as the server says.
// - No answer: wait 2, 4, 8 ... s, at random between half and all of it, at most five minutes.
// - A time that this device's clock gave is put right before it is first sent, if the clock is two minutes off.

import { of, newId, settle } from "./queue.js";
import { alter, drop, read } from "./store.js";
import { lock, whose } from "./whose.js";

const MOST_AT_ONCE = 50;
const LONGEST_PAUSE = 300_000; // ms
const CLOCK_OFF = 120_000; // ms
const LONGEST_ANSWER = 30_000; // ms
const LOCK = "spasmlog-send";

let waitingForTurn = null;

/** Send all that waits for whoever is signed in. `soon`: also while a pause after a failure lasts.
 *  Resolves to what came of it: "sent", "nothing", "pause", "sign in" or "no answer". */
export function sendAll(site, { soon = false } = {}) {
  waitingForTurn ??= navigator.locks.request(LOCK, async () => {
    waitingForTurn = null;
    return rounds(site, soon);
  });
  return waitingForTurn;
}

async function rounds(site, soon) {
  const pause = await read("pause");
  if (pause && Date.now() < pause.until && !(soon && !pause.asked)) return pause.asked ? "pause" : "no answer";
  let came = "nothing";
  try {
    for (;;) {
      const about = await whose();
      const items = about ? (await of(about.diary)).filter((item) => item.status === "waiting") : [];
      if (!items.length) return came;
      const open = await askWho(site, about.diary);
      if (!open) return "sign in";
      await sendBatch(site, open, items.slice(0, MOST_AT_ONCE));
      await drop("pause");
      came = "sent";
    }
  } catch (failure) {
    if (failure instanceof SignIn) {
      await lock();
      return "sign in";
    }
    await rest(failure instanceof Busy ? failure.seconds : null);
    return failure instanceof Busy ? "pause" : "no answer";
  }
}

class SignIn extends Error {}
class Busy extends Error {
  constructor(seconds) {
    super("The server asks to wait.");
    this.seconds = seconds;
  }
}
class Refused extends Error {
  constructor(status, said) {
    super(said?.detail || `The server answered ${status}.`);
    Object.assign(this, { status, said });
  }
}

async function rest(seconds) {
  await alter("pause", (before) => {
    const tries = (before?.tries || 0) + 1;
    const longest = Math.min(2000 * 2 ** (tries - 1), LONGEST_PAUSE);
    const wait = seconds === null ? longest * (0.5 + Math.random() / 2) : seconds * 1000;
    return { until: Date.now() + wait, tries, asked: seconds !== null };
  });
}

/** The token to write with, and how far the server's clock is ahead [ms]; nothing if another's diary is open, or none. */
async function askWho(site, diary) {
  const began = Date.now();
  const answer = await fetch(site.who, { cache: "no-store", signal: AbortSignal.timeout(LONGEST_ANSWER) });
  check(answer);
  const said = await answer.json();
  const ahead = Date.parse(said.now) - (began + Date.now()) / 2;
  if (said.diary === null) await lock();
  return said.diary === diary ? { diary, csrf: said.csrf, ahead } : null;
}

function check(answer) {
  if (answer.status === 401) throw new SignIn();
  if (answer.status === 429 || answer.status === 503) throw new Busy(secondsOf(answer.headers.get("Retry-After")));
  if (answer.status === 502 || answer.status === 504) throw new Error("The server is away.");
}

function secondsOf(said) {
  const seconds = Number(said);
  if (said === null || said === "") return null;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : Math.max(0, (Date.parse(said) - Date.now()) / 1000) || null;
}

/** Send entries and write down what came of each. What is wrong with all of them is wrong with one: halves find it. */
async function sendBatch(site, open, items) {
  items = await right(items, open.ahead);
  let results;
  try {
    results = await post(site, open, items);
  } catch (refusal) {
    if (!(refusal instanceof Refused) || ![400, 413, 500].includes(refusal.status)) throw refusal;
    if (items.length > 1) {
      const middle = Math.ceil(items.length / 2);
      await sendBatch(site, open, items.slice(0, middle));
      return sendBatch(site, open, items.slice(middle));
    }
    if (refusal.status === 500) throw refusal;
    results = [{ status: "refused", code: refusal.said?.code, errors: refusal.said?.errors || { "": [refusal.message] } }];
  }
  await raise(open.diary, results);
  await settle(items.map((sent, place) => ({ sent, change: outcome(sent, results[place]), revision: results[place].revision })));
}

async function post(site, open, items) {
  const told = items.map(({ id, day, type, data, base }) => ({ id: day ?? id, type, op: "put", data, base_revision: base ?? null }));
  const answer = await fetch(site.sync, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Diary": open.diary, "X-CSRFToken": open.csrf },
    body: JSON.stringify({ items: told }),
    signal: AbortSignal.timeout(LONGEST_ANSWER),
  });
  check(answer);
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, said);
  const named = (one) => `${one.type} ${one.id}`;
  if (said?.results?.map(named).join() !== told.map(named).join()) throw new Error("This is not about what was sent.");
  return said.results;
}

/** Put times right that a wrong clock gave, before they are sent for the first time; and count the attempt. */
async function right(items, ahead) {
  const off = Math.abs(ahead) > CLOCK_OFF;
  const moved = (item) => new Date(Date.parse(item.data.occurred_at) + ahead).toISOString();
  const ready = items.map((item) => ({
    ...item,
    tried: item.tried + 1,
    firstEdits: item.firstEdits ?? item.edits,
    data: off && item.clock && !item.tried ? { ...item.data, occurred_at: moved(item) } : item.data,
  }));
  await settle(ready.map((item) => ({ sent: item, change: item })));
  return ready;
}

/** What is written in the queue for an entry after the server's answer; null: it leaves. */
function outcome(sent, result) {
  if (result.status === "refused") return { status: "refused", code: result.code, errors: result.errors };
  if (result.status !== "conflict") return null;
  const conflict = { status: "conflict", code: result.code, current: result.current };
  if (sent.type === "days") return { base: result.current.revision }; // marks that are not said stay: it is sent again
  if (sent.details) return isBare(result.current) ? { base: result.current.revision } : conflict;
  if (sent.edits !== sent.firstEdits) return conflict;
  return sameMoment(sent, result.current) ? null : { id: newId(), tried: 0 };
}

/** Whether what is stored under this id can be what was sent: an old page may have used its id for another entry. */
function sameMoment(sent, current) {
  return Math.abs(Date.parse(current.occurred_at) - Date.parse(sent.data.occurred_at)) < 900_000;
}

/** Whether a cramp stands as one tap made it, so that details undo nothing. */
const isBare = ({ site, side, intensity, doing, woke_me, ended_at, note, relief, signs }) =>
  [site, side, intensity, doing, woke_me, ended_at].every((one) => one === null) && !note && !relief.length && !signs.length;

/** Keep the urgent cards of an answer until they have been seen. */
async function raise(diary, results) {
  const cards = results.flatMap((result) => result.advice || []);
  if (cards.length) await alter(`cards:${diary}`, (before) => [...new Map([...(before || []), ...cards].map((card) => [card.id, card])).values()]);
}

/** When it is tried again, after a failure. [ms since 1970] */
export const nextTry = async () => (await read("pause"))?.until;
