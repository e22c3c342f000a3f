/** The share page's scripts run on browsers of 2014: nothing of the language, or of the browser, that came later. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../dispatch/static/dispatch/share/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));

// What ES5 does not know, by its look once comments and texts are taken out.
const LATER = {
  "arrow function": /=>/,
  "template text": /`/,
  "let, const": /(^|[\s;{(])(let|const)\s+[\w$[{]/m,
  class: /(^|[\s;{])class\s+\w/m,
  "import, export": /(^|\n)\s*(import|export)\b/,
  "async, await": /\b(async|await)\b/,
  "spread, rest": /\.\.\./,
  "optional chaining": /\?\.(?!\d)/,
  "nullish coalescing": /\?\?/,
  exponent: /\*\*/,
  "for of": /\bfor\s*\([^;)]*\bof\b/,
  "catch without a name": /\bcatch\s*\{/,
  "default parameter": /function[^(]*\([^)]*=[^)]*\)/,
  "comma after the last argument": /,\s*\)/,
  "number separator": /\d_\d/,
};
const LATER_OBJECTS =
  /\b(Promise|fetch|Symbol|Map|Set|WeakMap|Proxy|URLSearchParams|AbortController|Object\.(assign|entries|values)|Array\.from|Number\.isFinite)\b|\.(includes|startsWith|endsWith|padStart|find|findIndex|forEach\.call|classList\.replace|closest|remove|append|toBlob|replaceAll|flat|flatMap)\(/;

function bare(source) {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:])\/\/.*$/gm, "$1")
    .replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, '""');
}

const faults = (source) => {
  const code = bare(source);
  const found = Object.entries(LATER)
    .filter(([, look]) => look.test(code))
    .map(([name]) => name);
  return LATER_OBJECTS.test(code) ? [...found, LATER_OBJECTS.exec(code)[0]] : found;
};

for (const name of files) {
  test(`${name} is written in ES5`, () => {
    assert.deepEqual(faults(readFileSync(new URL(name, FOLDER), "utf8")), []);
  });
}

test("the scripts of the page are found", () => {
  assert.deepEqual(files.sort(), ["memory.js", "outbox.js", "page.js", "photo.js", "watch.js"]);
});

for (const later of [
  "var f = () => 1;",
  "var s = `a`;",
  "const a = 1;",
  "let b;",
  "async function f() {}",
  "f(...a);",
  "a?.b;",
  "a ?? b;",
  "for (var x of y) {}",
  "try { a(); } catch { b(); }",
  "function f(a = 1) {}",
  "f(a, b,);",
  "new Promise(f);",
  "fetch(u);",
  "list.includes(1);",
]) {
  test(`this is noticed: ${later}`, () => {
    assert.notDeepEqual(faults(later), []);
  });
}
