/* A courtesy: every page works without this file. No eval, no inline handlers, nothing kept in the browser. */
"use strict";
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  /* Shortcuts: / to the search field, ? to the list of shortcuts. Never while somebody is typing. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (event.key === "/") {
      const field = find("[data-search]");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    } else if (event.key === "?") {
      const list = find("[data-shortcuts]");
      if (list) { event.preventDefault(); list.open = !list.open; if (list.open) find("summary", list).focus(); }
    }
  });

  /* A form is sent once. The server refuses the second too; this only spares the reader the refusal. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
    if ("sent" in form.dataset) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 8000);
  }, true);
  const release = (form) => { delete form.dataset.sent; form.removeAttribute("aria-busy"); };
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest("form"); if (form) release(form); });

  /* Drafts: after each change the whole form is posted to data-autosave; one sending at a time, the last state wins. */
  document.querySelectorAll("form[data-autosave]").forEach((form) => {
    let waiting = 0, running = false, dirty = false, order = 0;
    const line = () => find("#saved", form) || find("#saved");
    const save = async () => {
      if (running) { dirty = true; return; }
      running = true; dirty = false;
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      body.set("autosave_order", String(++order));
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "HX-Request": "true", "X-Autosave": "true" }, keepalive: true });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const told = new DOMParser().parseFromString(await answer.text(), "text/html").body;
        if (line()) line().replaceChildren(...(find("#saved", told) || told).childNodes);
      } catch {
        if (line()) line().textContent = form.dataset.unsaved;
        dirty = true;
      }
      running = false;
      if (dirty) plan(3000);
    };
    const plan = (pause) => { clearTimeout(waiting); waiting = setTimeout(save, pause); };
    form.addEventListener("input", () => plan(1500));
    form.addEventListener("change", () => plan(200));
    form.addEventListener("submit", () => clearTimeout(waiting));
    document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) save(); });
  });

  /* Small things. */
  const wake = (root) => {
    root.querySelectorAll("[data-pick-all], [data-print]").forEach((button) => { button.hidden = false; });
    const summary = find("[data-focus]", root);
    if (summary) summary.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-all], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) { print(); return; }
    const boxes = [...document.getElementsByName(button.dataset.pickAll)];
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
  });
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) wake(event.target); });
  wake(document);

  /* The line was cut or the server broke: say so where the reader is. */
  const lost = () => {
    const place = find("#notice");
    if (!place) return;
    const box = document.createElement("div"), text = document.createElement("p"), inner = document.createElement("div");
    box.className = "mc-notice mc-notice--bad";
    box.setAttribute("role", "alert");
    text.textContent = document.body.dataset.lost;
    inner.append(text); box.append(inner); place.replaceChildren(box);
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", lost);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "notice") event.target.scrollIntoView({ block: "nearest" }); });
})();
