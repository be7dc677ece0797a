// Elements and words. Whatever comes from a row becomes text; nothing here reads markup.
"use strict";
globalThis.irsmith = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "class") node.setAttribute("class", value);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.flat(3).filter((each) => each !== null && each !== undefined && each !== false));
    return node;
  }

  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
  const number = (value) => Number(value).toLocaleString("en-US");
  const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
  const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part === whole || !part ? 0 : 1)} %` : "–");
  const text = (value) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));

  // Words for those who hear the page.
  const say = (words) => {
    document.getElementById("said").textContent = words;
  };

  const table = (heads, rows, caption) =>
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      el(
        "table",
        { class: "plain" },
        el("caption", { class: "hidden" }, caption),
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el(
          "tbody",
          {},
          rows.map((row) =>
            el(
              "tr",
              {},
              row.map((cell, place) =>
                place === 0
                  ? el("th", { scope: "row" }, cell)
                  : el("td", { class: typeof cell === "number" ? "figure" : null }, typeof cell === "number" ? number(cell) : cell),
              ),
            ),
          ),
        ),
      ),
    );

  return { el, svg, number, plural, share, text, say, table };
})();
