// The team's page as its members meet it: widths, themes, keyboard, forms with and without script, and who sees what.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stage } from "./stage.mjs";

let at, path;
before(async () => {
  at = await stage();
  const { context, page } = await at.open();
  await page.click("text=Team");
  path = new URL(page.url()).pathname;
  await context.close();
});
after(async () => { await at.close(); });

const DAY = "?from=2026-11-19&to=2026-11-19";
const WEEK = "?from=2026-11-13&to=2026-11-19";

async function keep(page, name) {
  const folder = process.env.DAYLOOM_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function look(query = DAY, options = {}) {
  const opened = await at.open(options);
  await opened.page.goto(at.url + path + query);
  return opened;
}

for (const width of [360, 600, 768, 1024, 1440]) {
  test(`nothing of the team is wider than the page at ${width} px, in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, complaints } = await look(DAY, { viewport: { width, height: 900 }, colorScheme });
      for (const [name, query] of [["day", DAY], ["week", WEEK], ["empty", "?from=2026-01-02&to=2026-01-02"]]) {
        await page.goto(at.url + path + query);
        const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(inner <= outer, `${name}: ${inner} px on a page of ${outer}`);
        await keep(page, `team-${name}-${width}-${colorScheme}`);
      }
      await page.goto(at.url + path + DAY);
      for (const edit of await page.$$(".rows summary")) await edit.click();
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inner <= outer, `forms: ${inner} px on a page of ${outer}`);
      await keep(page, `team-forms-${width}-${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
}

test("a name without a place to break and a long label stay in their column, and hours stand over every strip", async () => {
  for (const width of [360, 768, 1440]) {
    const { context, page } = await look(DAY, { viewport: { width, height: 900 } });
    const cut = await page.evaluate(() => {
      const long = "a".repeat(90);
      for (const name of document.querySelectorAll(".people tbody th bdi, .rows dt bdi, .where bdi")) name.textContent = long;
      const page = document.documentElement;
      const beyond = (cell) => cell.scrollWidth > cell.clientWidth + 1;
      return {
        wide: page.scrollWidth - page.clientWidth,
        cells: [...document.querySelectorAll(".people tbody th, .rows dt, .where i")].filter((c) => c.clientWidth && beyond(c)).length,
        hidden: [...document.querySelectorAll(".where")].filter((cell) => [...cell.querySelectorAll("i")]
          .some((time) => time.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1)).length,
      };
    });
    assert.deepEqual(cut, { wide: 0, cells: 0, hidden: 0 }, `${width}`);
    const [nine, strip] = await Promise.all([page.locator(".people thead text", { hasText: "09" }).boundingBox(), page.locator(".strip").first().boundingBox()]);
    assert.ok(Math.abs(nine.x - (strip.x + strip.width * 9 / 24)) < 3, `${width}: 09 stands at ${nine.x}, its column at ${strip.x + strip.width * 9 / 24}`);
    await context.close();
  }
});

test("members stand by name and their figures add up", async () => {
  const { context, page } = await look();
  const names = await page.$$eval(".people tbody th b", (all) => all.map((b) => b.textContent));
  assert.deepEqual(names, ["Edward Fitzwilliam-Ashdown", "Jordan Lee", "Meera Iyer", "Olena Kovalchuk", "Sam Okonkwo-Bergström", "प्रिया वेंकटरामन"]);
  const minutes = (text) => [...text.matchAll(/(\d+)([hm])/g)].reduce((sum, [, n, unit]) => sum + n * (unit === "h" ? 60 : 1), 0);
  for (const cell of ["in", "ex"]) {
    const each = await page.$$eval(`.people tbody .${cell}`, (all) => all.map((td) => td.textContent));
    assert.equal(each.map(minutes).reduce((a, b) => a + b, 0), minutes(await page.textContent(`.people tfoot .${cell}`)));
  }
  await context.close();
});

test("nine in the morning is one column for Edward in London and for Priya in Kolkata", async () => {
  const { context, page } = await look();
  const told = await page.$$eval(".strip[role=img]", (all) => all.map((s) => s.getAttribute("aria-label")));
  assert.match(told.at(-1), /^09: 1h and 0m external/);
  const lefts = await page.$$eval(".people tbody tr", (rows) => [rows[1], rows[5]].map((row) => Math.round(row.querySelector(".strip > svg").getBoundingClientRect().left)));
  assert.equal(lefts[0], lefts[1], "Jordan's and Priya's first bar");
  await context.close();
});

test("the keyboard reaches rows and forms, and arrows lead to other days", async () => {
  const { context, page } = await look();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const stops = new Set();
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press("Tab");
    stops.add(await page.evaluate(() => document.activeElement.closest(".people, .tester, .rows, .ranges, .turn")?.className ?? ""));
  }
  for (const part of ["people", "tester", "rows", "ranges", "turn"]) assert.ok(stops.has(part), part);
  await page.goto(at.url + path + DAY);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("ArrowLeft")]);
  assert.ok(page.url().includes("from=2026-11-18&to=2026-11-18"));
  await page.goto(at.url + path + DAY);
  await page.click(".rows summary >> nth=1");
  await page.focus("textarea");
  await page.keyboard.press("ArrowLeft");
  assert.ok(page.url().includes("2026-11-19"), "arrows in a field stay in it");
  await context.close();
});

test("the tester answers while one types, and without script by its button", async () => {
  const fast = await look();
  await fast.page.fill(".tester [name=repo]", "acme/gateway-experiments");
  await fast.page.fill(".tester [name=app]", "Cursor");
  await fast.page.waitForSelector(".verdict code");
  await fast.page.waitForFunction(() => document.querySelector(".verdict").textContent.includes("cursor|code"));
  assert.match(await fast.page.textContent(".verdict"), /^Internal\. .*acme\/gateway-experiments.*acme\/\*\*/);
  assert.deepEqual(fast.complaints, []);
  await fast.context.close();
  const plain = await look(DAY, { javaScriptEnabled: false });
  await plain.page.fill(".tester [name=repo]", "git@github.com:other/thing.git");
  await plain.page.fill(".tester [name=app]", "Slack");
  await plain.page.click(".tester button");
  assert.match(await plain.page.textContent(".verdict"), /^External\. .*other\/thing/);
  assert.equal(await plain.page.inputValue(".tester [name=app]"), "Slack");
  await plain.context.close();
});

test("an admin changes patterns without script; a bad one is named beside its field and keeps what was typed", async () => {
  const { context, page } = await look(DAY, { javaScriptEnabled: false });
  const edit = async (row, text) => {
    if (!(await page.$(`.rows > div:nth-child(${row}) details[open]`))) await page.click(`.rows > div:nth-child(${row}) summary`);
    await page.fill(`.rows > div:nth-child(${row}) textarea`, text);
    await page.click(`.rows > div:nth-child(${row}) form button`);
  };
  await edit(3, "cursor|code\n[");
  assert.match(await page.textContent(".bad"), /Not saved\. `app_allowlist\[1\]`/);
  assert.equal(await page.inputValue(".rows textarea >> nth=1"), "cursor|code\n[");
  await edit(3, "cursor|code\n\nterminal|kitty\nmeet");
  assert.ok(page.url().includes("#workspace"));
  assert.deepEqual(await page.$$eval(".rows > div:nth-child(3) dd:nth-of-type(1) code", (all) => all.map((c) => c.textContent)), ["cursor|code", "terminal|kitty", "meet"]);
  const code = () => page.textContent(".rows > div:nth-child(5) code");
  const before = await code();
  await page.click("text=Renew");
  assert.notEqual(await code(), before);
  await page.click("text=Make admin >> nth=0");
  assert.ok(page.url().includes("#members"));
  await page.click("text=Make member >> nth=0");
  await context.close();
});

test("what was done to a member or the invite is said above its list and undone there, without script", async () => {
  for (const [width, colorScheme] of [[360, "dark"], [1440, "light"]]) {
    const { context, page, complaints } = await look(DAY, { javaScriptEnabled: false, colorScheme, viewport: { width, height: 900 } });
    const members = () => page.$$eval(".members .rows > div", (all) => all.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent]));
    const code = () => page.$eval(".rows > div:nth-child(5) dd", (dd) => dd.textContent.trim());
    const did = async (words, place) => {
      assert.match((await page.textContent(".did p")).trim(), words);
      assert.equal(await page.$eval(".did", (note) => note.closest("section").querySelector("h2").id), place);
      assert.ok(page.url().endsWith(`#${place}`));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${width}`);
      await keep(page, `team-undo-${place}-${width}-${colorScheme}`);
      await page.click(".did button");
      assert.equal(await page.$(".did"), null);
      assert.equal(await page.$(".bad[role=alert]"), null);
    };
    const [before, invite] = [await members(), await code()];
    const second = ".members .rows > div:nth-child(2)";
    await page.click(`${second} button[value=remove]`);
    assert.equal((await members()).length, before.length - 1);
    await did(/ was removed\. Their past days stay\.$/, "members");
    assert.deepEqual(await members(), before);
    await page.click(`${second} :is(button[value=promote], button[value=demote])`);
    assert.notDeepEqual(await members(), before);
    await did(/ is an? (admin|member) now\.$/, "members");
    assert.deepEqual(await members(), before);
    await page.click("text=Withdraw");
    assert.equal(await code(), "no live invite");
    await did(/^The invite was withdrawn\./, "workspace");
    assert.equal(await code(), invite);
    await page.click("text=Renew");
    await did(/^The invite was renewed\./, "workspace");
    assert.equal(await code(), invite);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test("a member sees the team's figures and their own places, and nothing to manage", async () => {
  const { context, page } = await look(DAY, { command: "colleague" });
  assert.equal((await page.$$(".people tbody tr")).length, 6);
  const places = await page.$$eval(".people tbody .where", (all) => all.map((td) => td.textContent));
  assert.match(places[3], /acme\/payments/);
  for (const other of [0, 1, 2, 5]) assert.match(places[other], /seen by admins and by themselves/);
  assert.equal(await page.$("#workspace"), null);
  assert.ok(await page.$("#tester"));
  const forged = await page.evaluate(async () => (await fetch(location.href, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "act=invite" })).status);
  assert.equal(forged, 403, "a form without the session's token");
  await context.close();
});

test("an outsider finds no such page", async () => {
  const { context, page } = await at.open({ command: "first" });
  assert.equal((await page.goto(at.url + path)).status(), 404);
  assert.equal((await page.goto(`${at.url}${path}.csv`)).status(), 404);
  await context.close();
});

test("the days come out as comma-separated values", async () => {
  const { context, page } = await look();
  const text = await page.evaluate(async () => (await fetch(document.querySelector("a[download]").href)).text());
  const lines = text.trim().split("\r\n");
  assert.equal(lines.length, 6, "a line for each member with anything, and the head");
  assert.match(lines.join("\n"), /2026-11-19,"Jordan Lee","jlee-acme","America\/Los_Angeles",28,0,1,0,0,0,"acme\/infra 28"/);
  await context.close();
});

test("two hundred members over three days fit at every width, and their figures add up", async () => {
  const { context, page } = await at.open({ command: "crowd" });
  await page.goto(`${at.url}/team`);
  const own = new URL(page.url()).pathname;
  const minutes = (text) => [...text.matchAll(/(\d+)([hm])/g)].reduce((sum, [, n, unit]) => sum + n * (unit === "h" ? 60 : 1), 0);
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${at.url}${own}?from=2026-11-17&to=2026-11-19`);
    assert.equal((await page.$$(".people tbody tr")).length, 200);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(inner <= outer, `${inner} px on a page of ${outer}`);
    const each = await page.$$eval(".people tbody .in", (all) => all.map((td) => td.textContent));
    assert.equal(each.map(minutes).reduce((a, b) => a + b, 0), minutes(await page.textContent(".people tfoot .in")));
    await keep(page, `team-crowd-${width}`);
  }
  const lines = await page.evaluate(async () => (await (await fetch(document.querySelector("a[download]").href)).text()).trim().split("\r\n").length);
  assert.equal(lines, 1 + 160 * 3, "a line for each of the 160 with anything and each day, and the head");
  await context.close();
});

test("names, headings, labels and tables of the team are in place", async () => {
  const { context, page } = await look();
  for (const query of [DAY, WEEK]) {
    await page.goto(at.url + path + query);
    const faults = await page.evaluate(() => {
      const faults = [];
      const named = (e) => (e.getAttribute("aria-label") || e.textContent || "").trim() !== "";
      for (const e of document.querySelectorAll("a[href], button, summary, nav, [role=img]")) if (!named(e)) faults.push(e.outerHTML.slice(0, 120));
      for (const e of document.querySelectorAll("input:not([type=hidden]), textarea")) if (!e.labels.length) faults.push(e.outerHTML);
      for (const e of document.querySelectorAll("svg:not([role=img]):not(svg svg)")) if (e.getAttribute("aria-hidden") !== "true") faults.push(e.outerHTML.slice(0, 120));
      for (const e of document.querySelectorAll("[aria-labelledby]")) if (!document.getElementById(e.getAttribute("aria-labelledby"))) faults.push(e.outerHTML.slice(0, 120));
      const levels = [...document.querySelectorAll("main h1, main h2, main h3")].map((h) => Number(h.tagName[1]));
      levels.forEach((l, n) => { if (n && l > levels[n - 1] + 1) faults.push(`h${l} after h${levels[n - 1]}`); });
      if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
      return faults;
    });
    assert.deepEqual(faults, []);
  }
  await context.close();
});
