// Uploads say how far they are and ask what fits; without this file the browser's own bar does, and the answer is a page.
(() => {
  for (const holds of document.querySelectorAll("select[data-asks]")) { // what only a CRM is asked
    const name = holds.form.elements.name, own = holds.form.querySelector(".of-crm");
    let offered = name.value;
    holds.addEventListener("change", () => {
      const next = holds.selectedOptions[0].dataset.name;
      if (name.value === offered) name.value = next;
      offered = next;
      if (own) own.hidden = holds.value !== "";
    });
  }
  for (const form of document.querySelectorAll("form[data-most]")) {
    const going = form.querySelector(".uploading"), bar = going.querySelector("progress");
    const status = form.querySelector("[role=status]"), alert = form.querySelector("[role=alert]");
    const send = form.querySelector("button.first");
    const most = Number(form.dataset.most) * 1e6;
    let asked = null;

    function end(words) {
      asked = null;
      going.hidden = true;
      send.disabled = false;
      status.textContent = "";
      alert.textContent = words;
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (asked) return;
      const size = [...form.elements.files.files].reduce((sum, file) => sum + file.size, 0);
      if (size > most) {
        end(`These are ${Math.ceil(size / 1e6).toLocaleString("en")} MB; an upload may have ${(most / 1e6).toLocaleString("en")} MB in all. Pack them, or upload them in parts.`);
        return;
      }
      alert.textContent = "";
      send.disabled = true;
      going.hidden = false;
      let told = -1;
      asked = new XMLHttpRequest();
      asked.open("POST", form.action);
      asked.setRequestHeader("accept", "application/json");
      asked.upload.addEventListener("progress", (sent) => {
        const part = Math.floor((100 * sent.loaded) / sent.total);
        bar.value = part;
        if (Math.floor(part / 10) === told) return; // a reader of screens need not hear each percent
        told = Math.floor(part / 10);
        status.textContent = part < 100 ? `${part} % uploaded` : "All is uploaded; looking into it.";
      });
      asked.addEventListener("load", () => {
        const done = asked.status;
        let answer = {};
        try { answer = JSON.parse(asked.responseText); } catch { answer = { detail: asked.responseText }; }
        if (done < 300 && answer.go) { window.location.assign(answer.go); return; }
        end(answer.detail || "That did not work.");
      });
      asked.addEventListener("error", () => end("The connection broke. Nothing of it was kept; upload again."));
      asked.addEventListener("abort", () => end("Stopped. Nothing of it was kept."));
      asked.send(new FormData(form));
    });
    going.querySelector("button").addEventListener("click", () => asked?.abort());
  }
})();
