"use strict";
// Asks a passkey for what the form says and sends the answer with the form; what it says meanwhile are the page's own words. The page is our own; nothing comes from elsewhere, nothing is sent elsewhere.
(() => {
  const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const listed = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }));
  const ways = {
    get: async asked => {
      const got = await navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) } });
      return { got, response: { authenticatorData: text(got.response.authenticatorData), signature: text(got.response.signature), userHandle: got.response.userHandle ? text(got.response.userHandle) : null } };
    },
    create: async asked => {
      const got = await navigator.credentials.create({ publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: listed(asked.excludeCredentials) } });
      return { got, response: { attestationObject: text(got.response.attestationObject), transports: got.response.getTransports ? got.response.getTransports() : [] } };
    },
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const said = form.querySelector("[role=status]");
    form.addEventListener("submit", async event => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      said.textContent = said.dataset.waiting;
      try {
        const { got, response } = await ways[form.dataset.passkey](JSON.parse(form.dataset.ask));
        response.clientDataJSON = text(got.response.clientDataJSON);
        form.elements.credential.value = JSON.stringify({ id: got.id, rawId: text(got.rawId), type: got.type, authenticatorAttachment: got.authenticatorAttachment, clientExtensionResults: {}, response });
        form.submit();
      } catch (error) {
        said.textContent = error.name === "NotAllowedError" ? said.dataset.none : error.name === "InvalidStateError" ? said.dataset.there : `${said.dataset.failed} ${error.message}`;
        button.disabled = false;
      }
    });
    form.querySelector("button").disabled = false;
  }
})();
