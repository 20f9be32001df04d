// Keys of a row that is reviewed, and what is like it while one chooses. The forms do the same without it.
(() => {
  "use strict";
  const $ = (what) => document.querySelector(what);
  const said = (row) => row && row.querySelector("[name=dismiss], [name=undo]");
  function send(name, value) {
    const button = document.createElement("button");
    Object.assign(button, { name, value, hidden: true });
    $("#rv").append(button);
    button.click();
  }
  function next(row) {
    for (row = row.nextElementSibling; row; row = row.nextElementSibling) {
      if (row.matches(".task, .none") && said(row)) return said(row).value.split(".")[0];
    }
  }
  const steps = { "[": ["from", -1], "]": ["from", 1], "{": ["to", -1], "}": ["to", 1] };
  document.addEventListener("keydown", (e) => {
    const keys = $("#keys"), desk = e.target.closest("#said"), form = $("#said");
    if (e.ctrlKey || e.metaKey || e.altKey || (keys && keys.open)) return;
    if (e.key === "Enter" && e.shiftKey && desk && desk.elements.all) {
      e.preventDefault();
      return desk.elements.all.click();
    }
    if (e.key === "Escape" && desk) e.target.blur();
    if (e.target.closest("input, select, textarea")) return;
    const step = steps[e.key];
    if (form && step) {
      const field = form.elements[step[0]];
      if (step[1] > 0) field.stepUp(); else field.stepDown();
      return e.preventDefault();
    }
    if (form && e.key === "s") { $("#at").focus(); return e.preventDefault(); }
    if (form && e.key === "m" && $("[name=join]")) return $("[name=join]").click();
    if (form && e.key === "Escape") return form.querySelector(".turn a").click();
    const row = document.activeElement.closest("tr[id]") || $("tr:target"), opens = row && row.querySelector(".acts a");
    if (!opens || !said(row)) return;
    const value = said(row).value, joined = e.key === "m" && next(row);
    if (step) send("nudge", `${step[0]}${step[1] > 0 ? "+" : "-"}.${value}`);
    else if (e.key === "s") location.assign(`${opens.getAttribute("href")}&cut=1`);
    else if (joined) send("join", `${value}.${joined}`);
    else return;
    e.preventDefault();
  });

  // A choice shows what is like it at once.
  let wait, turn = 0;
  document.addEventListener("change", (e) => {
    if (e.target.id !== "task") return;
    clearTimeout(wait);
    const mine = ++turn, form = e.target.form, to = new URL(form.dataset.at, location.href);
    to.searchParams.set("task", e.target.value);
    wait = setTimeout(async () => {
      try {
        const answer = await fetch(to, { cache: "no-store" });
        if (!answer.ok || mine !== turn) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const likes = fresh.getElementById("likes"), all = fresh.querySelector("#said [name=all]");
        if (!likes) return;
        $("#likes").replaceWith(likes);
        if (form.elements.all) form.elements.all.remove();
        if (all) form.querySelector("[name=change]").after(all);
      } catch { /* The server is away; the button asks again. */ }
    }, 150);
  });
})();
