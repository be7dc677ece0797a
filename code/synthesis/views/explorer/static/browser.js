// A long list to search, filter and sort: rows or lines of a ledger, a hundred thousand of them at once.
"use strict";
(() => {
  const { el, number, plural, say } = irsmith;
  const TEXT = 1 << 15; // the bit of rows that the words leave out
  const SHOWN = 12; // values of a filter that are listed before somebody asks for all

  // What rows are searched in, as one text: a search is a few passes over it.
  class Haystack {
    constructor(rows, wordsOf) {
      const parts = new Array(rows);
      for (let row = 0; row < rows; row++) parts[row] = wordsOf(row).toLowerCase().replaceAll("\n", " ");
      this.starts = new Uint32Array(rows + 1);
      for (let row = 0, at = 0; row < rows; row++) {
        at += parts[row].length + 1;
        this.starts[row + 1] = at;
      }
      this.text = `${parts.join("\n")}\n`;
    }

    // Mark rows that lack a word.
    mark(word, mask) {
      const { text, starts } = this;
      let row = 0;
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, starts[row])) {
        while (starts[row + 1] <= at) mask[row++] |= TEXT;
        row++;
        if (row >= mask.length) return;
      }
      for (; row < mask.length; row++) mask[row] |= TEXT;
    }
  }

  // One filter: the values that rows have, of which somebody chooses some.
  class Facet {
    constructor({ name, title, words, codes, all = false, order }) {
      Object.assign(this, { name, title, codes, all });
      this.lists = words.map((word) => (Array.isArray(word) ? word : [word]));
      this.values = [...new Set(this.lists.flat())].sort(order);
      this.numbers = new Map(this.values.map((value, place) => [value, place]));
      this.lists = this.lists.map((list) => list.map((value) => this.numbers.get(value)));
      this.chosen = new Set();
      this.counts = new Uint32Array(this.values.length);
    }

    get active() {
      return this.chosen.size > 0;
    }

    // Mark rows that are not among the chosen ones.
    mark(mask, bit) {
      const wanted = [...this.chosen].map((value) => this.numbers.get(value) ?? -1);
      const fails = Uint16Array.from(this.lists, (list) => {
        const has = (value) => list.includes(value);
        return (this.all ? wanted.every(has) : wanted.some(has)) ? 0 : bit;
      });
      const { codes } = this;
      for (let row = 0; row < mask.length; row++) mask[row] |= fails[codes[row]];
    }

    // Count the rows that the other filters leave, by value.
    count(mask, bit) {
      const found = new Uint32Array(this.lists.length);
      const { codes } = this;
      const others = this.all ? 0xffff : 0xffff & ~bit;
      for (let row = 0; row < mask.length; row++) if (!(mask[row] & others)) found[codes[row]]++;
      this.counts.fill(0);
      this.lists.forEach((list, code) => {
        if (found[code]) for (const value of list) this.counts[value] += found[code];
      });
    }
  }

  irsmith.Browser = class {
    // options: { title, unit, rows, facets, wordsOf, sorts, columns, cells, open, change, detail }
    constructor(options) {
      Object.assign(this, options);
      this.facets = options.facets.map((each) => new Facet(each));
      this.mask = new Uint16Array(this.rows);
      this.query = "";
      this.sort = "";
      this.found = new Uint32Array(0);
      this.active = 0;
      this.top = 0;
      this.ranks = new Map();
      this.build();
    }

    build() {
      this.search = el("input", {
        type: "search", class: "search", placeholder: `Search ${this.unit}s`, "aria-label": `Search ${this.unit}s`,
        autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/",
        oninput: () => this.later(), onkeydown: (event) => this.searchKey(event),
      });
      this.count = el("p", { class: "count", role: "status" });
      this.chips = el("div", { class: "chips" });
      this.side = el("aside", { class: "side", "aria-label": "Filters" });
      this.filters = el("button", { type: "button", class: "filters-button", "aria-expanded": "false", onclick: () => this.toggleSide() }, "Filters");
      this.heads = el("div", { class: "row heads", role: "row" });
      this.space = el("div", { class: "space", role: "presentation" });
      this.grid = el(
        "div",
        { class: `grid ${this.kind}`, role: "grid", tabindex: 0, "aria-label": this.title, "aria-rowcount": -1, onscroll: () => this.scrolled(), onkeydown: (event) => this.key(event) },
        this.heads,
        this.space,
      );
      this.detailed = el("div", { class: "detail", hidden: true });
      this.node = el(
        "div",
        { class: "browser" },
        this.side,
        el("section", { class: "results", "aria-label": this.title }, el("div", { class: "tools" }, this.search, this.filters, this.count), this.chips, this.grid, this.detailed),
      );
      this.panels = this.facets.map((facet) => this.panel(facet));
      this.side.append(...this.panels.map(({ node }) => node));
      new ResizeObserver(() => this.draw(true)).observe(this.grid);
    }

    toggleSide(open = !this.node.classList.contains("open")) {
      this.node.classList.toggle("open", open);
      this.filters.setAttribute("aria-expanded", String(open));
      this.showFiltersButton();
    }

    // ---- state, which the address has

    restore(parameters) {
      const asked = String(parameters);
      if (asked === this.asked) {
        // Back from a pair: the list is where it was left.
        this.grid.scrollTop = this.top;
        this.draw(true);
        return;
      }
      this.asked = asked;
      this.query = parameters.get("q") ?? "";
      this.search.value = this.query;
      this.sort = parameters.get("sort") ?? "";
      for (const facet of this.facets) facet.chosen = new Set(parameters.getAll(facet.name));
      for (const panel of this.panels) if (panel.facet.active) panel.node.open = true;
      this.filter();
    }

    get parameters() {
      const found = new URLSearchParams();
      if (this.query) found.set("q", this.query);
      for (const facet of this.facets) for (const value of facet.chosen) found.append(facet.name, value);
      if (this.sort) found.set("sort", this.sort);
      return found;
    }

    later() {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => {
        this.query = this.search.value.trim();
        this.changed();
      });
    }

    changed() {
      this.filter();
      this.asked = String(this.parameters);
      this.change(this.parameters);
    }

    clear() {
      this.search.value = this.query = "";
      for (const facet of this.facets) facet.chosen.clear();
      this.changed();
    }

    choose(facet, value, wanted) {
      if (wanted) facet.chosen.add(value);
      else facet.chosen.delete(value);
      this.changed();
    }

    // ---- which rows

    filter() {
      const began = performance.now();
      this.mask.fill(0);
      const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length) {
        this.hay ??= new Haystack(this.rows, this.wordsOf);
        for (const word of words) this.hay.mark(word, this.mask);
      }
      this.facets.forEach((facet, place) => facet.active && facet.mark(this.mask, 1 << place));
      this.facets.forEach((facet, place) => facet.count(this.mask, 1 << place));
      const found = new Uint32Array(this.rows);
      let count = 0;
      for (let row = 0; row < this.rows; row++) if (!this.mask[row]) found[count++] = row;
      this.found = this.ordered(found.slice(0, count));
      this.active = 0;
      this.top = this.grid.scrollTop = 0;
      this.showCount();
      this.showPanels();
      this.showHeads();
      this.showDetail(-1);
      this.draw(true);
      performance.measure("irsmith-filter", { start: began });
    }

    // Rows in the order that is asked for; a column's ranks are made once.
    ordered(found) {
      const down = this.sort.startsWith("-");
      const name = this.sort.replace(/^-/, "");
      if (!Object.hasOwn(this.sorts, name)) return found;
      if (!this.ranks.has(name)) this.ranks.set(name, this.sorts[name]());
      const ranks = this.ranks.get(name);
      const keys = new Float64Array(found.length);
      const sign = down ? -1 : 1;
      for (let at = 0; at < found.length; at++) keys[at] = sign * ranks[found[at]] * this.rows + found[at];
      keys.sort();
      return Uint32Array.from(keys, (key) => ((key % this.rows) + this.rows) % this.rows);
    }

    showCount() {
      const words = this.found.length === this.rows ? plural(this.rows, this.unit) : `${number(this.found.length)} of ${plural(this.rows, this.unit)}`;
      this.count.textContent = words;
      const chip = (label, title, drop) => el("button", { type: "button", class: "chip", "aria-label": `Remove ${title}`, onclick: drop }, label, el("span", { "aria-hidden": "true" }, "×"));
      const chosen = this.facets.flatMap((facet) =>
        [...facet.chosen].map((value) => chip([el("small", {}, facet.title), value || "(none)"], `${facet.title} ${value}`, () => this.choose(facet, value, false))),
      );
      if (chosen.length) chosen.push(el("button", { type: "button", class: "chip clear", onclick: () => this.clear() }, "Clear all"));
      this.chips.replaceChildren(...chosen);
      this.showFiltersButton();
    }

    // On a small screen filters lie over the list: the button also says how many rows are below.
    showFiltersButton() {
      const chosen = this.facets.reduce((sum, facet) => sum + facet.chosen.size, 0);
      const open = this.node.classList.contains("open");
      this.filters.textContent = open ? `Show ${number(this.found.length)}` : chosen ? `Filters (${chosen})` : "Filters";
    }

    // ---- filters

    panel(facet) {
      const panel = { facet, all: false, narrow: "" };
      panel.list = el("ul", {});
      panel.narrowing = facet.values.length > SHOWN
        ? el("input", { type: "search", class: "narrow", placeholder: `Find among ${number(facet.values.length)}`, "aria-label": `Find a value of ${facet.title}`, oninput: (event) => { panel.narrow = event.target.value.trim().toLowerCase(); this.showPanel(panel); } })
        : null;
      panel.node = el("details", { class: "facet", open: facet.values.length <= SHOWN, ontoggle: () => this.showPanel(panel) }, el("summary", {}, facet.title, facet.all ? el("small", {}, "all of") : null), panel.narrowing, panel.list);
      return panel;
    }

    showPanels() {
      for (const panel of this.panels) this.showPanel(panel);
    }

    showPanel(panel) {
      const { facet } = panel;
      if (!panel.node.open) return;
      const has = document.activeElement?.dataset?.value;
      const inside = panel.list.contains(document.activeElement);
      let places = facet.values.map((_, place) => place);
      if (panel.narrow) places = places.filter((place) => facet.values[place].toLowerCase().includes(panel.narrow));
      if (facet.values.length > SHOWN) {
        const chosen = (place) => (facet.chosen.has(facet.values[place]) ? 1 : 0);
        places.sort((a, b) => chosen(b) - chosen(a) || facet.counts[b] - facet.counts[a] || a - b);
      }
      const most = panel.all ? 400 : SHOWN;
      const rest = places.length - most;
      const items = places.slice(0, most).map((place) => {
        const value = facet.values[place];
        const box = el("input", { type: "checkbox", "data-value": value, onchange: (event) => this.choose(facet, value, event.target.checked) });
        box.checked = facet.chosen.has(value);
        return el("li", {}, el("label", { class: facet.counts[place] ? null : "none" }, box, el("span", { class: "what" }, value || "(none)"), el("span", { class: "many" }, number(facet.counts[place]))));
      });
      if (rest > 0) items.push(el("li", {}, el("button", { type: "button", class: "more", onclick: () => { panel.all = true; this.showPanel(panel); } }, panel.all ? `${number(rest)} more: find them above` : `${number(rest)} more`)));
      panel.list.replaceChildren(...items);
      if (inside) [...panel.list.querySelectorAll("input")].find((each) => each.dataset.value === has)?.focus();
    }

    // ---- the list itself: the rows that can be seen, and some beside

    showHeads() {
      this.heads.replaceChildren(
        ...this.columns.map(({ name, title }) => {
          const direction = this.sort === name ? "ascending" : this.sort === `-${name}` ? "descending" : "none";
          const inside = this.sorts[name]
            ? el("button", { type: "button", tabindex: -1, onclick: () => { this.sort = this.sort === name ? `-${name}` : this.sort === `-${name}` ? "" : name; this.changed(); } }, title, el("span", { "aria-hidden": "true", class: `arrow ${direction}` }))
            : title;
          return el("div", { role: "columnheader", class: `cell ${name}`, "aria-sort": this.sorts[name] ? direction : null }, inside);
        }),
      );
      this.grid.setAttribute("aria-rowcount", this.found.length + 1);
      this.grid.setAttribute("aria-colcount", this.columns.length);
    }

    get height() {
      return Number.parseFloat(getComputedStyle(this.grid).getPropertyValue("--row")) || 48;
    }

    scrolled() {
      if (this.grid.clientHeight) this.top = this.grid.scrollTop;
      this.draw();
    }

    draw(anew = false) {
      const { height } = this;
      const tall = this.grid.clientHeight;
      if (!tall) return;
      const first = Math.max(0, Math.floor(this.grid.scrollTop / height) - 6);
      const last = Math.min(this.found.length, Math.ceil((this.grid.scrollTop + tall) / height) + 6);
      if (!anew && first === this.first && last === this.last) return;
      Object.assign(this, { first, last });
      this.space.style.height = `${this.found.length * height}px`;
      const nodes = [];
      for (let at = first; at < last; at++) nodes.push(this.drawRow(at, height));
      if (!this.found.length) nodes.push(el("p", { class: "empty" }, this.rows ? `No ${this.unit} is so.` : `There is no ${this.unit}.`, this.rows ? el("button", { type: "button", class: "link", onclick: () => this.clear() }, "Clear the search") : null));
      this.space.replaceChildren(...nodes);
      if (this.found.length) this.grid.setAttribute("aria-activedescendant", `${this.kind}-${this.active}`);
      else this.grid.removeAttribute("aria-activedescendant");
    }

    drawRow(at, height) {
      const row = this.found[at];
      const node = el(
        "div",
        { class: `row${at === this.active ? " active" : ""}`, role: "row", id: `${this.kind}-${at}`, "aria-rowindex": at + 2, "aria-selected": String(at === this.active), onclick: (event) => { this.move(at); if (!event.target.closest("a")) this.openRow(); } },
        this.cells(row).map(([name, content]) => el("div", { role: "gridcell", class: `cell ${name}` }, content)),
      );
      node.style.transform = `translateY(${at * height}px)`;
      return node;
    }

    move(at) {
      if (!this.found.length) return;
      this.active = Math.max(0, Math.min(this.found.length - 1, at));
      const { height } = this;
      const tall = this.grid.clientHeight - this.heads.offsetHeight;
      const y = this.active * height;
      if (y < this.grid.scrollTop) this.grid.scrollTop = y;
      else if (y + height > this.grid.scrollTop + tall) this.grid.scrollTop = y + height - tall;
      this.draw(true);
    }

    openRow() {
      if (!this.found.length) return;
      if (this.detail) this.showDetail(this.found[this.active]);
      else this.open(this.found[this.active]);
    }

    showDetail(row) {
      if (!this.detail) return;
      this.detailed.hidden = row < 0;
      this.detailed.replaceChildren(...(row < 0 ? [] : [this.detail(row), el("button", { type: "button", class: "quiet close", "aria-label": "Close", onclick: () => { this.showDetail(-1); this.grid.focus(); } }, "×")]));
      this.draw(true);
    }

    // ---- keys

    searchKey(event) {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        this.grid.focus();
      } else if (event.key === "Escape") {
        if (this.search.value) {
          this.search.value = "";
          this.later();
        } else this.grid.focus();
        event.stopPropagation();
      }
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("a, button")) return;
      const page = Math.max(1, Math.floor(this.grid.clientHeight / this.height) - 2);
      const moves = { ArrowDown: this.active + 1, j: this.active + 1, ArrowUp: this.active - 1, k: this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: this.found.length - 1 };
      if (event.key in moves) this.move(moves[event.key]);
      else if (event.key === "Enter") this.openRow();
      else if (event.key === "Escape" && this.detail && !this.detailed.hidden) this.showDetail(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    globalKey(event) {
      if (event.key === "/") this.search.focus();
      else if (event.key === "Escape" && this.node.classList.contains("open")) this.toggleSide(false);
      else if (["j", "k", "ArrowDown", "ArrowUp", "Enter"].includes(event.key)) {
        this.grid.focus();
        this.key(event);
        return;
      } else return;
      event.preventDefault();
    }

    // The row after or before one, as the list has it now; -1 if there is none.
    beside(row, step) {
      const at = this.found.indexOf(row);
      return at < 0 ? -1 : (this.found[at + step] ?? -1);
    }
  };
})();
