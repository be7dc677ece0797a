// A pair's page: its Python beside every level, a run, what was proved, and how to make it again.
"use strict";
(() => {
  const { el, number, plural, text, table, Beside } = irsmith;
  const WORDS = ["no text", "not verified", "verified"];
  const STATES = ["absent", "unverified", "verified"];
  const SIGNS = ["–", "○", "✓"];

  const card = (title, ...children) => el("section", { class: "card" }, el("h2", {}, title), children);
  const facts = (entries) => el("dl", { class: "facts" }, entries.filter(([, value]) => value !== "" && value !== null && value !== undefined).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

  irsmith.copy = async (words, button) => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
    setTimeout(() => {
      button.textContent = before;
    }, 1500);
  };

  irsmith.quoted = (words) => (/^[\w@%+=:,./-]+$/.test(words) ? words : `'${String(words).replaceAll("'", `'"'"'`)}'`);

  irsmith.command = (words) => {
    const button = el("button", { type: "button", class: "quiet small", onclick: () => irsmith.copy(words, button) }, "Copy");
    return el("div", { class: "command" }, el("code", {}, words), button);
  };

  const shapeOf = (entry) => (Array.isArray(entry.shape) ? `[${entry.shape.map((size) => size ?? "?").join(", ")}]` : "");
  const domainOf = (entry) => (Array.isArray(entry.domain) ? `${entry.domain[0]} … ${entry.domain[1]}` : "");

  // Arguments as rows of a table, fields of structs and objects below them.
  function argumentRows(entries, depth = 0) {
    if (!Array.isArray(entries) || depth > 4) return [];
    return entries.slice(0, 200).flatMap((entry) => {
      if (entry === null || typeof entry !== "object") return [];
      const name = el("code", { class: `depth-${depth}` }, text(entry.name));
      const kind = [el("code", {}, text(entry.type)), entry.handle ? ` (${text(entry.handle)})` : ""];
      return [[name, kind, shapeOf(entry), text(entry.role), domainOf(entry)], ...argumentRows(entry.fields, depth + 1)];
    });
  }

  function signature({ signature: given, options }) {
    const heads = ["name", "type", "shape", "role", "domain"];
    const parts = [];
    const launch = Array.isArray(given.launch) ? given.launch.map((size) => size ?? "?").join(" × ") : "";
    parts.push(table(heads, argumentRows(given.arguments), "Arguments"));
    if (given.results?.length) parts.push(el("h3", {}, "Results"), table(heads, argumentRows(given.results), "Results"));
    parts.push(facts([["Launch", launch && `${launch}${given.tiled ? " (tiled)" : ""}`], ["Derivatives for", (given.differentiable ?? []).length ? text((given.differentiable ?? []).join?.(", ")) : ""]]));
    if (given.twin) parts.push(el("details", {}, el("summary", {}, "Twin: the sizes at which texts were run"), table(heads, argumentRows(given.twin.arguments), "Arguments of the twin")));
    parts.push(el("details", {}, el("summary", {}, "Compiler options"), facts(Object.entries(options ?? {}).map(([name, value]) => [name, text(value)]))));
    return card("Signature", ...parts);
  }

  function values(entry) {
    const total = entry.shape.reduce((product, size) => product * size, 1);
    const across = entry.shape.length > 1 ? entry.shape.at(-1) : 8;
    const rows = [];
    const wide = Math.max(...entry.values.map((value) => value.length), 0);
    const values = entry.values.map((value) => value.padStart(wide));
    for (let at = 0; at < values.length; at += across) rows.push(values.slice(at, at + across).join("  "));
    const rest = total - entry.values.length;
    return el("pre", { class: "values" }, rows.join("\n"), rest > 0 ? el("span", { class: "note" }, `\n… and ${number(rest)} more`) : null);
  }

  function arrays(title, entries) {
    if (!entries.length) return [el("h3", {}, title), el("p", { class: "note" }, "none")];
    return [el("h3", {}, title), el("div", { class: "arrays" }, entries.map((entry) => el("div", { class: "array" }, el("div", {}, el("code", { class: "strong" }, entry.name), " ", el("span", { class: "note" }, `${entry.dtype}${entry.shape.length ? ` [${entry.shape.join(", ")}]` : ""}`)), values(entry))))];
  }

  function run(content) {
    const { run: found, metadata } = content;
    if (found.why) return card("A run", el("p", { class: "note" }, `No run is shown: ${found.why}.`));
    const sizes = metadata.signature.twin ? ", at the sizes of the twin" : "";
    const agreed = metadata.verified.length ? "; every verified text agreed with it" : "";
    const untouched = found.outputs.some((each) => each.values.includes("·")) ? "; · was not written" : "";
    return card("A run", el("p", { class: "note" }, `The first inputs that verification draws${sizes}, and what the reference makes of them${agreed}${untouched}.`), el("div", { class: "sides" }, el("div", {}, arrays("Inputs", found.inputs)), el("div", {}, arrays("Outputs", found.outputs))));
  }

  function proof(entry, content, summary) {
    const { metadata, reasons } = content;
    const rows = entry.levels.map(([name, state]) => {
      const described = summary.described[name] ?? {};
      const why = state === 2 ? text(metadata.proofs?.[name] ?? "") : state === 1 ? (reasons[name] ?? (metadata.verified.length ? "not executed" : "nothing was verified")) : "";
      return [el("span", { class: `state ${STATES[state]}` }, el("span", { "aria-hidden": "true" }, SIGNS[state]), ` ${name}`), described.language ?? "", WORDS[state], why];
    });
    const absent = entry.levels.some(([, state]) => !state) && metadata.index !== null;
    const id = entry.short;
    return card(
      "What was proved",
      table(["level", "language", "state", "how, or why not"], rows, "Levels"),
      absent ? el("p", { class: "note" }, el("a", { href: `#/rejections?${new URLSearchParams({ q: id })}` }, "Why a level is absent"), ": the ledger says.") : null,
      facts([
        ["Gradient", text(metadata.gradient)],
        ["Reached", metadata.verified.length ? `${(100 * Number(metadata.reached)).toFixed(1)} % of the kernel by the runs` : ""],
        ["For", text(metadata.device)],
        ["Run at", metadata.signature.twin ? "the small sizes of a twin" : "its own sizes"],
        ["File", content.altered ? "is not as the run wrote it" : ""],
      ]),
    );
  }

  function provenance(entry, content, folder) {
    const { metadata } = content;
    const origin = metadata.origin ?? {};
    const tools = Object.entries(metadata.toolchain ?? {}).map(([name, version]) => `${name} ${text(version)}`).join(", ");
    const code = (value) => (value ? el("code", {}, text(value)) : "");
    return card(
      "Where it comes from",
      facts([
        ["Id", code(metadata.id)],
        ["Short id", code(entry.short)],
        ["Folder", code(folder)],
        ["File", code(content.stem)],
        ["Split", entry.split],
        ["Seed and index", metadata.index === null ? "" : `${text(metadata.seed)}, ${text(metadata.index)}`],
        ["Recipe", metadata.recipe ? `${metadata.recipe}, asked for ${metadata.target}` : ""],
        ["Operations", entry.ops.join(", ")],
        ["Origin", [origin.kind, origin.package, origin.version, origin.file, origin.line || ""].filter(Boolean).map(text).join(" ")],
        ["Licence", text(metadata.licence)],
        ["Made by", `irsmith ${text(metadata.version)}${tools ? `, ${tools}` : ""}`],
        ["Self-contained", metadata.self_contained ? "" : "no: the source alone is not the kernel"],
        ["Program", code(metadata.renamed_hash)],
        ["Structure", code(metadata.structure_hash)],
        ["IR structure", code(metadata.ir_structure_hash)],
      ]),
      metadata.compiled_from ? el("div", {}, el("h3", {}, "Compiled from"), el("pre", { class: "values" }, text(metadata.compiled_from))) : null,
    );
  }

  function entryOf(data, row) {
    const coded = (name) => data.coded[name].words[data.coded[name].codes[row]];
    return { name: data.name[row], short: data.short[row], description: data.description[row], frontend: coded("frontend"), category: coded("category"), difficulty: coded("difficulty"), split: coded("split"), ops: coded("ops"), levels: coded("levels"), folder: coded("folder") };
  }

  irsmith.PairPage = class {
    constructor(host) {
      this.host = host;
    }

    async show(name, parameters) {
      const [summary, data, { rows, names }, browser] = await Promise.all([irsmith.summary(), irsmith.index(), irsmith.rowsByKey(), irsmith.pairsBrowser()]);
      if (browser.asked === undefined) browser.restore(new URLSearchParams()); // who came by an address saw no list yet
      const row = rows.get(name);
      if (row === undefined) {
        this.host.replaceChildren(el("h1", {}, "No such pair"), el("p", {}, "This site has no page of a pair ", el("code", {}, name), ". ", el("a", { href: "#/pairs" }, "All pairs")));
        return;
      }
      const content = await irsmith.content(row);
      Object.assign(this, { name, row, names, browser, summary, content, entry: entryOf(data, row) });
      document.title = `${this.entry.name} – irsmith explorer`;
      const first = this.entry.levels.find(([, state]) => state)?.[0] ?? this.entry.levels[0]?.[0] ?? "";
      const wanted = parameters.get("level");
      this.level = this.entry.levels.some(([each]) => each === wanted) ? wanted : first;
      this.build();
      this.showLevel(parameters.get("line") ?? "");
    }

    build() {
      const { entry, content, names } = this;
      const [before, after] = [-1, 1].map((step) => this.browser.beside(this.row, step));
      const beside = (to, words, key) => (to < 0 ? el("span", { class: "step off" }, words) : el("a", { class: "step", href: this.addressOf(names[to]), rel: key, title: `Key ${key}` }, words));
      this.tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Levels" });
      this.place = el("div", { id: "level", role: "tabpanel" });
      this.host.replaceChildren(
        el("nav", { class: "crumbs", "aria-label": "Pairs" }, el("a", { href: `#/pairs${this.browser.parameters.size ? `?${this.browser.parameters}` : ""}` }, "← Pairs"), el("span", { class: "stretch" }), beside(before, "Previous", "p"), beside(after, "Next", "n")),
        el("div", { class: "head" }, el("h1", { class: "code" }, entry.name), el("p", {}, entry.description)),
        el("p", { class: "tags" }, el("span", { class: `tag ${entry.frontend === "jax" ? "two" : "one"}` }, entry.frontend), [entry.category, `difficulty ${entry.difficulty}`, entry.split].map((words) => el("span", { class: "tag" }, words)), content.altered ? el("span", { class: "tag bad" }, "altered since it was written") : null),
        this.tabs,
        this.place,
        el("div", { class: "cards" }, run(content), proof(entry, content, this.summary), signature(content.metadata), provenance(entry, content, this.summary.folders[entry.folder]), card("Commands", el("p", { class: "note" }, "Show it at a terminal, or make it again and compare."), content.commands.map(irsmith.command))),
      );
    }

    addressOf(name, level = this.level, line = "") {
      const found = new URLSearchParams();
      if (level) found.set("level", level);
      if (line) found.set("line", line);
      return `#/pair/${name}${found.size ? `?${found}` : ""}`;
    }

    showLevel(line = "") {
      const { content, level, entry } = this;
      this.tabs.replaceChildren(
        ...entry.levels.map(([name, state]) =>
          el(
            "button",
            { type: "button", role: "tab", id: `tab-${name}`, class: `tab ${STATES[state]}`, "aria-selected": String(name === level), "aria-controls": "level", tabindex: name === level ? 0 : -1, title: WORDS[state], onclick: () => this.choose(name), onkeydown: (event) => this.tabKey(event) },
            el("span", { "aria-hidden": "true", class: "sign" }, SIGNS[state]),
            name,
            el("span", { class: "hidden" }, `, ${WORDS[state]}`),
          ),
        ),
      );
      this.place.setAttribute("aria-labelledby", `tab-${level}`);
      this.beside = new Beside({
        source: content.texts.python_source ?? "",
        text: Object.hasOwn(content.texts, level) ? content.texts[level] : null,
        level,
        language: this.summary.described[level]?.colours ?? "text",
        runs: Object.hasOwn(content.line_map, level) ? content.line_map[level] : [],
        note: "This pair has no text of this level.",
        change: (kept) => irsmith.replaceAddress(this.addressOf(this.name, this.level, kept)),
      });
      const cut = content.cut.filter((name) => name === level || name === "python_source");
      this.place.replaceChildren(this.beside.node, ...(cut.length ? [el("p", { class: "note" }, `Cut at a million characters: ${cut.join(", ")}; irsmith show has all of it.`)] : []));
      if (line) this.beside.keep(line, false);
    }

    choose(level) {
      const kept = this.beside.kept.startsWith("py") ? this.beside.kept : "";
      const inside = this.tabs.contains(document.activeElement);
      this.level = level;
      this.showLevel(kept);
      irsmith.replaceAddress(this.addressOf(this.name, level, this.beside.kept));
      for (const each of this.host.querySelectorAll("a.step")) each.href = this.addressOf(each.hash.slice("#/pair/".length).split("?")[0]);
      if (inside) this.tabs.querySelector("[aria-selected=true]")?.focus();
    }

    step(by) {
      const names = this.entry.levels.map(([name]) => name);
      this.choose(names[(names.indexOf(this.level) + by + names.length) % names.length]);
    }

    tabKey(event) {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.step(by);
    }

    globalKey(event) {
      if (!this.entry) return;
      const pane = event.key === "j" || event.key === "ArrowDown" || event.key === "k" || event.key === "ArrowUp";
      if (event.key === "n" || event.key === "p") this.host.querySelector(`a.step[rel=${event.key}]`)?.click();
      else if (event.key === "]" || event.key === "ArrowRight") this.step(1);
      else if (event.key === "[" || event.key === "ArrowLeft") this.step(-1);
      else if (event.key === "Escape") {
        if (this.beside.kept) this.beside.keep("");
        else location.hash = `#/pairs${this.browser.parameters.size ? `?${this.browser.parameters}` : ""}`;
      } else if (pane) {
        this.beside.python.list.focus();
      } else return;
      event.preventDefault();
    }
  };
})();
