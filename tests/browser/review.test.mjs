// The row that is opened: its times, splitting and joining it, what is like it; by key, by button and without script.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stage } from "./stage.mjs";

let at;
before(async () => { at = await stage(); });
after(async () => { await at.close(); });

const DAY = "/tracking/tracker?day=2026-11-17";
const leads = (page, act) => Promise.all([page.waitForNavigation(), act]);

async function keep(page, name) {
  const folder = process.env.DAYLOOM_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

// From when to when each row of a block goes.
const times = (page) => page.$$eval("tr.task .t, tr.none .t", (cells) => cells.map((cell) => cell.textContent));
const later = (clock, minutes) => {
  const [hour, minute] = clock.split(":").map(Number), all = hour * 60 + minute + minutes;
  return `${String(Math.floor(all / 60)).padStart(2, "0")}:${String(all % 60).padStart(2, "0")}`;
};

test("keys move the borders of a row by a minute, and undo takes each back", async () => {
  const { context, page, complaints } = await at.open({ viewport: { width: 1440, height: 900 } });
  await page.goto(at.url + DAY);
  const before = await times(page), [from, to] = before[0].split(" – ");
  await page.keyboard.press("j");
  for (const [key, wanted] of [
    ["[", `${later(from, -1)} – ${to}`], ["]", before[0]], ["]", `${later(from, 1)} – ${to}`],
    ["{", `${later(from, 1)} – ${later(to, -1)}`], ["}", `${later(from, 1)} – ${to}`],
  ]) {
    // The row that was said something of is where the keys go on.
    await leads(page, page.keyboard.press(key));
    assert.equal(await page.textContent("tr:target .t"), wanted, key);
  }
  for (let n = 0; n < 5; n++) await leads(page, page.keyboard.press("u"));
  assert.deepEqual(await times(page), before);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a row is split and joined by key, and what cannot be is told beneath it", async () => {
  const { context, page, complaints } = await at.open({ viewport: { width: 1440, height: 900 } });
  await page.goto(at.url + DAY);
  const before = await times(page), [from, to] = before[0].split(" – ");
  await page.keyboard.press("j");
  await leads(page, page.keyboard.press("s"));
  await page.waitForFunction(() => document.activeElement.matches("#at"));
  await page.fill("#at", later(to, 30));
  await leads(page, page.keyboard.press("Enter"));
  assert.match(await page.textContent(".desk [role=alert]"), /split at a time inside/);
  assert.equal(await page.inputValue("#at"), later(to, 30), "what was typed stays");
  await keep(page, "review-refused");
  await page.fill("#at", later(from, 5));
  await leads(page, page.keyboard.press("Enter"));
  assert.deepEqual((await times(page)).slice(0, 2), [`${from} – ${later(from, 5)}`, `${later(from, 5)} – ${to}`]);
  await leads(page, page.keyboard.press("m"));
  assert.deepEqual(await times(page), before);
  for (let n = 0; n < 2; n++) await leads(page, page.keyboard.press("u"));
  assert.deepEqual(await times(page), before);
  // The 422 of a form that is shown again is told by the browser's console, and by nothing else.
  assert.ok(complaints.every((text) => text.includes("422")), String(complaints));
  await context.close();
});

test("a choice lists what is like the row, and Shift and Enter take it along", async () => {
  const { context, page, complaints } = await at.open({ viewport: { width: 1440, height: 900 } });
  await page.goto(at.url + DAY);
  // The one without a task: the days around have the same, which nobody could answer for either.
  await page.focus("tr.none .t a");
  await leads(page, page.keyboard.press("e"));
  const [from] = (await page.textContent("tr.none .t")).split(" – ");
  await page.selectOption("#task", "work");
  await page.waitForSelector("#likes [type=checkbox]");
  const ticks = (await page.$$("#likes [type=checkbox]")).length;
  assert.ok(page.url().includes("open="), "the row stays where it is");
  assert.equal((await page.$$("#said [name=all]")).length, 1);
  assert.equal((await page.$$("#likes :checked")).length, ticks);
  await page.click("#likes [type=checkbox] >> nth=0");
  await keep(page, "review-similar");
  // Keys of times change the fields of the row that is opened.
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("]");
  assert.equal(await page.inputValue("#said [name=from]"), later(from, 1));
  await page.focus("#said [name=from]");
  await leads(page, page.keyboard.press("Shift+Enter"));
  assert.match(await page.textContent("tr:target"), /Moved by you/);
  assert.ok((await page.textContent("tr:target .t")).startsWith(later(from, 1)));
  const along = await page.textContent(".note");
  assert.match(along, ticks === 2 ? /Saved, and another one with it/ : new RegExp(`Saved, and ${ticks - 1} others`));
  await leads(page, page.keyboard.press("u"));
  await page.keyboard.press("Escape");
  await leads(page, page.keyboard.press("e"));
  await page.evaluate(() => document.activeElement.blur());
  await leads(page, page.keyboard.press("Escape"));
  assert.equal((await page.$$("tr.desk")).length, 0, "Escape leaves it");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("of two tabs the newer state stands, and what was typed stays", async () => {
  const { context, page } = await at.open({ viewport: { width: 1440, height: 900 } });
  await page.goto(at.url + DAY);
  const [from, to] = (await times(page))[0].split(" – ");
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(at.url + DAY);
    await leads(tab, tab.click("tr.task .acts a, tr.none .acts a"));
  }
  await page.fill("#said [name=from]", later(from, 2));
  await leads(page, page.click("#said [name=change]"));
  await other.fill("#said [name=to]", later(to, -2));
  await leads(other, other.click("#said [name=change]"));
  assert.match(await other.textContent(".desk [role=alert]"), /what you see is how it stands/);
  assert.equal(await other.inputValue("#said [name=from]"), later(from, 2), "the newer state");
  assert.equal(await other.inputValue("#said [name=to]"), later(to, -2), "what was typed");
  await leads(page, page.click("tr:target [name=undo]"));
  assert.equal((await times(page))[0], `${from} – ${to}`);
  await context.close();
});

test("everything of a row and time by hand is there without script", async () => {
  const { context, page } = await at.open({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  await page.goto(at.url + DAY);
  const before = await times(page), [from, to] = before[0].split(" – ");
  await leads(page, page.click("tr.task .acts a, tr.none .acts a"));
  const inner = await page.$eval("html", (html) => html.scrollWidth);
  assert.ok(inner <= 360, `${inner} px on a page of 360`);
  const small = await page.$$eval(".desk button:not([hidden]), .desk .turn a", (all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height < 43.9));
  assert.deepEqual(small, []);
  await keep(page, "review-360");
  await page.selectOption("#task", "work");
  await leads(page, page.click("[name=look]"));
  assert.equal(await page.inputValue("#task"), "work");
  assert.ok(await page.$("#likes > *"));
  await page.fill("#at", later(from, 5));
  await leads(page, page.click("[name=split]"));
  assert.equal((await times(page)).length, before.length + 1);
  await leads(page, page.click("tr:target .acts a"));
  await leads(page, page.click("[name=join]"));
  assert.deepEqual(await times(page), before);
  for (let n = 0; n < 2; n++) await leads(page, page.click("tr:target [name=undo]"));
  assert.deepEqual(await times(page), before);

  await leads(page, page.click("text=Add time by hand"));
  await page.fill("#hand [name=from]", later(from, 1));
  await page.fill("#hand [name=to]", from);
  await page.fill("#hand-what", "At the board");
  await leads(page, page.click("#hand [name=hand]"));
  assert.match(await page.textContent("#hand [role=alert]"), /ends after it begins/);
  assert.equal(await page.inputValue("#hand-what"), "At the board");
  await page.fill("#hand [name=to]", later(from, 3));
  await leads(page, page.click("#hand [name=hand]"));
  assert.match(await page.textContent("tr:target"), /At the board/);
  await leads(page, page.click("tr:target [name=undo]"));
  assert.deepEqual(await times(page), before);
  assert.ok(to);
  await context.close();
});

for (const width of [360, 768, 1440]) {
  test(`an opened row is no wider than the page at ${width} px, in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, complaints } = await at.open({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(at.url + DAY);
      await leads(page, page.click("tr.task .acts a, tr.none .acts a"));
      await page.selectOption("#task", "work");
      await page.waitForSelector("#likes > *");
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inner <= outer, `${inner} px on a page of ${outer}`);
      const faults = await page.$$eval(".desk input:not([type=hidden]), .desk select", (all) => all.filter((one) => !one.labels.length).map((one) => one.outerHTML));
      assert.deepEqual(faults, []);
      await keep(page, `opened-${width}-${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
}
