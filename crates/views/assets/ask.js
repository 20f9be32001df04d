// Asks without leaving the page: the answer grows at its end, and Stop ends it. The form does the same without it.
(() => {
  "use strict";
  const form = document.querySelector("form.ask"), out = document.getElementById("answer");
  if (!form || !out) return;
  let asked;
  const parts = (html) => new DOMParser().parseFromString(html, "text/html").body.childNodes;
  const show = (nodes) => out.replaceChildren(...nodes);
  const paragraph = (text, name) => {
    const part = document.createElement("p");
    part.className = name || "";
    part.textContent = text;
    return part;
  };
  const on = {
    begun: (data) => show(parts(data.html)),
    sentence: (data) => { const text = out.querySelector(".text"); if (text) text.append(paragraph(data.text)); },
    done: (data) => { show(parts(data.html)); copying(); },
  };
  function heard(event) {
    const lines = event.split("\n");
    const of = (name) => lines.filter((l) => l.startsWith(name)).map((l) => l.slice(name.length).replace(/^ /, "")).join("\n");
    const name = of("event:");
    if (on[name]) on[name](JSON.parse(of("data:")));
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
      if (!mine.signal.aborted) show([paragraph(form.dataset.failed, "bad")]);
    }
    if (mine === asked) out.ariaBusy = null;
  });
  out.addEventListener("click", (e) => {
    if (!e.target.closest(".stop")) return;
    asked.abort();
    show([]);
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
