// Asks without leaving the page: the answer grows at its end, and Stop ends it. The form does the same without it.
(() => {
  "use strict";
  const form = document.querySelector("form.ask"), out = document.getElementById("answer");
  if (!form || !out) return;
  let asked;
  const parts = (html) => new DOMParser().parseFromString(html, "text/html").body;
  const show = (nodes) => out.replaceChildren(...nodes);
  const bad = (textContent) => Object.assign(document.createElement("p"), { className: "bad", textContent });
  // Makes a part of the page into another; what is the same in both stays, so nobody is read it twice.
  function become(old, fresh) {
    const wanted = [...fresh.children];
    wanted.forEach((child, n) => {
      const here = old.children[n];
      if (!here) old.append(child);
      else if (here.isEqualNode(child)) return;
      else if (here.matches("div, section, ol") && here.cloneNode().isEqualNode(child.cloneNode())) become(here, child);
      else here.replaceWith(child);
    });
    while (old.children.length > wanted.length) old.lastElementChild.remove();
  }
  const grow = (place, html) => out.querySelector(place).append(...parts(html).children);
  const on = {
    begun: (data) => { out.ariaBusy = null; show(parts(data.html).childNodes); },
    sentence: (data) => { grow(".cites", data.cite); grow(".text", data.html); },
    done: (data) => { become(out, parts(data.html)); copying(); },
  };
  function heard(event) {
    const [, name, data] = event.match(/^event: (\w+)\ndata: ([^]*)$/) || [];
    if (name) on[name](JSON.parse(data));
    return name;
  }
  async function ask(body, mine) {
    const answer = await fetch(form.action, {
      method: "POST", headers: { Accept: "text/event-stream" }, body, signal: mine.signal,
    });
    if (!(answer.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
      const told = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("answer");
      if (!told) return location.reload();
      return show(told.childNodes);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "", last;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events) last = heard(event) || last;
    }
    if (last !== "done") throw new Error("it broke off");
  }
  // Says beneath what stands why there is no more.
  function ends(why) {
    const now = out.querySelector(".now");
    if (!now || !out.querySelector(".text p")) return false;
    out.querySelector(".stop").remove();
    now.replaceWith(bad(why));
    return true;
  }
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const body = new URLSearchParams(new FormData(form)), by = e.submitter;
    if (by && by.name) {
      body.set(by.name, by.value);
      form.elements.question.value = by.value;
    }
    if (asked) asked.abort();
    const mine = asked = new AbortController();
    out.ariaBusy = "true";
    try {
      await ask(body, mine);
    } catch {
      // Who stopped it, or asks anew, knows why there is no answer.
      if (!mine.signal.aborted && !ends(form.dataset.broken)) show([bad(form.dataset.failed)]);
    }
    if (mine === asked) out.ariaBusy = null;
  });
  out.addEventListener("click", (e) => {
    if (!e.target.closest(".stop")) return;
    asked.abort();
    if (!ends(form.dataset.stopped)) show([]);
    form.elements.question.focus();
  });

  // The answer as plain text, without its numbers.
  function copying() {
    const button = out.querySelector(".copy");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = [...out.querySelectorAll(".text p bdi, .text p.dim")].map((one) => one.textContent);
      await navigator.clipboard.writeText(lines.join("\n"));
      button.textContent = button.dataset.copied;
    });
  }
  copying();
})();
