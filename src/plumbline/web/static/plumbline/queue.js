// The line one works on: j and k move it, and the keys of its buttons (data-row-keys) count while it is there.
// Also copies a draft. The pages work without any of this.
"use strict";
{
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let here = null;
  let place = 0;

  function go(row) {
    if (!row || row === here) return;
    if (here) {
      here.classList.remove("here");
      for (const one of here.querySelectorAll("[data-row-keys]")) delete one.dataset.keys;
      for (const one of here.querySelectorAll("details[open]")) one.open = false;
    }
    here = row;
    place = rows().indexOf(row);
    row.classList.add("here");
    for (const one of row.querySelectorAll("[data-row-keys]")) one.dataset.keys = one.dataset.rowKeys;
  }

  function move(step) {
    const all = rows();
    const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(here) + step))];
    if (!next) return;
    go(next);
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (mover) move(Number(mover.dataset.move));
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
  });
  document.addEventListener("focusin", (event) => go(event.target.closest("[data-row]")));
  // What stands in a menu has its keys only while the menu is open, so that two menus may use the same ones.
  document.addEventListener("toggle", ({ target }) => {
    if (!target.matches("details.menu")) return;
    for (const one of target.querySelectorAll("[data-menu-keys]")) {
      if (target.open) one.dataset.keys = one.dataset.menuKeys;
      else delete one.dataset.keys;
    }
    if (target.open) target.querySelector(".menu-box").scrollIntoView({ block: "nearest" });
  }, true);
  // An answered line is replaced where it stands; the next one is the one to work on.
  document.addEventListener("htmx:afterSettle", () => {
    if (!here || here.isConnected) return;
    here = null;
    const next = rows()[Math.min(place, rows().length - 1)];
    if (!next) return;
    go(next);
    next.querySelector("a").focus();
  });
  go(rows()[0]);

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = "Copied";
  }
}
