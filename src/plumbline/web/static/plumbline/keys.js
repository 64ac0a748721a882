// Keys. An element with data-keys="a" or "g q" is clicked (a field is focused) when these are pressed.
// "?" lists what the present page offers. Nothing happens while somebody is typing; Escape leaves the field.
"use strict";
{
  const PATIENCE = 900;
  let pressed = "";
  let timer = 0;

  const FIELDS = "textarea, select, input:not([type=radio], [type=checkbox], [type=submit])";
  const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || target.matches(FIELDS));
  const offered = () => [...document.querySelectorAll("[data-keys]")].filter((one) => one.offsetParent !== null || one.closest("dialog[open]"));
  const label = (one) => one.dataset.keysFor || one.getAttribute("aria-label") || one.textContent.trim().replace(/\s+/g, " ");

  function help() {
    const dialog = document.getElementById("keys");
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    for (const one of offered()) {
      const key = document.createElement("dt");
      const word = document.createElement("dd");
      const cap = document.createElement("kbd");
      cap.textContent = one.dataset.keys;
      key.append(cap);
      word.textContent = label(one).replace(new RegExp(`\\s*${one.dataset.keys}$`), "");
      list.append(key, word);
    }
    dialog.showModal();
  }

  function use(one) {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName)) one.focus();
    else one.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") return help();
    if (event.key.length !== 1) return;
    clearTimeout(timer);
    timer = setTimeout(() => { pressed = ""; }, PATIENCE);
    const longer = pressed ? `${pressed} ${event.key}` : event.key;
    const found = offered().find((one) => one.dataset.keys === longer);
    const begins = offered().some((one) => one.dataset.keys.startsWith(`${longer} `));
    pressed = begins && !found ? longer : "";
    if (found) {
      event.preventDefault();
      use(found);
    }
  });

  // Forms and buttons with data-confirm ask first; there is no inline script to do it.
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
}
