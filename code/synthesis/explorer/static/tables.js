// The two lists: pairs, and what was rejected.
"use strict";
(() => {
  const { el, number, Browser } = irsmith;
  const byWord = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const byNumber = (a, b) => Number(a) - Number(b) || byWord(a, b);
  const STATES = ["absent", "unverified", "verified"];
  const WORDS = ["no text", "not verified", "verified"];
  const once = (make) => {
    let found = null;
    return () => (found ??= make());
  };

  // Each row's place in the order of a list of words.
  function ranksOf(values, order = byWord) {
    const sorted = Array.from(values, (_, row) => row).sort((a, b) => order(values[a], values[b]) || a - b);
    const ranks = new Uint32Array(values.length);
    let rank = 0;
    sorted.forEach((row, at) => {
      if (at && order(values[row], values[sorted[at - 1]]) !== 0) rank++;
      ranks[row] = rank;
    });
    return ranks;
  }

  function ranksOfCoded({ words, codes }, order = byWord) {
    const ranks = ranksOf(words, order);
    return Uint32Array.from(codes, (code) => ranks[code]);
  }

  const facet = (data, name, title, more = {}) => ({ name, title, words: data.coded[name].words.map((word) => (Array.isArray(word) ? word : String(word))), codes: data.coded[name].codes, order: byWord, ...more });
  const wordOf = (data, name, row) => data.coded[name].words[data.coded[name].codes[row]];

  function proof(levels) {
    const there = levels.filter(([, state]) => state);
    if (!there.length) return "no text";
    const verified = there.filter(([, state]) => state === 2).length;
    return verified === there.length ? "every text" : verified ? "some texts" : "none";
  }

  irsmith.marks = (levels) =>
    el("span", { class: "marks", role: "img", "aria-label": levels.map(([name, state]) => `${name} ${WORDS[state]}`).join(", "), title: levels.map(([name, state]) => `${name}: ${WORDS[state]}`).join("\n") }, levels.slice(0, 12).map(([, state]) => el("i", { class: STATES[state] })));

  irsmith.pairsBrowser = once(async () => {
    const [summary, data] = await Promise.all([irsmith.summary(), irsmith.index()]);
    const { names } = await irsmith.rowsByKey();
    const levels = data.coded.levels ?? { words: [], codes: new Uint32Array(0) };
    const empty = { words: [], codes: new Uint32Array(0) };
    for (const name of ["frontend", "category", "recipe", "difficulty", "split", "device", "gradient", "folder", "ops", "levels"]) data.coded[name] ??= empty;
    const folders = { words: data.coded.folder.words.map((place) => summary.folders[place]), codes: data.coded.folder.codes };
    const operations = data.coded.ops.words.map((list) => list.join(" "));
    return new Browser({
      kind: "pairs",
      title: "Pairs",
      unit: "pair",
      rows: data.rows,
      facets: [
        facet(data, "frontend", "Front end"),
        facet(data, "category", "Category"),
        facet(data, "difficulty", "Difficulty", { order: byNumber }),
        { name: "verified", title: "Verified", words: levels.words.map(proof), codes: levels.codes, order: byWord },
        { name: "level", title: "Level", words: levels.words.map((list) => list.filter(([, state]) => state).map(([name]) => name)), codes: levels.codes, all: true, order: byWord },
        facet(data, "split", "Split"),
        facet(data, "gradient", "Gradient"),
        facet(data, "recipe", "Recipe"),
        { name: "op", title: "Operation", words: data.coded.ops.words, codes: data.coded.ops.codes, all: true, order: byWord },
        facet(data, "device", "Device"),
        ...(summary.folders.length > 1 ? [{ name: "folder", title: "Folder", ...folders, order: byWord }] : []),
      ],
      wordsOf: (row) => `${data.name[row]} ${data.description[row]} ${wordOf(data, "category", row)} ${wordOf(data, "recipe", row)} ${operations[data.coded.ops.codes[row]]} ${names[row]}`,
      sorts: {
        name: () => ranksOf(data.name),
        category: () => ranksOfCoded(data.coded.category),
        recipe: () => ranksOfCoded(data.coded.recipe),
        difficulty: () => ranksOfCoded(data.coded.difficulty, byNumber),
        lines: () => Uint32Array.from(data.lines),
      },
      columns: [
        { name: "name", title: "Kernel" },
        { name: "frontend", title: "Front end" },
        { name: "category", title: "Category" },
        { name: "recipe", title: "Recipe" },
        { name: "difficulty", title: "Difficulty" },
        { name: "lines", title: "Lines" },
        { name: "levels", title: "Levels" },
        { name: "split", title: "Split" },
      ],
      cells: (row) => [
        ["name", [el("a", { href: `#/pair/${names[row]}`, tabindex: -1 }, data.name[row]), el("span", { class: "about" }, data.description[row])]],
        ["frontend", el("span", { class: `tag ${wordOf(data, "frontend", row) === "jax" ? "two" : "one"}` }, wordOf(data, "frontend", row))],
        ["category", wordOf(data, "category", row)],
        ["recipe", wordOf(data, "recipe", row)],
        ["difficulty", el("span", { class: "degree", "aria-label": wordOf(data, "difficulty", row), title: `difficulty ${wordOf(data, "difficulty", row)}` }, wordOf(data, "difficulty", row))],
        ["lines", number(data.lines[row])],
        ["levels", irsmith.marks(wordOf(data, "levels", row))],
        ["split", wordOf(data, "split", row)],
      ],
      open: (row) => {
        location.hash = `#/pair/${names[row]}`;
      },
      change: (parameters) => irsmith.address("pairs", parameters),
    });
  });

  irsmith.ledgerBrowser = once(async () => {
    const [summary, data] = await Promise.all([irsmith.summary(), irsmith.ledger()]);
    const empty = { words: [], codes: new Uint32Array(0) };
    for (const name of ["frontend", "category", "recipe", "level", "stage", "symptom", "folder", "ops"]) data.coded[name] ??= empty;
    const level = (row) => wordOf(data, "level", row) || "the kernel";
    const levels = data.coded.level;
    return new Browser({
      kind: "ledger",
      title: "Rejections",
      unit: "rejection",
      rows: data.rows,
      facets: [
        { name: "what", title: "What", words: levels.words.map((name) => (name ? "text of a row" : "kernel")), codes: levels.codes, order: byWord },
        facet(data, "symptom", "Symptom"),
        facet(data, "stage", "Stage"),
        facet(data, "level", "Level"),
        facet(data, "frontend", "Front end"),
        facet(data, "category", "Category"),
        facet(data, "recipe", "Recipe"),
        { name: "op", title: "Operation", words: data.coded.ops.words, codes: data.coded.ops.codes, all: true, order: byWord },
      ],
      wordsOf: (row) => `${data.id[row]} ${data.name[row]} ${data.detail[row]} ${wordOf(data, "symptom", row)} ${wordOf(data, "recipe", row)} ${wordOf(data, "level", row)}`,
      sorts: {
        name: () => ranksOf(data.name),
        symptom: () => ranksOfCoded(data.coded.symptom),
        stage: () => ranksOfCoded(data.coded.stage),
        level: () => ranksOfCoded(data.coded.level),
      },
      columns: [
        { name: "name", title: "Candidate" },
        { name: "symptom", title: "Symptom" },
        { name: "stage", title: "Stage" },
        { name: "level", title: "Level" },
        { name: "said", title: "What was seen" },
      ],
      cells: (row) => [
        ["name", [el("span", { class: "strong" }, data.name[row] || data.id[row]), el("span", { class: "about" }, `${data.id[row]} · ${wordOf(data, "recipe", row)}`)]],
        ["symptom", el("span", { class: "tag bad" }, wordOf(data, "symptom", row))],
        ["stage", wordOf(data, "stage", row)],
        ["level", level(row)],
        ["said", data.detail[row]],
      ],
      detail: (row) =>
        el(
          "div",
          {},
          el("h3", {}, data.name[row] || data.id[row], " ", el("small", {}, `${wordOf(data, "symptom", row)} at ${wordOf(data, "stage", row)}, ${level(row)}`)),
          el("p", { class: "told" }, data.detail[row]),
          el("p", { class: "note" }, `${wordOf(data, "category", row)} · ${wordOf(data, "recipe", row)} · ${wordOf(data, "ops", row).join(", ")}`),
          irsmith.command(`irsmith replay ${irsmith.quoted(summary.folders[wordOf(data, "folder", row)])} --id ${irsmith.quoted(data.id[row])}`),
        ),
      change: (parameters) => irsmith.address("rejections", parameters),
    });
  });
})();
