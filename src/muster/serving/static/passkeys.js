// Passkeys need a script: a browser talks to a key by it alone. Without one the buttons stay hidden.
(() => {
  const able = window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!able) return;
  const post = async (address, body) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.detail || "That did not work.");
    return told;
  };
  // What a browser says of its own is for programmers, and in its own words in each.
  const SAID = {
    NotAllowedError: "The key was not used.",
    InvalidStateError: "This device holds a passkey of yours already.",
  };
  const say = (form, words) => { form.querySelector("[role=alert]").textContent = words; };

  async function make(form) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/me/passkeys/begin"));
    const credential = (await navigator.credentials.create({ publicKey })).toJSON();
    return post("/me/passkeys", { name: form.elements.name.value, credential });
  }
  async function signIn() {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/sign-in/passkey/begin"));
    return post("/sign-in/passkey", (await navigator.credentials.get({ publicKey })).toJSON());
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say(form, "");
      try {
        const told = await (form.dataset.passkey === "make" ? make(form) : signIn());
        location.assign(form.dataset.next || told.next);
      } catch (error) {
        say(form, SAID[error.name] ?? error.message);
      }
    });
  }
})();
