// Questions and journals as a person meets them: with script and without, from each sentence to its blocks.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stage } from "./stage.mjs";

let at;
before(async () => { at = await stage(); });
after(async () => { await at.close(); });

const ASK = "/tracking/ask";
const JOURNALS = "/tracking/journal";

// Where DAYLOOM_PICTURES names a folder, what was seen is kept there.
async function keep(page, name) {
  const folder = process.env.DAYLOOM_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

// What leads to another page, and that page.
const leads = (page, act) => Promise.all([page.waitForNavigation(), act]);

for (const width of [360, 600, 768, 1024, 1440]) {
  test(`an answer is never wider than the page at ${width} px, in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, complaints } = await at.open({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(at.url + ASK);
      await page.click(".over summary");
      await page.fill("#question", "Where did the time go?");
      await page.press("#question", "Enter");
      await page.waitForSelector(".cites");
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inner <= outer, `${inner} px on a page of ${outer}`);
      await keep(page, `answer-${width}-${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
}

test("an answer comes without leaving the page, and leads to its blocks", async () => {
  const { context, page, complaints } = await at.open();
  await page.goto(at.url + ASK);
  let loads = 0;
  page.on("load", () => { loads += 1; });
  await page.fill("#question", "How long on PAY-412 today?");
  await page.press("#question", "Enter");
  await page.waitForSelector(".cites");
  assert.match(await page.textContent("#answer .text"), /on Thursday 19 November/);
  assert.equal(await page.getAttribute("#answer", "aria-busy"), null);
  assert.equal(loads, 0);
  await page.click("sup a >> nth=0");
  await page.waitForSelector(".cites li:target");
  await page.click(".cites ul a >> nth=0");
  await page.waitForSelector("tr:target");
  assert.match(await page.textContent("tr:target"), /PAY-412/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("one of the three questions is a click away, and stands in the field", async () => {
  const { context, page, complaints } = await at.open();
  await page.goto(at.url + ASK);
  await page.click("text=Write my stand-up");
  await page.waitForSelector("#answer .text");
  await page.waitForSelector(".given-answer .beside");
  const told = await page.textContent("#answer .text");
  assert.match(told, /Yesterday: /);
  assert.match(told, /Today: /);
  assert.match(told, /Blockers/);
  assert.equal(await page.inputValue("#question"), "Write my stand-up");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a server that goes away is told where the answer would stand", async () => {
  const { context, page } = await at.open();
  await page.goto(at.url + ASK);
  await page.route(`**${ASK}`, (route) => route.abort());
  await page.fill("#question", "Where did the time go?");
  await page.press("#question", "Enter");
  await page.waitForSelector("#answer .bad");
  assert.match(await page.textContent("#answer"), /No answer. Ask again in a minute./);
  assert.equal(await page.inputValue("#question"), "Where did the time go?");
  await context.close();
});

test("questions are answered without script", async () => {
  const { context, page, complaints } = await at.open({ javaScriptEnabled: false });
  await page.goto(at.url + ASK);
  await page.click("text=30 days");
  await page.fill("#question", "Where did the time go?");
  await leads(page, page.click(".over .main"));
  assert.ok(page.url().endsWith(`${ASK}#answer`), page.url());
  assert.match(await page.textContent("#answer"), /21 October – 19 November 2026/);
  assert.ok(await page.isChecked("input[value='30']"));
  await leads(page, page.click(".cites ul a >> nth=0"));
  assert.ok(await page.$("tr:target"));
  await page.goto(at.url + ASK);
  await leads(page, page.click("text=What was finished?"));
  assert.match(await page.textContent("#answer .text"), /None of the tasks worked on/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("journals are read, edited, taken away and given back, also without script", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { context, page, complaints } = await at.open({ javaScriptEnabled, viewport: { width: 1440, height: 900 } });
    await page.goto(at.url + JOURNALS);
    const day = page.locator("#d2026-11-17");
    assert.match(await day.textContent(), /I worked/);
    assert.ok((await page.$$("section.journal")).length >= 4);
    await keep(page, "journals-read");
    await day.locator("summary").click();
    await day.locator("textarea").fill("Spoke with the bank.");
    await leads(page, day.locator("button[value=save]").click());
    assert.ok(page.url().endsWith("#d2026-11-17"), page.url());
    assert.match(await day.textContent(), /edited by you[\s\S]*Spoke with the bank\./);
    await day.locator("summary").click();
    await leads(page, day.locator("button[value=remove]").click());
    assert.match(await day.textContent(), /You took this journal away\./);
    await day.locator("summary").click();
    await leads(page, day.locator("button[value=reset]").click());
    assert.match(await day.textContent(), /I worked/);
    await leads(page, day.locator(".refs a").first().click());
    assert.ok(page.url().includes("day=2026-11-17#"), page.url());
    assert.ok(await page.$("tr:target"));
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test("the later pages are in the menu where the bar has no room", async () => {
  for (const width of [360, 800]) {
    const { context, page } = await at.open({ viewport: { width, height: 900 } });
    await page.click(".who summary");
    await page.click(".panel >> text=Insights");
    await page.waitForURL("**/tracking/insights");
    await context.close();
  }
});
