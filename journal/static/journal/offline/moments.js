// Times as the server takes them: with their offset from UTC, and the name of the zone.

export const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A moment as RFC 3339 in UTC. */
export const told = (moment) => moment.toISOString();

/** What clocks in a zone show at a moment, as if it were UTC. [ms] */
function wall(moment, zone) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
      minute: "2-digit", second: "2-digit",
    }).formatToParts(moment).map(({ type, value }) => [type, value]),
  );
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** The moment at which clocks in a zone show "2026-11-25T14:20"; the earlier of two when clocks are put back. */
export function momentIn(zone, typed) {
  const shown = Date.parse(`${typed.slice(0, 16)}:00Z`);
  const day = 86_400_000;
  const offsets = [shown - day, shown + day].map((at) => wall(new Date(at), zone) - at);
  const fits = offsets.map((offset) => shown - offset).filter((at) => wall(new Date(at), zone) === shown);
  return new Date(fits.length ? Math.min(...fits) : shown - offsets[0]);
}

/** The diary day that it is in a zone, as 2026-11-25; `dayStart`: when days begin, as 04:00. */
export function diaryDay(zone, dayStart) {
  const [hours, minutes] = dayStart.split(":").map(Number);
  return new Date(wall(new Date(), zone) - (hours * 60 + minutes) * 60_000).toISOString().slice(0, 10);
}

/** Whether it is noon of a day, or later, in a zone: what is said of its cramps begins there. */
export const noonHasCome = (day, zone) => wall(new Date(), zone) >= Date.parse(`${day}T12:00:00Z`);

/** A day as pages say it. */
export const dayOf = (day) =>
  new Date(`${day}T12:00:00Z`).toLocaleDateString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** The weekday and the time of a moment, or its time alone, as the pages of the server say them in the language shown. */
export function clockOf(moment, parts = { weekday: "short" }) {
  const { lang } = document.documentElement;
  const clock = lang === "en-us" ? { hour: "numeric", hourCycle: "h12" } : { hour: "2-digit", hourCycle: "h23" };
  return moment.toLocaleString(lang, { ...parts, ...clock, minute: "2-digit" });
}

/** A moment as a date-and-time field of this device shows it. */
export function asTyped(moment) {
  const local = new Date(moment - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
