// Answers on their way, as a person sees them come: sentence by sentence, growing at the end, and what was read stays.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { detour, stage } from "./stage.mjs";

let at;
before(async () => { at = await stage("dictated"); });
after(async () => { await at.close(); });

const ASK = "/tracking/ask";
const said = (text, ...rows) => JSON.stringify({ text, rows });
const say = (words) => at.say(`say ${words}`);

// Asks, and remembers each text the answer went through.
async function asks(page, url = at.url) {
  await page.goto(url + ASK);
  await page.evaluate(() => {
    const seen = window.seen = [];
    const look = () => {
      const text = document.querySelector("#answer .text");
      const now = text && [...text.children].map((one) => one.textContent).join("\n");
      if (now && now !== seen.at(-1)) seen.push(now);
    };
    new MutationObserver(look).observe(document.getElementById("answer"), { childList: true, subtree: true });
  });
  await page.fill("#question", "Where did the time go?");
  await page.press("#question", "Enter");
  await page.waitForSelector("#answer .now");
}

// The time of the whole, which the facts tell when the model says nothing of use.
async function total(page, url) {
  await asks(page, url);
  await at.say("break");
  await page.waitForSelector("#answer .copy");
  const text = await page.textContent("#answer .text");
  assert.match(await page.textContent("#answer"), /The language model did not put it in words/);
  return text.trim().match(/^\d+h \d+m/)[0];
}

async function grew(page, steps) {
  const seen = await page.evaluate(() => window.seen);
  assert.equal(seen.length, steps, JSON.stringify(seen));
  seen.slice(1).forEach((text, n) => assert.ok(text.startsWith(seen[n]), `${text} after ${seen[n]}`));
}

test("each sentence is there as soon as it is checked, and what was read stays", async () => {
  const { context, page, complaints } = await at.open();
  const time = await total(page);
  await asks(page);
  assert.match(await page.textContent("#answer .now"), /Asking dictated/);
  await say(`{"sentences":[${said(`I worked ${time}.`, 0)},`);
  await page.waitForSelector("#answer .text p");
  assert.equal((await page.textContent("#answer .text p bdi")).trim(), `I worked ${time}.`);
  assert.equal(await page.getAttribute("#answer", "aria-live"), "polite");
  assert.equal(await page.getAttribute("#answer", "aria-busy"), null, "nothing keeps it from being read out");
  await page.click("sup a");
  await page.waitForSelector(".cites li:target");
  await page.evaluate(() => { document.querySelector("#answer .text p").mine = true; });
  await say(`${said("I worked 99h.", 0)},${said(`In all ${time} of work.`, 0)}`);
  await page.waitForSelector("#answer .text p:nth-child(2)");
  assert.ok(await page.isVisible(".stop"));
  await say("]}");
  await at.say("end");
  await page.waitForSelector("#answer .copy");
  assert.ok(await page.evaluate(() => document.querySelector("#answer .text p").mine), "it was never taken away");
  assert.match(await page.textContent("#answer"), /the model chose the words/);
  assert.match(await page.textContent("#answer .beside"), /Where it was answered/);
  assert.equal(await page.$(".stop"), null);
  assert.equal((await page.$$(".cites > li")).length, 1);
  assert.doesNotMatch(await page.textContent("#answer"), /99h/);
  // One sentence, another, and what is not known.
  await grew(page, 3);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("Stop ends the model's call, and what it said stays", async () => {
  const { context, page, complaints } = await at.open();
  const time = await total(page);
  await asks(page);
  await say(`{"sentences":[${said(`I worked ${time}.`, 0)},`);
  await page.waitForSelector("#answer .text p");
  await page.click(".stop");
  await at.say("ended");
  assert.match(await page.textContent("#answer .text"), new RegExp(`I worked ${time}`));
  assert.match(await page.textContent("#answer .bad"), /Stopped here. What stands above was checked./);
  assert.ok(await page.evaluate(() => document.activeElement.id === "question"));
  await grew(page, 1);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a model that does not go on is told of beneath what it said", async () => {
  const { context, page, complaints } = await at.open();
  const time = await total(page);
  await asks(page);
  await say(`{"sentences":[${said(`I worked ${time}.`, 0)},`);
  await page.waitForSelector("#answer .text p");
  await at.say("break");
  await page.waitForSelector("#answer .copy");
  assert.match(await page.textContent("#answer .text p.dim:last-child"), /did not go on: .*stopped in the middle/);
  await grew(page, 2);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a connection that breaks is told of beneath what stands, and one can ask again", async () => {
  const way = await detour(at.url);
  const { context, page } = await at.open({ by: way.url });
  const time = await total(page, way.url);
  await asks(page, way.url);
  await say(`{"sentences":[${said(`I worked ${time}.`, 0)},`);
  await page.waitForSelector("#answer .text p");
  way.cut();
  await page.waitForSelector("#answer .bad");
  assert.match(await page.textContent("#answer .bad"), /The answer broke off here. What stands above was checked/);
  assert.match(await page.textContent("#answer .text"), new RegExp(`I worked ${time}`));
  assert.equal(await page.$(".stop"), null);
  assert.equal(await page.getAttribute("#answer", "aria-busy"), null);
  await grew(page, 1);
  await at.say("ended");
  assert.equal(await total(page, way.url), time);
  await context.close();
  way.close();
});
