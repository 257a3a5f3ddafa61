"use strict";
// Asks a passkey for what the page says, and sends the answer to the gate. The page is the gate's own; nothing comes from elsewhere.
(() => {
  const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const post = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin" });
    const said = await answer.json();
    if (said.refused)
      throw new Error(`Refused (${said.refused}): ${said.what}. ${said.next[0].toUpperCase()}${said.next.slice(1)}.`);
    return said;
  };
  const ways = {
    sign: async form => {
      const asked = form.dataset;
      const credential = await navigator.credentials.get({ publicKey: {
        challenge: bytes(asked.challenge), rpId: asked.rp, userVerification: "required", timeout: 120000,
        allowCredentials: (asked.credentials || "").split(" ").filter(id => id).map(id => ({ type: "public-key", id: bytes(id) })),
      } });
      return post("/sign", { text: asked.text, credential: text(credential.rawId), authenticatorData: text(credential.response.authenticatorData),
        clientDataJSON: text(credential.response.clientDataJSON), signature: text(credential.response.signature) });
    },
    enrol: async form => {
      const code = form.querySelector("input").value;
      const asked = await post("/enrol/begin", { code });
      const credential = await navigator.credentials.create({ publicKey: {
        challenge: bytes(asked.challenge), rp: { id: asked.rp, name: asked.gate }, user: { id: bytes(asked.user), name: asked.name, displayName: asked.name },
        pubKeyCredParams: [-8, -7, -257].map(alg => ({ type: "public-key", alg })), attestation: "none", timeout: 120000,
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        excludeCredentials: asked.credentials.map(id => ({ type: "public-key", id: bytes(id) })),
      } });
      return post("/enrol", { code, text: asked.text, attestationObject: text(credential.response.attestationObject), clientDataJSON: text(credential.response.clientDataJSON) });
    },
    propose: form => post("/propose", { text: form.querySelector("textarea").value }),
    leave: () => post("/leave", {}),
  };
  for (const form of document.querySelectorAll("form[data-way]")) {
    const said = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    form.addEventListener("submit", async event => {
      event.preventDefault();
      button.disabled = true;
      said.className = "said";
      said.textContent = form.dataset.way === "leave" ? "" : "Waiting for your passkey …";
      try {
        const answer = await ways[form.dataset.way](form);
        const to = form.dataset.then || answer.to || location.pathname;
        if (answer.say) {
          said.textContent = answer.say;
          button.disabled = false;
        }
        else if (to === location.pathname)
          location.reload();
        else
          location.assign(to);
      } catch (error) {
        said.className = "said no";
        said.textContent = error.name === "NotAllowedError" ? "No passkey answered: it was cancelled, or none here belongs to this gate." : error.message;
        button.disabled = false;
      }
    });
  }
})();
