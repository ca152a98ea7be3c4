"use strict";
// Passkeys (« clés d’accès »): shows the forms marked « data-passkey » where the browser can make or use one,
// asks the device when such a form is sent, and sends what it answers with the form itself.

const read = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const spelled = (made) => {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = written(made.response[part]);
  }
  return JSON.stringify({ id: made.id, rawId: written(made.rawId), type: made.type, response });
};

const asked = (form) => {
  const options = JSON.parse(form.dataset.passkey);
  options.challenge = read(options.challenge);
  if (!options.user) return navigator.credentials.get({ publicKey: options });
  options.user.id = read(options.user.id);
  return navigator.credentials.create({ publicKey: options });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const trouble = form.querySelector("[data-trouble]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      form.elements.reponse.value = spelled(await asked(form));
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
}
