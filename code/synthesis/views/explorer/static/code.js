// Python beside one of its texts, the lines of each linked with those of the other.
"use strict";
(() => {
  const { el, number, plural } = irsmith;
  const MOST_LINES = 4000; // lines that are shown before somebody asks for all
  const LONGEST = 4000; // characters of a line
  const HUES = 6;
  const MOST_PLACES = 10; // that are named above a text
  let wrapped = false; // whether long lines are broken, in all texts that are looked at
  let shown = "py"; // which of two panes a small screen shows

  // Which lines belong together: by line of Python the runs of the text, and by line of the text its lines of Python.
  function links(runs) {
    const down = new Map();
    const up = new Map();
    for (const [line, first, last] of [...runs].sort((a, b) => a[0] - b[0])) {
      if (!down.has(line)) down.set(line, []);
      down.get(line).push([first, last]);
      for (let at = first; at <= Math.min(last, first + 100000); at++) {
        if (!up.has(at)) up.set(at, []);
        if (!up.get(at).includes(line)) up.get(at).push(line);
      }
    }
    const hues = new Map([...down.keys()].sort((a, b) => a - b).map((line, place) => [line, place % HUES]));
    return { down, up, hues };
  }

  // Lines in order, as runs of neighbours.
  function runsOf(lines) {
    const runs = [];
    for (const line of lines) {
      if (runs.at(-1)?.[1] === line - 1) runs.at(-1)[1] = line;
      else runs.push([line, line]);
    }
    return runs;
  }

  class Pane {
    constructor(side, title, code, language, linked, hear) {
      Object.assign(this, { side, hear });
      this.lines = irsmith.colour(code, language);
      this.linked = linked;
      this.active = 0;
      this.nodes = [];
      this.list = el("div", {
        class: "lines", role: "listbox", tabindex: 0, "aria-label": title,
        onmouseover: (event) => this.point(event, "hover"), onmouseleave: () => hear("leave", this, 0),
        onclick: (event) => this.point(event, "click"), onkeydown: (event) => this.key(event),
        onfocus: () => this.mark(this.active || 1),
      });
      this.places = el("span", { class: "places" });
      const wrap = el("button", { type: "button", class: "quiet small wrap", title: "Break long lines", onclick: () => hear("wrap", this, 0) }, "Wrap");
      const copy = el("button", { type: "button", class: "quiet small", onclick: () => irsmith.copy(code, copy) }, "Copy");
      this.node = el("section", { class: `pane ${side}`, "aria-label": title }, el("header", {}, el("h2", {}, title), el("span", { class: "note" }, plural(this.lines.length, "line")), this.places, el("span", { class: "stretch" }), wrap, copy), this.list);
      this.show(MOST_LINES);
    }

    show(most) {
      const start = this.nodes.length;
      const end = Math.min(this.lines.length, most);
      this.more?.remove();
      for (let at = start; at < end; at++) this.nodes.push(this.line(at + 1, this.lines[at]));
      this.list.append(...this.nodes.slice(start));
      if (end < this.lines.length) {
        this.more = el("button", { type: "button", class: "more", onclick: () => this.show(this.lines.length) }, `Show all ${number(this.lines.length)} lines`);
        this.list.append(this.more);
      }
    }

    line(place, pieces) {
      let left = LONGEST;
      const shown = [];
      for (const [kind, piece] of pieces) {
        if (left <= 0) break;
        shown.push(kind ? el("span", { class: `c-${kind}` }, piece.slice(0, left)) : piece.slice(0, left));
        left -= piece.length;
      }
      if (left < 0) shown.push("…");
      const hue = this.linked(place);
      return el(
        "div",
        { class: `line${hue === undefined ? "" : ` mapped hue-${hue}`}`, role: "option", id: `${this.side}-${place}`, "data-line": place, "aria-selected": "false" },
        el("span", { class: "num", "aria-hidden": "true" }, place),
        el("code", {}, shown.length ? shown : "\u200b"),
      );
    }

    point(event, what) {
      const line = Number(event.target.closest?.(".line")?.dataset.line ?? 0);
      if (what === "click" && !line) return;
      if (what === "click") this.mark(line);
      this.hear(what, this, line);
    }

    // The line that keys act on.
    mark(line) {
      this.node.querySelector(".line.at")?.classList.remove("at");
      this.active = Math.max(1, Math.min(this.nodes.length, line));
      const node = this.nodes[this.active - 1];
      if (!node) return;
      node.classList.add("at");
      this.list.setAttribute("aria-activedescendant", node.id);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.list) return;
      const moves = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 20, PageUp: -20, Home: -1e9, End: 1e9 };
      if (event.key in moves) {
        this.mark(this.active + moves[event.key]);
        this.reveal(this.active);
        this.hear("hover", this, this.active);
      } else if (event.key === "Enter" || event.key === " ") this.hear("click", this, this.active);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    set(kind, lines) {
      for (const node of this.list.querySelectorAll(`.line.${kind}`)) {
        node.classList.remove(kind);
        if (kind === "pin") node.setAttribute("aria-selected", "false");
      }
      for (const line of lines) {
        const node = this.nodes[line - 1];
        node?.classList.add(kind);
        if (kind === "pin") node?.setAttribute("aria-selected", "true");
      }
    }

    // Name the places that are kept marked, each a way to it.
    namePlaces(runs) {
      const words = ([first, last]) => (first === last ? number(first) : `${number(first)}–${number(last)}`);
      const shown = runs.slice(0, MOST_PLACES).map((run) => el("button", { type: "button", class: "link small", onclick: () => this.reveal(run[0], true) }, words(run)));
      this.places.replaceChildren(...shown, runs.length > MOST_PLACES ? `and ${number(runs.length - MOST_PLACES)} more` : "");
    }

    // Bring a line into view, inside the pane alone.
    reveal(line, middle = false) {
      if (line > this.nodes.length) this.show(this.lines.length);
      const node = this.nodes[line - 1];
      if (!node) return;
      const { list } = this;
      const top = node.offsetTop;
      if (top < list.scrollTop || top + node.offsetHeight > list.scrollTop + list.clientHeight)
        list.scrollTop = middle ? top - list.clientHeight / 3 : top < list.scrollTop ? top - 8 : top + node.offsetHeight - list.clientHeight + 8;
    }
  }

  // Two panes that know each other. `change` is told which line is kept: "py12", "ir30" or "".
  irsmith.Beside = class {
    constructor({ source, text, level, language, runs, note, change }) {
      const { down, up, hues } = links(runs);
      Object.assign(this, { down, up, change, kept: "" });
      const hear = (what, pane, line) => this.hear(what, pane, line);
      this.python = new Pane("py", "Python", source, "python", (line) => hues.get(line), hear);
      this.ir = text === null ? null : new Pane("ir", level, text, language, (line) => hues.get(up.get(line)?.[0]), hear);
      this.sides = [["py", "Python"], ["ir", level]].map(([side, words]) => el("button", { type: "button", class: "side-button", "data-side": side, onclick: () => this.turn(side) }, words));
      this.node = el("div", { class: "beside" }, el("div", { class: "switch", role: "group", "aria-label": "Text" }, this.sides), this.python.node, this.ir ? this.ir.node : el("section", { class: "pane ir none" }, el("header", {}, el("h2", {}, level)), el("p", { class: "note" }, note)));
      this.turn(shown);
      this.wrap(wrapped);
    }

    // Which text a small screen shows; a large one shows both.
    turn(side) {
      shown = side;
      this.node.dataset.shown = side;
      for (const each of this.sides) each.setAttribute("aria-pressed", String(each.dataset.side === side));
      const pane = side === "py" ? this.python : this.ir;
      const kept = pane?.list.querySelector(".line.pin");
      if (kept) pane.reveal(Number(kept.dataset.line), true); // it could not be brought into view while it was hidden
    }

    wrap(on) {
      wrapped = on;
      this.node.classList.toggle("wrapped", on);
      for (const each of this.node.querySelectorAll("button.wrap")) each.setAttribute("aria-pressed", String(on));
    }

    // The lines of both panes that belong to one.
    group(pane, line) {
      const python = pane === this.python ? [line] : (this.up.get(line) ?? []);
      const runs = python.flatMap((each) => this.down.get(each) ?? []);
      const ir = new Set(pane === this.ir ? [line] : []);
      for (const [first, last] of runs) for (let at = first; at <= Math.min(last, first + 20000); at++) ir.add(at);
      return { python, ir: [...ir].sort((a, b) => a - b) };
    }

    paint(kind, pane, line) {
      const { python, ir } = line ? this.group(pane, line) : { python: [], ir: [] };
      this.python.set(kind, python);
      this.ir?.set(kind, ir);
      return { python, ir };
    }

    hear(what, pane, line) {
      if (what === "wrap") this.wrap(!wrapped);
      else if (what !== "click") this.paint("hot", pane, what === "leave" ? 0 : line);
      else this.keep(this.kept === `${pane.side}${line}` ? "" : `${pane.side}${line}`);
    }

    // Keep a line and what belongs to it marked, and bring that into view.
    keep(name, tell = true) {
      const found = /^(py|ir)([1-9]\d{0,8})$/.exec(name);
      const pane = found ? (found[1] === "py" ? this.python : this.ir) : null;
      this.kept = pane ? name : "";
      const { python, ir } = this.paint("pin", pane, pane ? Number(found[2]) : 0);
      if (pane) {
        pane.mark(Number(found[2]));
        if (!tell) {
          this.turn(pane.side);
          pane.reveal(Number(found[2]), true);
          pane.nodes[Number(found[2]) - 1]?.scrollIntoView({ block: "nearest" }); // in the window too
        }
      }
      const places = { py: runsOf(python), ir: runsOf(ir) };
      for (const each of [this.python, this.ir]) {
        if (!each) continue;
        const runs = pane && each !== pane ? places[each.side] : [];
        each.namePlaces(runs);
        // The longest is what the line does; shorter ones before it are what that needs declared.
        const longest = runs.reduce((best, run) => (best && best[1] - best[0] > run[1] - run[0] ? best : run), null);
        if (longest) each.reveal(longest[0], true);
      }
      if (tell) this.change(this.kept);
    }
  };
})();
