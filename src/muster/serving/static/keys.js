// Keys, and nothing that a page could not do without them: every action is a link or a button.
(() => {
  const OFF = "muster-keys-off"; // kept by this browser: who speaks to it, or has a tremor, may turn keys off
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  // What a row is chosen by: its link, or where it has none what it opens or presses.
  const handle = (row) => row.matches("a") ? row : ["a[href]", "summary, button"].flatMap((kind) => [...row.querySelectorAll(kind)]).find(seen);
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => seen(row) && handle(row));
  const chosen = () => document.activeElement.closest("[data-row]");
  const letters = (key) => [...document.querySelectorAll(`main [data-key="${CSS.escape(key)}"]`)].filter(seen);
  let going = 0;

  function choose(row) {
    handle(row).focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    choose(all[Math.min(Math.max(all.indexOf(chosen()) + by, 0), all.length - 1)]);
  }

  // A letter is for the chosen row, else for the page. Where none is chosen, it chooses and does no more.
  function press(key) {
    const all = letters(key), row = chosen();
    const target = all.find((one) => row?.contains(one)) ?? all.find((one) => !one.closest("[data-row]"));
    if (!target) {
      if (!row && all.length) choose(all[0].closest("[data-row]"));
      return all.length > 0;
    }
    if (!target.matches("[type=checkbox]")) target.focus();
    target.click();
    if (target.matches("details[open] > summary")) target.parentElement.querySelector("select, textarea, input:not([type=hidden])")?.focus();
    return true;
  }

  function count() {
    const said = document.querySelector("[data-ticked]");
    if (!said) return;
    const ticked = document.querySelectorAll("[name=picked]:checked").length;
    said.textContent = ticked ? `${ticked} group${ticked === 1 ? "" : "s"} ticked.` : "Tick groups to answer several at once.";
  }
  document.addEventListener("change", (event) => { if (event.target.matches("[name=picked]")) count(); });
  window.addEventListener("pageshow", count); // a browser that goes back keeps the ticks

  // On a phone the pages lie side by side: the one that is open may lie outside of what is seen.
  document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  const list = document.getElementById("keys"), letter = list?.querySelector("template"), button = document.getElementById("show-keys");
  if (!list) return; // nobody is signed in: no page to go to, nothing to answer

  // The list names the keys that do something here, and no others: letters by what they press.
  function show() {
    list.querySelectorAll("[data-for]").forEach((entry) => { if (entry.dataset.for !== "page") entry.hidden = !rows().length; });
    list.querySelectorAll("[data-letter]").forEach((entry) => entry.remove());
    const said = new Map();
    for (const one of document.querySelectorAll("main [data-key]")) if (seen(one) && !said.has(one.dataset.key)) said.set(one.dataset.key, words(one));
    for (const [key, does] of said) {
      const entry = letter.content.cloneNode(true);
      entry.querySelector("kbd").textContent = key;
      entry.querySelector("dd").textContent = does;
      letter.before(entry);
    }
    list.showModal();
  }
  function words(one) {
    const copy = one.cloneNode(true);
    copy.querySelectorAll(".hidden, kbd").forEach((part) => part.remove());
    return one.dataset.does ?? copy.textContent.replace("…", "").trim().toLowerCase();
  }
  const works = list.querySelector("[type=checkbox]");
  works.checked = !localStorage.getItem(OFF);
  works.addEventListener("change", () => { works.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); });
  button.hidden = false;
  button.addEventListener("click", show);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const open = event.target.closest("details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      if (event.target.matches("input[type=search]")) event.target.blur();
      return;
    }
    if (!works.checked || typing(event.target) || list.open) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { going = Date.now(); return; }
    if (event.key === "?") { show(); return; }
    if (event.key === "/") { event.preventDefault(); document.getElementById("q").focus(); return; }
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    if (/^[a-z]$/.test(event.key) && press(event.key)) event.preventDefault();
  });
})();
