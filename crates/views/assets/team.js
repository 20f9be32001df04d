// Says that another range is on its way; a page that is come back to is not.
(() => {
  "use strict";
  const page = document.querySelector(".team"), busy = (is) => { if (page) page.ariaBusy = is; };
  addEventListener("submit", (e) => { if (e.target.closest(".span")) busy("true"); });
  addEventListener("pageshow", () => busy(null));
})();

// Answers the live tester while one types. The form does the same without it.
(() => {
  "use strict";
  const form = document.querySelector(".tester"), out = document.querySelector(".verdict");
  if (!form || !out) return;
  let wait, turn = 0;
  const say = (name, text) => {
    const part = document.createElement(name);
    part.textContent = text;
    return part;
  };
  async function ask() {
    const mine = ++turn, body = {};
    for (const name of ["repo", "app", "title"]) {
      const text = form.elements[name].value.trim();
      if (text) body[name === "repo" && /[:@]/.test(text) ? "remote" : name] = text;
    }
    try {
      const answer = await fetch(form.dataset.api, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      if (!answer.ok || mine !== turn) return;
      const v = await answer.json(), note = say("p", ""), word = out.dataset;
      note.className = "note";
      note.append(say("b", v.kind === "internal" ? word.internal : word.external));
      const add = (text, what) => what && note.append(` ${text} `, say("code", what), ".");
      add(word.filed, v.source);
      add(word.repo, v.repo_pattern);
      add(word.app, v.app_pattern);
      for (const slow of v.exceeded || []) add(word.slow, slow);
      out.replaceChildren(note);
    } catch { /* The server is away; the form tells. */ }
  }
  form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 150); });
  form.addEventListener("submit", (e) => { e.preventDefault(); ask(); });
})();
