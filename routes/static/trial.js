// The coordinators' telephone: real keys press its keys, and the newest words are in sight.
"use strict";

const log = document.getElementById("log");
log.scrollTop = log.scrollHeight;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, details")) return;
  const key = document.querySelector(`#keys button[data-key="${CSS.escape(event.key)}"]`);
  if (key && !key.disabled) key.click();
});
