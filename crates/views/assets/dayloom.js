// Shortens the way: live update, reading line, keys. Every page works without it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const all = (at, what) => [...at.querySelectorAll(what)];
  const hint = $("reading") && [...$("reading").childNodes];
  let tag, g;

  // Live: ask for the same page; one that did not change answers 304.
  async function look() {
    if (document.hidden || !("live" in document.body.dataset)) return;
    try {
      const headers = tag ? { "If-None-Match": tag } : {};
      const answer = await fetch(location.href.split("#")[0], { cache: "no-store", headers });
      if (answer.status === 401) location.reload();
      if (!answer.ok) return;
      tag = answer.headers.get("ETag");
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["state", "page"]) if (!swap($(id), fresh.getElementById(id))) tag = "";
    } catch { /* The server is away; the next look tells. */ }
  }
  // What is open and the focus stay. False while somebody types: the page waits.
  function swap(old, fresh) {
    const at = document.activeElement, inside = old && old.contains(at);
    if (!fresh || !old || old.outerHTML === fresh.outerHTML) return true;
    const typed = (c) => c === at || c.value !== c.defaultValue;
    if (all(old, "input, textarea").some(typed)) return false;
    const opened = all(fresh, "details");
    all(old, "details").forEach((d, i) => { if (opened[i]) opened[i].open = d.open; });
    const nth = all(old, "a, summary, button").indexOf(at);
    const href = inside && at.getAttribute("href");
    old.replaceWith(fresh);
    const links = all(fresh, "a, summary, button");
    const back = href ? links.find((a) => a.getAttribute("href") === href) : links[nth];
    if (inside && back) back.focus({ preventScroll: true });
    return true;
  }
  setInterval(look, 4000);
  document.addEventListener("visibilitychange", look);
  setInterval(() => {
    const t = document.querySelector("[data-ago]");
    const s = t ? Math.round((Date.now() - Date.parse(t.dateTime)) / 1000) : 99;
    if (s >= 0 && s < 60) t.textContent = t.textContent.replace(/^\d+/, s);
  }, 1000);

  // Reading line: a block and its row light up together.
  function read(id) {
    const line = $("reading");
    const a = id && document.querySelector(`svg a[data-when][href$="#${id}"]`);
    all(document, "svg a.on, tr.on").forEach((e) => e.classList.remove("on"));
    if (!line) return;
    if (!a) return line.replaceChildren(...hint);
    for (const e of [a, $(id)]) if (e) e.classList.add("on");
    const parts = [["b", "when"], ["b", "what"], ["span", "why"], ["i", "note"]].map(([name, key]) => {
      const part = document.createElement(name);
      part.textContent = (a.dataset[key] || "") + " ";
      return part;
    });
    line.replaceChildren(...parts);
  }
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (e) => {
    const a = e.target.closest("svg a"), row = e.target.closest("tr[id]");
    read(a ? a.getAttribute("href").split("#")[1] : row && row.id);
  });

  // Keys; off while typing.
  function move(step) {
    const rows = all(document, "tr[id] .t a"), now = document.activeElement;
    const at = rows.findIndex((a) => a === now || (now === document.body && a.matches(":target a")));
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
    if (next) next.focus();
  }
  document.addEventListener("keydown", (e) => {
    const keys = $("keys"), to = $("page") ? $("page").dataset : {};
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea") || (keys && keys.open)) return;
    const url = {
      ArrowLeft: to.before, ArrowRight: to.after, t: to.today, z: to.zoom, d: g && to.today, w: g && to.week,
      a: g && "/tracking/ask",
    }[e.key];
    g = e.key === "g";
    const row = document.activeElement.closest("tr[id]") || document.querySelector("tr:target");
    const act = { c: "[name=confirm]", e: ".acts a", x: "[name=dismiss]", u: "[name=undo]" }[e.key];
    const button = e.key === "C" ? document.querySelector("[name=sure]") : act && row && row.querySelector(act);
    if (url) location.assign(url);
    else if (button) button.click();
    else if (e.key === "j" || e.key === "k") move(e.key === "j" ? 1 : -1);
    else if (e.key === "?" && keys) keys.showModal();
    else if (e.key === "Escape") { document.activeElement.blur(); read(); }
    else return;
    if (e.key !== "Escape") e.preventDefault();
  });
})();
