// The day page as a person meets it: widths, themes, keyboard, live, and who may see it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stage } from "./stage.mjs";

let at;
before(async () => { at = await stage(); });
after(async () => { await at.close(); });

const DAY = "/tracking/tracker?day=2026-11-19";
const WEEK = "/tracking/tracker?start=2026-11-16&end=2026-11-22";

// Where DAYLOOM_PICTURES names a folder, what was seen is kept there.
async function keep(page, name) {
  const folder = process.env.DAYLOOM_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

for (const width of [360, 600, 768, 1024, 1440]) {
  test(`nothing is wider than the page at ${width} px, in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page, complaints } = await at.open({ viewport: { width, height: 900 }, colorScheme });
      for (const [name, path] of [["day", DAY], ["week", WEEK], ["month", "/tracking/tracker?start=2026-11-01&end=2026-11-30"], ["zoom", `${DAY}&hours=1&from=9`], ["empty", "/tracking/tracker?day=2026-11-21"], ["by-hand", `${DAY}&hand=1`], ["journals", "/tracking/journal"], ["ask", "/tracking/ask"]]) {
        await page.goto(at.url + path);
        const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(inner <= outer, `${name}: ${inner} px on a page of ${outer}`);
        await keep(page, `${name}-${width}-${colorScheme}`);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    }
  });
}

test("shown labels never overlap and every block is at least 2 px wide", async () => {
  for (const width of [360, 768, 1440]) {
    const { context, page } = await at.open({ viewport: { width, height: 900 } });
    await page.goto(at.url + DAY);
    const found = await page.evaluate(() => {
      const shown = (e) => getComputedStyle(e).display !== "none";
      const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.right, r.top, r.width]; };
      const texts = (what) => [...document.querySelectorAll(what)].filter(shown).map(box);
      const marks = [...document.querySelectorAll("svg.cloth a.v")].filter(shown).map((a) => a.getAttribute("href"));
      const slim = [...document.querySelectorAll("svg.cloth a[data-when]")]
        .filter((a) => a.querySelector("rect").getBoundingClientRect().width < 2)
        .map((a) => a.getAttribute("href"));
      return { labels: texts("svg.cloth .lb"), hours: texts("svg.cloth .ht, svg.cloth .nw"), slim, marks };
    });
    for (const row of [found.labels, found.hours]) {
      row.sort((a, b) => a[0] - b[0]);
      for (let n = 1; n < row.length; n++) assert.ok(row[n - 1][1] <= row[n][0], `${width}: ${row[n - 1]} meets ${row[n]}`);
      for (const [left, right] of row) assert.ok(left >= 0 && right <= width, `${width}: ${left} to ${right}`);
    }
    assert.ok(found.labels.length >= 2, `${width}: ${found.labels.length} labels`);
    assert.ok(found.slim.every((href) => found.marks.includes(href)), String(found.slim));
    await context.close();
  }
});

test("the figures of the list add up to the total", async () => {
  const { context, page } = await at.open();
  await page.goto(at.url + DAY);
  const minutes = await page.$$eval("tr.task .m, tr.none .m, tr.pers .m", (cells) => cells.map((c) => Number(c.textContent)));
  const total = await page.textContent(".tasks tfoot .n");
  const sum = minutes.reduce((a, b) => a + b, 0);
  assert.equal(total, sum % 60 ? `${Math.floor(sum / 60)}h ${sum % 60}m` : `${sum / 60}h`);
  assert.match(await page.textContent("tr.gone"), /Not counted/);
  assert.match(await page.textContent("tr.pers"), /Personal/);
  await context.close();
});

test("what was said of a row stays within its column", async () => {
  for (const width of [1100, 1440]) {
    const { context, page } = await at.open({ viewport: { width, height: 900 } });
    await page.goto(at.url + DAY);
    const over = await page.$$eval("td.u .acts", (all) => all
      .map((acts) => acts.getBoundingClientRect().right - acts.closest("td").getBoundingClientRect().right)
      .filter((by) => by > 5.5));
    assert.deepEqual(over, [], `${width}`);
    assert.ok((await page.$$("td.u [name=undo]")).length > 0);
    await context.close();
  }
});

test("the keyboard reaches everything and says where it is", async () => {
  const { context, page } = await at.open();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const row = await page.evaluate(() => document.activeElement.closest("tr").id);
  assert.equal(row, await page.$eval("tbody tr[id]:nth-child(2)", (r) => r.id));
  assert.match(await page.textContent("#reading"), /09:06 – 10:31 PAY-412/);
  assert.equal(await page.$$eval("svg a.on", (all) => all.length), 1);
  await page.keyboard.press("?");
  assert.ok(await page.$eval("#keys", (d) => d.open));
  await page.keyboard.press("Escape");
  for (const [key, expected] of [["ArrowLeft", "day=2026-11-18"], ["t", "/tracking/tracker"], ["z", "hours=3"]]) {
    await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
    assert.ok(page.url().includes(expected), `${key} led to ${page.url()}`);
  }
  await page.keyboard.press("g");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("w")]);
  assert.ok(page.url().includes("start=2026-11-16&end=2026-11-22"));
  await context.close();
});

test("blocks are reviewed by key and by button, also without script", async () => {
  const { context, page, complaints } = await at.open({ viewport: { width: 1440, height: 900 } });
  const leads = (act) => Promise.all([page.waitForNavigation(), act]);
  await page.goto(`${at.url}/tracking/tracker?day=2026-11-18`);
  const open = async () => (await page.$$("tr [name=dismiss]")).length;
  const before = await open();
  await page.keyboard.press("j");
  await leads(page.keyboard.press("c"));
  assert.match(await page.textContent("tr:target"), /Confirmed/);
  assert.equal(await open(), before - 1);
  // The row that was reviewed is where the keys go on.
  await leads(page.keyboard.press("u"));
  assert.equal(await open(), before);
  await leads(page.keyboard.press("e"));
  await page.waitForFunction(() => document.activeElement.matches("#task"));
  await keep(page, "review-opened");
  await page.selectOption("#task", { label: "OPS-9 On-call handover and incident notes, week 47" });
  await leads(page.click(".desk [name=change]"));
  assert.match(await page.textContent("tr:target"), /OPS-9[\s\S]*Moved by you/);
  await leads(page.click("tr:target [name=undo]"));
  assert.equal(await open(), before);
  assert.deepEqual(complaints, []);
  await context.close();

  const plain = await at.open({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  await plain.page.goto(`${at.url}/tracking/tracker?day=2026-11-18`);
  const targets = await plain.page.$$eval(".acts > *", (all) => all.map((one) => one.getBoundingClientRect()).map((box) => Math.min(box.width, box.height)));
  assert.ok(targets.every((size) => size >= 43.9), String(targets));
  await Promise.all([plain.page.waitForNavigation(), plain.page.click("[name=dismiss] >> nth=0")]);
  assert.match(await plain.page.textContent("tr:target"), /Not counted[\s\S]*Dismissed/);
  await Promise.all([plain.page.waitForNavigation(), plain.page.click("tr:target [name=undo]")]);
  assert.equal((await plain.page.$$("tr [name=dismiss]")).length, before);
  await plain.context.close();
});

test("a block of the cloth leads to its row", async () => {
  const { context, page } = await at.open({ viewport: { width: 1440, height: 900 } });
  await page.goto(at.url + DAY);
  const link = page.locator("svg.cloth a[data-when]").nth(1);
  await link.locator(".hit").hover();
  assert.match(await page.textContent("#reading"), /PAY-412/);
  await link.locator(".hit").click();
  assert.ok(await page.$(`tr:target`));
  await context.close();
});

test("new work appears by itself, and the focus stays", async () => {
  const { context, page, complaints } = await at.open();
  const total = await page.textContent(".tasks tfoot .n");
  await page.keyboard.press("j");
  const focused = await page.evaluate(() => document.activeElement.getAttribute("href"));
  assert.equal(await at.say("more"), "done");
  await page.waitForFunction((t) => document.querySelector(".tasks tfoot .n").textContent !== t, total, { timeout: 120_000 });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), focused);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("new work takes nothing away from who is typing, and shows when they are done", async () => {
  const { context, page, complaints } = await at.open();
  assert.equal(await at.say("journal"), "done");
  await page.reload();
  const total = await page.textContent(".tasks tfoot .n");
  await page.click(".journal summary");
  const words = await page.inputValue("textarea[name=text]");
  await page.fill("textarea[name=text]", "My own words, not saved yet");
  const looked = () => page.waitForResponse((answer) => answer.url().endsWith("/tracking/tracker"), { timeout: 120_000 });
  const seen = looked();
  assert.equal(await at.say("more"), "done");
  await seen;
  await looked();
  assert.equal(await page.inputValue("textarea[name=text]"), "My own words, not saved yet");
  assert.ok(await page.evaluate(() => document.activeElement.matches("textarea[name=text]")));
  await page.evaluate(() => document.activeElement.blur());
  await looked();
  await looked();
  assert.equal(await page.inputValue("textarea[name=text]"), "My own words, not saved yet");
  assert.equal(await page.textContent(".tasks tfoot .n"), total);
  await page.fill("textarea[name=text]", words);
  await page.evaluate(() => document.activeElement.blur());
  await page.waitForFunction((t) => document.querySelector(".tasks tfoot .n").textContent !== t, total, { timeout: 120_000 });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the first run ticks itself off", async () => {
  const { context, page } = await at.open({ command: "first" });
  assert.equal(await page.textContent("h1"), "Your first minute");
  assert.equal(await page.$$eval("li.done", (all) => all.length), 2);
  await keep(page, "first-run");
  assert.equal(await at.say("sample"), "done");
  await page.waitForFunction(() => document.querySelectorAll("li.done").length > 2 || document.querySelector(".loom"), null, { timeout: 120_000 });
  await context.close();
});

test("everything is there without script", async () => {
  const { context, page } = await at.open({ javaScriptEnabled: false });
  await page.goto(at.url + DAY);
  assert.ok((await page.$$("tr[id]")).length > 10);
  await page.click(".week a >> nth=2");
  assert.ok(page.url().includes("day=2026-11-17"));
  await context.close();
});

test("pausing shows at once and can be taken back", async () => {
  const { context, page } = await at.open();
  await page.click("text=Pause");
  assert.match(await page.textContent("#state"), /Paused/);
  assert.match(await page.textContent(".note"), /Paused by you/);
  await page.click("text=Resume");
  assert.doesNotMatch(await page.textContent("#state"), /Paused/);
  await context.close();
});

test("a link opens one browser once, also from a file", async () => {
  const link = await at.say("link");
  const file = join(at.profile, "link.html");
  writeFileSync(file, `<a href="${link}">open</a>`);
  const context = await at.browser.newContext();
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  await page.click("a");
  await page.waitForSelector(".loom");
  const [cookie] = await context.cookies();
  assert.ok(cookie.httpOnly && cookie.sameSite === "Strict" && cookie.name.startsWith("dayloom_session_"));

  const other = await (await at.browser.newContext()).newPage();
  const spent = await other.goto(link);
  assert.equal(spent.status(), 401);
  assert.match(await other.textContent("main"), /dayloom open/);
  assert.equal((await other.goto(at.url + DAY)).status(), 401);

  await page.click(".who summary");
  await page.click("text=Sign out");
  await page.waitForSelector("text=You are not signed in");
  assert.deepEqual(await context.cookies(), []);
  await context.close();
});

test("names, headings, tables and landmarks are in place", async () => {
  const { context, page } = await at.open();
  for (const path of [DAY, WEEK, "/tracking/journal", "/tracking/ask"]) {
    await page.goto(at.url + path);
    const faults = await page.evaluate(() => {
      const faults = [];
      const named = (e) => (e.getAttribute("aria-label") || e.textContent || "").trim() !== "";
      for (const e of document.querySelectorAll("a[href]:not([tabindex='-1']), button, summary, nav, [role=img]")) {
        if (!named(e)) faults.push(e.outerHTML.slice(0, 120));
      }
      for (const e of document.querySelectorAll("input:not([type=hidden]), textarea, select")) if (!e.labels.length) faults.push(e.outerHTML);
      for (const e of document.querySelectorAll("svg:not([role=img]):not(svg svg)")) if (e.getAttribute("aria-hidden") !== "true") faults.push(e.outerHTML.slice(0, 120));
      for (const e of document.querySelectorAll("[aria-labelledby]")) if (!document.getElementById(e.getAttribute("aria-labelledby"))) faults.push(e.outerHTML.slice(0, 120));
      const levels = [...document.querySelectorAll("main h1, main h2, main h3")].map((h) => Number(h.tagName[1]));
      levels.forEach((l, n) => { if (n && l > levels[n - 1] + 1) faults.push(`h${l} after h${levels[n - 1]}`); });
      if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
      for (const what of ["header", "main", "nav"]) if (!document.querySelector(what)) faults.push(`no ${what}`);
      return faults;
    });
    assert.deepEqual(faults, []);
  }
  await context.close();
});

// The contrasts the tokens promise, measured on the computed colours.
test("text and marks keep their contrast in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { context, page } = await at.open({ colorScheme });
    const tokens = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      const names = ["ground", "wash", "ink", "ink2", "ink3", "edge", "accent", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"];
      return Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--${n}`).trim()]));
    });
    const light = (hex) => {
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
      const [x, y] = [light(tokens[a]), light(tokens[b])].sort((p, q) => q - p);
      return (x + 0.05) / (y + 0.05);
    };
    for (const text of ["ink", "ink2", "ink3", "accent"]) {
      for (const back of ["ground", "wash"]) assert.ok(contrast(text, back) >= 4.5, `${text} on ${back}, ${colorScheme}`);
    }
    for (const mark of ["edge", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"]) {
      assert.ok(contrast(mark, "ground") >= 3 && contrast(mark, "wash") >= 3, `${mark}, ${colorScheme}`);
    }
    await context.close();
  }
});
