// The page of watched sources: while one is looked at, tells how far it is; asks for a sign-in
// only where a place has one.
"use strict";
(() => {
  const list = document.getElementById("sw-sources");
  const kind = document.getElementById("sw-kind");
  const signIn = document.getElementById("sw-sign-in");

  const show = () => { signIn.hidden = kind.value === "folder"; };
  kind.addEventListener("change", show);
  show();

  async function look() {
    const open = list.querySelector("details[open]") || list.contains(document.activeElement);
    if (!document.hidden && !open) {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" } })
        .catch(() => null);
      if (response && response.ok && !response.redirected) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = page.getElementById("sw-sources");
        if (fresh && fresh.innerHTML !== list.innerHTML) {
          list.replaceChildren(...fresh.childNodes);
          list.toggleAttribute("data-looking", fresh.hasAttribute("data-looking"));
        }
      }
    }
    setTimeout(look, list.hasAttribute("data-looking") ? 1500 : 10000);
  }
  setTimeout(look, 1500);
})();
