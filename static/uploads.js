"use strict";
// Envois: says before anything leaves that a file is too large or of an unknown kind, and that it is on its way;
// the page of a check comes back by itself.  All of it works without.

const LARGEST = 10_000_000;
const KNOWN = /\.(pdf|jpe?g|png|hei[cf])$/i;

for (const form of document.querySelectorAll("form[data-upload]")) {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const input = form.querySelector("input[type=file]");
  const look = () => {
    const [file] = input.files;
    const tooLarge = Boolean(file) && file.size > LARGEST;
    const unknown = Boolean(file) && !tooLarge && !KNOWN.test(file.name);
    part("too-large").hidden = !tooLarge;
    part("unknown").hidden = !unknown;
    input.toggleAttribute("aria-invalid", tooLarge || unknown);
    return !tooLarge && !unknown;
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

if (document.querySelector("[data-checking]")) setTimeout(() => location.reload(), 4000);
