// Keys, and nothing that a page could not do without them: every action is a link or a button.
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  let going = 0;

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
    const link = next.matches("a, [tabindex]") ? next : next.querySelector("a, button, [tabindex]");
    if (link) link.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const row = document.activeElement.closest("[data-row]") || document;
    const target = row.querySelector(`[data-key="${key}"]`) || (row === document ? null : document.querySelector(`main [data-key="${key}"]:not([data-row] *)`));
    if (!target) return false;
    if (target.matches("[type=checkbox]")) { target.click(); return true; }
    if (target.matches("input, textarea, select, summary")) target.focus();
    if (!target.matches("input, textarea, select")) target.click();
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

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const open = event.target.closest("details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      if (event.target.matches("input[type=search]")) event.target.blur();
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { going = Date.now(); return; }
    if (event.key === "?") { document.getElementById("keys").showModal(); return; }
    if (event.key === "/") { event.preventDefault(); document.getElementById("q")?.focus(); return; }
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    if (/^[a-z]$/.test(event.key) && press(event.key)) event.preventDefault();
  });
})();
