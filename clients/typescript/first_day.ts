// A first day with SpasmLog, as a phone would live it: sign up, log, send again, read back, sync.
//
// The types come from docs/openapi.yaml (`npm run types` writes api.ts), so that what the document promises is
// what compiles here. Usage: node built/first_day.js http://127.0.0.1:8000 me@example.org

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.js";

type Api = Client<paths>;
type Meal = components["schemas"]["MealShape"];
type Cramp = components["schemas"]["SavedSpasmShape"];

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered; a refusal ends the day with the server's own words. */
function done<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) {
    throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`);
  }
  return data;
}

/** A token for this device. Sign-up answers in allauth's own format, outside of the document. */
async function signUp(server: string, email: string): Promise<string> {
  const said = await fetch(`${server}/_allauth/app/v1/auth/signup`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password: randomUUID() }),
  });
  assert.equal(said.status, 200, await said.clone().text());
  const { meta } = (await said.json()) as { meta: { session_token: string } };
  return meta.session_token;
}

/** Thirty grams of almonds, found by typing, under an id of the phone's own. */
async function logMeal(api: Api): Promise<Meal> {
  const found = done(await api.GET("/api/v1/foods/", { params: { query: { search: "almonds", limit: 1 } } }));
  const food = found.results[0];
  assert.ok(food, "no almonds in the food table");
  const id = randomUUID();
  const body = { id, kind: "snack" as const, items: [{ food: food.id, grams: 30 }] };
  const meal = done(await api.PUT("/api/v1/meals/{id}/", { params: { path: { id } }, body }));
  const again = done(await api.PUT("/api/v1/meals/{id}/", { params: { path: { id } }, body }));
  assert.equal(again.revision, meal.revision, "a retry changes nothing");
  return meal;
}

/** A cramp with a ticked warning sign: the answer carries the advice at once. */
async function logCramp(api: Api): Promise<Cramp> {
  const cramp = done(
    await api.POST("/api/v1/spasms/", {
      body: { id: randomUUID(), site: "calf", side: "left", intensity: 6, signs: ["dark_urine"] },
    }),
  );
  assert.ok(cramp.advice[0]?.title, "a red flag is told of at once");
  return cramp;
}

/** What the document says of refusals holds: a problem with a code, and every wrong field by its name. */
async function isRefused(api: Api): Promise<void> {
  const { error, response } = await api.POST("/api/v1/water/", { body: { amount_ml: -1 } });
  assert.equal(response.status, 400);
  assert.equal(error?.code, "invalid");
  assert.ok(error.errors?.["amount_ml"]?.[0]);
}

/** What was logged stands in the day, with what is known of it. */
async function readDay(api: Api, date: string, meal: Meal): Promise<number | null> {
  const day = done(await api.GET("/api/v1/days/{date}/", { params: { path: { date } } }));
  assert.deepEqual(day.entries.meals.map(({ id }) => id), [meal.id]);
  assert.equal(day.entries.spasms.length, 1);
  return day.totals.magnesium_mg.amount;
}

/** A glass of water that was drunk without a network, sent now; then everything that the server holds. */
async function sync(api: Api): Promise<{ water: string; types: string[] }> {
  const id = randomUUID();
  const data = { amount_ml: 250, occurred_at: new Date(Date.now() - 60_000).toISOString() };
  const items = [{ type: "water" as const, id, op: "put" as const, data }];
  for (const expected of ["created", "unchanged"]) {
    const { results } = done(await api.POST("/api/v1/sync/", { body: { items } }));
    assert.equal(results[0]?.status, expected, "the second time it was there already");
  }
  const types = new Set<string>();
  for (let cursor = "", more = true; more; ) {
    const query = cursor ? { cursor, limit: 2 } : { limit: 2 };
    const page = done(await api.GET("/api/v1/sync/", { params: { query } }));
    page.changes.forEach((change) => types.add(change.type));
    [cursor, more] = [page.cursor, page.has_more];
  }
  return { water: id, types: [...types].sort() };
}

async function main(server: string, email: string): Promise<void> {
  const open = createClient<paths>({ baseUrl: server });
  assert.equal(done(await open.GET("/api/v1/server/")).api_version, "v1");
  assert.equal((await open.GET("/api/v1/meals/")).response.status, 401, "nobody reads without a token");

  const token = await signUp(server, email);
  const api = createClient<paths>({ baseUrl: server, headers: { "X-Session-Token": token } });
  const meal = await logMeal(api);
  const cramp = await logCramp(api);
  await isRefused(api);
  const magnesium_mg = await readDay(api, meal.local_date, meal);
  console.log(JSON.stringify({ meal: meal.id, cramp: cramp.id, magnesium_mg, ...(await sync(api)) }));
}

const [server, email] = process.argv.slice(2);
assert.ok(server && email, "usage: first_day.js SERVER EMAIL");
await main(server, email);
