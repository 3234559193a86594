// The source beside what quotes it, on pages other than the chat: shared answers and results.

import { closePane, followAddress, openSource, paneIsOpen, startPane } from "./pane.js";

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest("#content a[data-source]");
  if (link) {
    event.preventDefault();
    openSource(link);
  } else if (event.target.closest("[data-action=close-pane]")) closePane();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && paneIsOpen()) closePane();
});
addEventListener("popstate", followAddress);
startPane();
followAddress();
