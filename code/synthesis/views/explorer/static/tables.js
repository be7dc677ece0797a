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

  // A few letters for each level: the first of each word, and more of the first word where others have the same.
  irsmith.lettersOf = (names) => {
    const written = (name, count) => {
      const [word, ...rest] = name.split("_");
      return word.slice(0, count) + rest.map((each) => each[0] ?? "").join("");
    };
    return names.map((name) => {
      const shares = (count) => names.some((other) => other !== name && written(other, count) === written(name, count));
      let count = 1;
      while (count < name.length && shares(count)) count++;
      return written(name, count);
    });
  };

  irsmith.marks = (levels) => {
    const letters = irsmith.lettersOf(levels.map(([name]) => name));
    return el(
      "span",
      { class: "marks", role: "img", "aria-label": levels.map(([name, state]) => `${name} ${WORDS[state]}`).join(", ") },
      levels.slice(0, 12).map(([name, state], at) => el("i", { class: STATES[state], title: `${name}: ${WORDS[state]}` }, letters[at])),
    );
  };

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
      wordsOf: (row) => `${data.name[row]} ${data.description[row]} ${wordOf(data, "category", row)} ${wordOf(data, "recipe", row)} ${operations[data.coded.ops.codes[row]]} ${names[row]} ${data.short[row]}`,
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

  // The lines of each candidate together: one that is a kernel, or one for each level that a row lacks.
  function candidatesOf(data) {
    const places = new Map();
    const found = [];
    data.id.forEach((id, line) => {
      const key = `${data.coded.folder.codes[line]} ${id}`;
      if (!places.has(key)) places.set(key, found.push([]) - 1);
      found[places.get(key)].push(line);
    });
    return found;
  }

  // What the lines of each candidate have in a column, each once; lists that are the same stand once.
  function columnOf(candidates, { words, codes }, order = byWord) {
    const lists = [];
    const numbers = new Map();
    const found = Uint32Array.from(candidates, (lines) => {
      const list = [...new Set(lines.flatMap((line) => words[codes[line]]))].sort(order);
      const key = JSON.stringify(list);
      if (!numbers.has(key)) numbers.set(key, lists.push(list) - 1);
      return numbers.get(key);
    });
    return { words: lists, codes: found };
  }

  irsmith.ledgerBrowser = once(async () => {
    const [summary, data] = await Promise.all([irsmith.summary(), irsmith.ledger()]);
    const empty = { words: [], codes: new Uint32Array(0) };
    for (const name of ["frontend", "category", "recipe", "level", "stage", "symptom", "folder", "ops"]) data.coded[name] ??= empty;
    const { codes } = data.coded.level;
    data.coded.what = { words: data.coded.level.words.map((name) => (name ? "text of a row" : "kernel")), codes };
    data.coded.level = { words: data.coded.level.words.map((name) => name || "the kernel"), codes };
    const candidates = candidatesOf(data);
    const columns = Object.fromEntries(Object.entries(data.coded).map(([name, column]) => [name, columnOf(candidates, column)]));
    const wordsAt = (name, row) => columns[name].words[columns[name].codes[row]];
    const first = (row) => candidates[row][0];
    const nameAt = (row) => data.name[first(row)] || data.id[first(row)];
    const grouped = (name, title, more = {}) => ({ name, title, ...columns[name], order: byWord, ...more });
    const ranked = (name) => () => ranksOf(candidates.map((_, row) => wordsAt(name, row).join(" ")));
    const told = (row) => [...new Set(candidates[row].map((line) => data.detail[line]))];
    return new Browser({
      kind: "ledger",
      title: "Rejections",
      unit: "candidate",
      rows: candidates.length,
      facets: [
        grouped("what", "What"),
        grouped("symptom", "Symptom"),
        grouped("stage", "Stage"),
        grouped("level", "Level"),
        grouped("frontend", "Front end"),
        grouped("category", "Category"),
        grouped("recipe", "Recipe"),
        { ...grouped("ops", "Operation", { all: true }), name: "op" },
      ],
      wordsOf: (row) => [data.id[first(row)], data.name[first(row)], ...["symptom", "recipe", "level"].flatMap((name) => wordsAt(name, row)), ...told(row)].join(" "),
      sorts: {
        name: () => ranksOf(candidates.map((_, row) => nameAt(row))),
        symptom: ranked("symptom"),
        stage: ranked("stage"),
        level: ranked("level"),
      },
      columns: [
        { name: "name", title: "Candidate" },
        { name: "symptom", title: "Symptom" },
        { name: "stage", title: "Stage" },
        { name: "level", title: "Level" },
        { name: "said", title: "What was seen" },
      ],
      cells: (row) => [
        ["name", [el("span", { class: "strong" }, nameAt(row)), el("span", { class: "about" }, `${data.id[first(row)]} · ${wordOf(data, "recipe", first(row))}`)]],
        ["symptom", wordsAt("symptom", row).map((word) => el("span", { class: "tag bad" }, word))],
        ["stage", wordsAt("stage", row).join(", ")],
        ["level", wordsAt("level", row).map((word) => el("div", {}, word))],
        ["said", told(row).join(" · ")],
      ],
      detail: (row) =>
        el(
          "div",
          {},
          el("h3", {}, nameAt(row), " ", el("small", {}, data.id[first(row)])),
          candidates[row].map((line) => [
            el("p", { class: "strong" }, `${wordOf(data, "symptom", line)} at ${wordOf(data, "stage", line)}, ${wordOf(data, "level", line)}`),
            el("p", { class: "told" }, data.detail[line]),
          ]),
          el("p", { class: "note" }, `${wordOf(data, "category", first(row))} · ${wordOf(data, "recipe", first(row))} · ${wordOf(data, "ops", first(row)).join(", ")}`),
          irsmith.command(`irsmith replay ${irsmith.quoted(summary.folders[wordOf(data, "folder", first(row))])} --id ${irsmith.quoted(data.id[first(row)])}`),
        ),
      change: (parameters) => irsmith.address("rejections", parameters),
    });
  });
})();
