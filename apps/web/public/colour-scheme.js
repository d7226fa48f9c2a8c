// Chooses light or dark before the first paint. A file of its own, because the
// content security policy allows no script inside the page.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("sluice-colour-scheme");
  } catch {
    // no storage: the system's choice
  }
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
