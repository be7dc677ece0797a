// Addresses, keys, and which page is shown.
"use strict";
(() => {
  const { el, say, number } = irsmith;
  const main = document.getElementById("main");
  const KEYS = [
    ["/", "search"],
    ["j k ↓ ↑", "next, previous row or line"],
    ["Enter", "open the row; keep the line and what belongs to it"],
    ["[ ] ← →", "level before, after"],
    ["n p", "pair after, before, in the list as it is filtered"],
    ["Esc", "let go, or back to the list"],
    ["g o · g p · g r", "overview, pairs, rejections"],
    ["t", "light or dark"],
    ["?", "these keys"],
  ];
  let page = null; // what global keys are for
  let turn = 0;
  let written = "";

  const hashOf = (name, parameters) => `#/${name}${parameters.size ? `?${parameters}` : ""}`;

  irsmith.replaceAddress = (hash) => {
    written = hash;
    history.replaceState(null, "", hash);
  };
  irsmith.address = (name, parameters) => irsmith.replaceAddress(hashOf(name, parameters));

  function route() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
    const [name, ...rest] = path.split("/");
    return { name: name || "overview", rest, parameters: new URLSearchParams(query) };
  }

  const waiting = () => el("p", { class: "note waiting" }, "Reading the site’s data …");

  async function showList(make, host, parameters) {
    const browser = await make();
    return () => {
      host.replaceChildren(browser.node);
      browser.restore(parameters);
      return browser;
    };
  }

  async function show() {
    const mine = ++turn;
    const { name, rest, parameters } = route();
    document.title = "irsmith explorer";
    for (const each of document.querySelectorAll("nav a[data-page]")) {
      const here = each.dataset.page === name || (name === "pair" && each.dataset.page === "pairs");
      if (here) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
    const late = setTimeout(() => mine === turn && main.replaceChildren(waiting()), 120);
    try {
      const host = el("div", { class: `page ${name}` });
      if (name === "pairs" || name === "rejections") {
        const finish = await showList(name === "pairs" ? irsmith.pairsBrowser : irsmith.ledgerBrowser, host, parameters);
        if (mine !== turn) return;
        main.replaceChildren(host);
        page = finish();
        document.title = `${name === "pairs" ? "Pairs" : "Rejections"} – irsmith explorer`;
      } else if (name === "pair") {
        const shown = new irsmith.PairPage(host);
        await shown.show(rest.join("/"), parameters);
        if (mine !== turn) return;
        main.replaceChildren(host);
        page = shown;
      } else {
        await irsmith.overview(host);
        if (mine !== turn) return;
        main.replaceChildren(host);
        page = null;
      }
      scrollTo(0, 0);
      if (page?.beside?.kept) page.beside.keep(page.beside.kept, false); // now that it has a height
      say(document.title);
    } catch (error) {
      if (mine === turn) main.replaceChildren(el("h1", {}, "This cannot be shown"), el("p", {}, String(error.message ?? error)));
    } finally {
      clearTimeout(late);
      document.documentElement.dataset.shown = location.hash || "#/";
      performance.mark("irsmith-shown");
    }
  }

  addEventListener("hashchange", () => {
    if (location.hash !== written) show();
    written = "";
  });

  // ---- keys

  const dialog = document.getElementById("keys");
  dialog.append(
    el("h2", { id: "keys-title" }, "Keyboard"),
    el("dl", { class: "keys" }, KEYS.map(([keys, words]) => [el("dt", {}, keys.split(" ").map((key) => (key === "·" ? " " : el("kbd", {}, key)))), el("dd", {}, words)])),
    el("button", { type: "button", onclick: () => dialog.close() }, "Close"),
  );
  document.getElementById("keys-button").addEventListener("click", () => dialog.showModal());
  const turnTheme = () => say(`${toggleTheme()} colours`);
  document.getElementById("theme-button").addEventListener("click", turnTheme);

  let going = false;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.closest?.("input, textarea, select")) return;
    if (going) {
      going = false;
      const to = { o: "#/", p: "#/pairs", r: "#/rejections" }[event.key];
      if (to) {
        location.hash = to;
        event.preventDefault();
        return;
      }
    }
    if (event.key === "g") going = true;
    else if (event.key === "?") dialog.showModal();
    else if (event.key === "t") turnTheme();
    else if (event.key === "/" && !page?.search) location.hash = "#/pairs";
    else if (event.target.closest?.("button, a, summary") && ["Enter", " "].includes(event.key)) return;
    else {
      page?.globalKey?.(event);
      return;
    }
    event.preventDefault();
  });

  irsmith.summary().then(
    (data) => {
      const counts = { pairs: data.pages, rejections: data.candidates };
      for (const [name, count] of Object.entries(counts)) document.querySelector(`nav a[data-page=${name}]`).append(el("span", { class: "many" }, number(count)));
      show();
    },
    (error) => main.replaceChildren(el("h1", {}, "This site cannot be read"), el("p", {}, String(error.message ?? error))),
  );
})();
