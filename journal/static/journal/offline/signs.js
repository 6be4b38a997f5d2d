// What ticked warning signs ask to do, without a network. The rules come from the server, as the smallest sets of ticks and
// answers that set each off; which they are, only the server knows.

/** Rules that these ticks set off, the most urgent first, with their words for a country. */
export function judge(guidance, ticked, { cramp, facts, region }) {
  const said = new Set(ticked);
  if (cramp) said.add("cramp");
  if (facts?.pregnant) said.add("pregnant");
  if (facts?.kidney_failure) said.add("kidney_failure");
  const call = callIn(guidance, region);
  return guidance.rules
    .filter((rule) => rule.ways.some((way) => way.every((sign) => said.has(sign))))
    .map((rule) => ({ ...rule, call, text: fill(rule.text, call), english: rule.original && fill(rule.original.text, call) }));
}

/** Whom to call in a country; words where its numbers are not known. */
function callIn(guidance, region) {
  const [emergency = "", adviceLine = "", name = ""] = guidance.numbers[region] || [];
  const [somebody, somewhere] = guidance.nowhere;
  return { emergency, adviceLine, words: { emergency: emergency || somebody, advice_line: name || somewhere } };
}

const fill = (text, call) => text.replace(/\{(\w+)\}/g, (gap, name) => call.words[name] ?? gap);
