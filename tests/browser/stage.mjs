// A server with a generated week and a browser to look at it; both end with the tests.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

// With `dictated`, its language model says what the test tells it.
export async function stage(...how) {
  const server = spawn(process.env.DAYLOOM_PAGE_SERVER, how, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the page server ended; its standard error says why");
    return value;
  };
  const url = (await answer()).replace(/^ready /, "");
  const say = (command) => { server.stdin.write(`${command}\n`); return answer(); };
  const profile = mkdtempSync(join(tmpdir(), "dayloom-browser-"));
  const browser = await chromium.launch({
    executablePath: process.env.DAYLOOM_TEST_CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const close = async () => {
    await browser.close();
    server.stdin.end();
    await new Promise((done) => server.once("close", done));
    rmSync(profile, { recursive: true, force: true });
  };
  // A browser context that is signed in, and notes whatever the console or the content policy complains of.
  // `by` is another address of the server.
  async function open({ command = "link", by = url, ...options } = {}) {
    const context = await browser.newContext(options);
    // What is waited for may take long on a machine with other things to do.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (m) => { if (["error", "warning"].includes(m.type())) complaints.push(m.text()); });
    page.on("pageerror", (e) => complaints.push(String(e)));
    await page.goto((await say(command)).replace(url, by));
    await page.waitForURL("**/tracking/tracker");
    await page.waitForSelector("#page");
    return { context, page, complaints };
  }
  return { url, say, open, close, browser, profile };
}

// Another way to a server, whose connections a test can cut.
export async function detour(url) {
  const { hostname, port } = new URL(url);
  const ends = new Set();
  const gate = createServer((near) => {
    const far = connect(port, hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      ends.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => ends.delete(one));
      one.pipe(other);
    }
  });
  await new Promise((ready) => gate.listen(0, "127.0.0.1", ready));
  const cut = () => { for (const end of ends) end.destroy(); };
  const close = () => { cut(); gate.close(); };
  return { url: `http://127.0.0.1:${gate.address().port}`, cut, close };
}
