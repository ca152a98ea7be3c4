"use strict";
// Envois: says before anything leaves that a file is too large or of an unknown kind, and that it is on its way;
// the page of a check comes back by itself.  All of it works without.

const LARGEST = 10_000_000;
const KNOWN = /\.(pdf|jpe?g|jfif|png|hei[cf])$/i;
const KNOWN_TYPE = /^(image\/|application\/pdf$)/;
const NAMED = /\.[^.]+$/;
const WAITS = [4, 8, 16, 16, 16, 16, 16, 16, 16]; // seconds: two minutes

// What does not look like it may still be a photo: the bytes tell, once they are there.
const known = (file) => KNOWN.test(file.name) || KNOWN_TYPE.test(file.type) || !NAMED.test(file.name);

for (const form of document.querySelectorAll("form[data-upload]")) {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const input = form.querySelector("input[type=file]");
  const help = input.getAttribute("aria-describedby");
  const look = () => {
    const [file] = input.files;
    const tooLarge = Boolean(file) && file.size > LARGEST;
    const unknown = Boolean(file) && !tooLarge && !known(file);
    part("too-large").hidden = !tooLarge;
    part("unknown").hidden = !unknown;
    const wrong = tooLarge ? part("too-large") : unknown ? part("unknown") : null;
    input.setAttribute("aria-invalid", String(Boolean(wrong)));
    // Only what is shown: a name leads to hidden words as well.
    input.setAttribute("aria-describedby", wrong ? `${help} ${wrong.id}` : help);
    return !wrong;
  };
  input.addEventListener("change", look);
  form.addEventListener("submit", (event) => {
    if (!look()) {
      event.preventDefault();
      input.focus();
      return;
    }
    part("sending").hidden = false;
  });
}

if (document.querySelector("[data-checking]")) {
  const name = `looked ${location.pathname}`;
  const looked = Number(sessionStorage.getItem(name));
  if (looked < WAITS.length) {
    setTimeout(() => {
      sessionStorage.setItem(name, looked + 1);
      location.reload();
    }, WAITS[looked] * 1000);
  }
}
