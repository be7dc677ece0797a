// Light or dark: as the system has it, unless somebody chose. Runs before anything is painted.
"use strict";
(() => {
  const KEY = "irsmith-theme";
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // A browser that keeps nothing for files.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

  globalThis.toggleTheme = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // Likewise.
    }
    return root.dataset.theme;
  };
})();
