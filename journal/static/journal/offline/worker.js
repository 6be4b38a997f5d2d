// The service worker: the network first; without one, pages as they were last seen, the frame, and the queue for what is
// logged. One cache of the site's own files for each release, one of pages for each release and person.

import { itemOf } from "./items.js";
import { add, discardOlder, edit, get, newId } from "./queue.js";
import { addTo } from "./ringing.js";
import { sendAll } from "./send.js";
import { alter, keep, read } from "./store.js";
import { PAGES, arrive, erase, leave, lock, whose } from "./whose.js";

const PATIENCE = 6000; // ms that a page may keep somebody waiting who has an older one at hand
const SOON = 20_000; // ms after a form was sent in which the sign-in page may be the answer to it
const MOST_PAGES = 40;
const A_DAY = 86_400_000; // ms
const AWAY = [502, 503, 504];
const CRAMP = /^\/cramps\/([0-9a-f-]{36})\/$/;
const MARK = /^\/day\/(\d{4}-\d{2}-\d{2})\/mark\/$/;

export function begin(release) {
  const shell = `shell-${release.version}`;
  const pagesOf = (diary) => `${PAGES}${release.version}-${diary}`;

  // Releases ---------------------------------------------------------------------------------

  self.addEventListener("install", (event) => {
    event.waitUntil(Promise.all([release.shell, ...release.files].map(renew)));
  });

  const renew = async (path) => keepWhole(path, await fetch(path, { cache: "reload" }));

  /** A connection that breaks off leaves a part, or nothing, under a good status: what is not whole is not kept. */
  async function keepWhole(path, answer) {
    const body = await answer.blob();
    const length = answer.headers.get("Content-Encoding") ? null : answer.headers.get("Content-Length");
    if (!answer.ok || !body.size || (length && body.size !== Number(length))) throw new TypeError(`${path} did not come whole`);
    await (await caches.open(shell)).put(path, new Response(body, { status: 200, headers: answer.headers }));
  }

  self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

  async function takeOver() {
    for (const name of await caches.keys()) {
      if (name !== shell && !name.startsWith(`${PAGES}${release.version}-`)) await caches.delete(name);
    }
    await self.clients.claim();
  }

  self.addEventListener("message", (event) => {
    if (event.data === "take over") self.skipWaiting();
    if (event.data === "see me") event.waitUntil(self.clients.claim());
    if (event.data?.renew) event.waitUntil(renewFrame(event.data.renew));
  });

  /** The frame in the language and colours that are wanted now. */
  async function renewFrame(language) {
    await renew(release.shell);
    await keep("words", language);
  }

  // Reading ----------------------------------------------------------------------------------

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (origin !== self.location.origin) return;
    if (request.method === "POST" && isOurs(pathname)) event.respondWith(posted(request, pathname));
    else if (request.method !== "GET") return;
    else if (release.files.includes(pathname)) event.respondWith(fromShell(request));
    else if (request.mode === "navigate" || request.headers.has("X-Renewal")) event.respondWith(page(event, pathname));
  });

  const fromShell = async (request) => (await (await caches.open(shell)).match(request.url)) || fetch(request);

  async function page(event, pathname) {
    const asked = fetch(event.request);
    asked.catch(() => {});
    const older = await kept(event.request, pathname);
    const late = older && new Promise((resolve) => setTimeout(resolve, PATIENCE));
    try {
      const answer = await (late ? Promise.race([asked, late]) : asked);
      if (answer && !AWAY.includes(answer.status)) {
        event.waitUntil(noted(event.request, pathname, answer.clone()));
        return answer;
      }
    } catch { /* no network */ }
    return older || (await caches.open(shell)).match(release.shell);
  }

  /** The page as it was last seen by the person whose browser this is; none while it is locked. */
  async function kept(request, pathname) {
    if (pathname === release.shell) return (await caches.open(shell)).match(release.shell);
    const about = await whose();
    if (!about || about.locked) return null;
    const found = await (await caches.open(pagesOf(about.diary))).match(request.url);
    return found && asKept(found);
  }

  /** Say on the page when it was seen, and give its forms ids of their own: those may have been used. */
  async function asKept(found) {
    const at = found.headers.get("X-Kept-At");
    const text = (await found.text())
      .replace("<html", `<html data-kept-at="${at}"`)
      .replace(/(name="id" value=")[0-9a-f-]{36}"/g, (whole, start) => `${start}${newId()}"`);
    return new Response(text, { status: 200, headers: found.headers });
  }

  /** Learn from an answer whose browser this is, and keep the page if it is one to keep. */
  async function noted(request, pathname, answer) {
    const diary = answer.headers.get("X-Diary");
    if (answer.status === 200 && pathname === release.signIn) {
      await rescue(request.url);
      await lock();
    }
    if (answer.status !== 200) return;
    if (pathname === release.shell) await keepWhole(release.shell, answer);
    else if (diary) {
      await arrive(diary);
      if (lastPosted && Date.now() - lastPosted.at < SOON) await voidEarlier(lastPosted);
      if (release.keep.some((path) => pathname === path || (path !== "/" && pathname.startsWith(path)))) {
        await keepPage(request.url, diary, answer);
      }
    }
  }

  async function keepPage(url, diary, answer) {
    const headers = new Headers(answer.headers);
    headers.set("X-Kept-At", new Date().toISOString());
    const cache = await caches.open(pagesOf(diary));
    await cache.put(url, new Response(await answer.text(), { status: 200, headers }));
    const older = (await cache.keys()).slice(0, -MOST_PAGES);
    await Promise.all(older.map((one) => cache.delete(one)));
  }

  // Writing ----------------------------------------------------------------------------------

  const isOurs = (pathname) =>
    pathname in release.logs || CRAMP.test(pathname) || MARK.test(pathname) || [release.signOut, release.deleteAccount].includes(pathname);

  // A press may be lost before its answer comes: the connection breaks, or a browser lets go of a request because its
  // page moves on (the form is pressed again, a link is followed, the tab is closed). From here these look alike, and
  // whether the server has had the form, nobody can tell. So each is queued: an entry is never lost with its tab. And
  // as a press has the id that its form had when it was pressed, whatever became of other presses meanwhile, the
  // server makes one entry of all that come.
  //
  // What must not wait is a press that a later press of the same form has made void. Once the server has answered the
  // later one, the form stands before the person again with all that was typed and what is wrong with it, or it is
  // stored. Of an answer that leads on, only the next page tells: it may be that of the sign-in, and then nothing was
  // stored, and the later press takes the place of the earlier in the queue. The press that was lost may come to the
  // queue before that answer or after it, so it is both taken out of the queue and kept from it. What was pressed
  // after the answered press, or was put right in the queue by hand, stays. So does what another form says, and a
  // press after which no other was answered: those the queue sends.

  let presses = 0;
  const answered = new Map(); // form: the latest press of it that the server has answered

  async function posted(request, pathname) {
    const press = pressOf(pathname, request.clone());
    let answer;
    try {
      answer = await fetch(request);
    } catch { /* no network, or the page has moved on */ }
    if (answer && !AWAY.includes(answer.status)) {
      await taken(pathname, await press, answer);
      return answer;
    }
    if (pathname === release.signOut) return refuseToLeave();
    return (await queued(await press, request)) || answer || Response.error();
  }

  /** What a form says, and when it was pressed; what it logs, if anything, and under which id. */
  async function pressOf(pathname, copy) {
    const press = { pathname, at: Date.now(), turn: ++presses };
    try {
      const data = await copy.formData();
      const details = CRAMP.exec(pathname);
      const mark = MARK.exec(pathname);
      const what = details ? "cramp" : mark ? "mark" : release.logs[pathname];
      const looks = ["search", "preview"].includes(data.get("do")) || (what === "meal" && data.get("do") !== "save");
      const id = details ? details[1] : await freshId(data.get("id"));
      return { ...press, data, what: looks ? null : what, id, form: details || data.has("id") ? id : null, details: Boolean(details), day: mark?.[1] };
    } catch {
      return press; // a form that cannot be read here is the server's alone
    }
  }

  /** Without the server nobody is signed out; until it is reached, nothing of the diary is shown. */
  async function refuseToLeave() {
    await lock();
    return Response.redirect(new URL(`${release.shell}#no-sign-out`, self.location.origin), 303);
  }

  let lastPosted = null;

  /** The server has taken a form: its id is used, or the person has gone; or it shows the form with what is wrong. */
  async function taken(pathname, press, answer) {
    const through = answer.type === "opaqueredirect" || answer.redirected;
    if (!through) {
      if (answer.status === 200 && answer.headers.has("X-Diary")) await voidEarlier(press);
    } else if (pathname === release.signOut) await leave();
    else if (pathname === release.deleteAccount) await erase();
    else if (press.data) {
      if (press.data.has("id")) await note(press.data.get("id"));
      lastPosted = press;
    }
  }

  /** Have earlier presses of the same form, that were let go, wait no longer. */
  async function voidEarlier({ what, form, turn, at, details }) {
    if (!what || !form || (answered.get(form) || 0) > turn) return;
    answered.set(form, turn);
    await discardOlder(form, at, details);
  }

  /** The sign-in page came instead of what a form asked for: the sign-in had ended, and nothing was stored. */
  async function rescue(address) {
    const posted = lastPosted;
    lastPosted = null;
    const wanted = new URL(address).searchParams.get("next") || "";
    if (posted && Date.now() - posted.at < SOON && wanted.split("?")[0] === posted.pathname) {
      await enqueue({ ...posted, instead: true });
    }
  }

  /** Remember for a day that the server has an entry of this id. */
  const note = (id) =>
    alter("used", (before) => {
      const recent = Object.entries(before || {}).filter(([, at]) => Date.now() - at < A_DAY);
      return { ...Object.fromEntries(recent), [id]: Date.now() };
    });

  /** Put what a form says into the queue, and lead on as the server would have. */
  async function queued(press, request) {
    if (press.form && (answered.get(press.form) || 0) > press.turn) return null;
    const item = await enqueue(press);
    return item && onward(request, press.data, item);
  }

  /** Put what a form says into the queue; nothing if it only looks for something, or nobody is known here. */
  async function enqueue({ what, data, id, at: pressed, details, day, instead }) {
    if (!what) return null;
    const about = await whose();
    const diary = data.get("kept_for") || about?.diary;
    if (!diary) return null;
    const facts = (diary === about?.diary && (await read(`facts:${diary}`))) || { ml: 1, units: "metric" };
    data.set("id", id);
    if (day) data.set("day", day);
    const item = itemOf(what, data, facts, facts.zone);
    if ((details || instead) && (await get(id))) await edit(id, () => ({ data: item.data, pressed }));
    else await add({ ...item, diary, pressed, details });
    await ask();
    return item;
  }

  /** The form's own id, so that a lost answer is no second entry; another, if it is that of an entry stored before. */
  async function freshId(id) {
    return id && !((await read("used")) || {})[id] ? id : newId();
  }

  function onward(request, data, item) {
    const urgent = item.data.signs?.length || item.type === "spasms";
    const next = data.get("next") || (item.day && request.referrer && new URL(request.referrer).pathname);
    const back = next?.startsWith("/") && !next.startsWith("//") ? next : release.today;
    const path = urgent ? `${release.shell}?entry=${item.id}` : back;
    if (request.headers.has("HX-Request")) return new Response("", { status: 200, headers: { "HX-Redirect": path } });
    return Response.redirect(new URL(path, self.location.origin), 303);
  }

  // Ringing ----------------------------------------------------------------------------------

  /** A notification says what the server sent, which is the same for all; where nothing can be read, its name alone. */
  self.addEventListener("push", (event) => {
    const { title, path } = heard(event.data);
    const icon = release.files.find((file) => file.includes("icon-192"));
    event.waitUntil(self.registration.showNotification(title, { tag: path, icon, badge: icon, data: { path } }));
  });

  function heard(data) {
    try {
      const { title, path } = data.json();
      return { title: String(title), path: String(path) };
    } catch {
      return { title: "SpasmLog", path: release.today };
    }
  }

  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.path));
  });

  /** Show a page of this site, in a window that is open already if there is one. */
  async function open(path) {
    const asked = URL.canParse(path || "", self.location.origin) && new URL(path, self.location.origin);
    const page = asked && asked.origin === self.location.origin ? asked.href : new URL(release.today, self.location.origin).href;
    const [window] = await self.clients.matchAll({ type: "window" });
    if (!window) return self.clients.openWindow(page);
    await window.focus().catch(() => {}); // not every browser lets a worker do that
    return window.navigate(page);
  }

  /** A browser's address may change at any time. Whoever is signed in here is rung for at the new one. */
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(ringThere(event)));

  async function ringThere({ oldSubscription, newSubscription }) {
    const wanted = oldSubscription?.options;
    const subscription = newSubscription ?? (wanted && (await self.registration.pushManager.subscribe(wanted)));
    const said = await (await fetch(release.who, { cache: "no-store" })).json();
    if (!subscription || said.diary === null) return;
    const body = addTo(new FormData(), subscription);
    body.set("again", "yes");
    await fetch(release.ring, { method: "POST", headers: { "X-CSRFToken": said.csrf }, body });
  }

  // Sending ----------------------------------------------------------------------------------

  const ask = () => self.registration.sync?.register("send").catch(() => {});

  self.addEventListener("sync", (event) => {
    if (event.tag !== "send") return;
    event.waitUntil(
      sendAll(release, { soon: true }).then((came) => {
        if (came === "no answer" || came === "pause") throw new Error("later");
      }),
    );
  });
}
