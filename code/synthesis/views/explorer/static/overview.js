// The first page: what the data set holds, all rows counted.
"use strict";
(() => {
  const { el, number, plural, share, table, text, figure, bars, curves, ranges } = irsmith;
  const MOST_BARS = 20;
  const DIFFICULTIES = ["1", "2", "3", "4", "5"];

  const to = (name, value) => `#/pairs?${new URLSearchParams({ [name]: value })}`;
  const sum = (list) => list.reduce((total, each) => total + each, 0);
  const counted = (entries) => sum(entries.map((entry) => entry.at(-1)));

  function stat(value, words, note) {
    return el("div", { class: "stat" }, el("dt", {}, words), el("dd", {}, value), note ? el("dd", { class: "about" }, note) : null);
  }

  // Bars of [name, count] of one front end, the longest ones drawn, all in the table.
  function ranked(title, entries, { kind, filter, note, wide }) {
    const sorted = entries.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const shown = sorted.slice(0, MOST_BARS);
    const more = sorted.length - shown.length;
    const total = sum(sorted.map(([, count]) => count));
    return figure({
      title,
      note: [note, more ? `the ${MOST_BARS} most frequent of ${number(sorted.length)}` : ""].filter(Boolean).join("; "),
      wide,
      draw: bars(
        shown.map(([label, count]) => ({ label: label || "(none)", parts: [[kind, count]], href: filter ? to(filter, label) : null })),
        `${title}: ${shown.slice(0, 5).map(([label, count]) => `${label} ${number(count)}`).join(", ")}${sorted.length > 5 ? " …" : ""}`,
      ),
      heads: ["name", "rows", "share"],
      rows: sorted.map(([label, count]) => [label || "(none)", count, share(count, total)]),
    });
  }

  const of = (frontend, list) => list.filter(([name]) => name === frontend).map(([, name, count]) => [name, count]);

  function stats(data, texts) {
    const verified = counted(data.levels);
    return el(
      "dl",
      { class: "stats" },
      stat(number(data.rows), "rows", data.frontends.map(([name, count]) => `${name} ${number(count)}`).join(" · ")),
      stat(share(data.programs, data.rows), "different programs", `${number(data.programs)} after renaming${data.exact ? "" : ", about"}`),
      stat(share(data.structures, data.rows), "different structures", `${number(data.structures)}, numbers left out too`),
      stat(share(verified, texts), "of texts verified", `${number(verified)} of ${number(texts)}`),
      stat(number(counted(data.rejections)), "kernels rejected", `and ${plural(counted(data.dropped), "text")} of rows dropped`),
    );
  }

  // What made the rows, and when the site was: a file that is opened has the time at which it was written.
  function madeBy(data) {
    const seeds = data.seeds.slice(0, 6).map(([frontend, seed]) => `${frontend} of seed ${seed}`);
    const tools = data.versions.slice(0, 8).map(([name]) => name);
    const day = new Date(document.lastModified);
    return [...seeds, ...tools, Number.isNaN(day.getTime()) ? "" : `site of ${day.toISOString().slice(0, 10)}`].filter(Boolean).join(" · ");
  }

  function notices(data) {
    const found = [];
    if (data.left_out)
      found.push(el("p", {}, `${plural(data.left_out, "row")} of ${number(data.rows)} ${data.left_out === 1 ? "is" : "are"} counted here and ${data.left_out === 1 ? "has" : "have"} no page (${data.why_left_out}); the ${number(data.pages)} that have one are spread evenly.`));
    if (data.lines_left) found.push(el("p", {}, `${plural(data.lines_left, "line")} of the ledger did not fit, and ${data.lines_left === 1 ? "is" : "are"} counted alone.`));
    if (data.broken_count)
      found.push(
        el("details", { open: data.broken_count < 4 }, el("summary", {}, data.broken_count === 1 ? "One file, or a row of one, cannot be read" : `${number(data.broken_count)} files, or rows of them, cannot be read`), el("ul", { class: "words" }, data.broken.map((why) => el("li", {}, why)), data.broken_count > data.broken.length ? el("li", {}, `and ${number(data.broken_count - data.broken.length)} more`) : null)),
      );
    return found.length ? el("section", { class: "notice", "aria-label": "What to know of this site" }, found) : null;
  }

  function levels(data) {
    const items = data.levels.map(([frontend, level, absent, unverified, verified]) => ({
      label: level,
      parts: [["verified", verified], ["unverified", unverified], ["absent", absent]],
      value: share(verified, absent + unverified + verified),
      href: to("level", level),
      frontend,
    }));
    return figure({
      title: "Levels",
      note: "of each level’s rows: text verified by execution, text not verified, no text",
      legend: [["verified", "verified"], ["unverified", "not verified"], ["absent", "no text"]],
      draw: bars(items, `Levels: ${items.map((each) => `${each.label} ${each.value} verified`).join(", ")}`, { whole: true }),
      heads: ["level", "front end", "verified", "not verified", "no text"],
      rows: data.levels.map(([frontend, level, absent, unverified, verified]) => [level, frontend, verified, unverified, absent]),
    });
  }

  function lengths(data) {
    const several = data.frontends.length > 1;
    const items = data.lengths.map((each) => ({
      label: each.column === "python_source" ? `Python${several ? ` (${each.frontend})` : ""}` : each.column,
      kind: each.column === "python_source" ? "python" : kindOf(data, each.frontend),
      quantiles: each.quantiles,
    }));
    const characters = new Map(data.characters.map(([frontend, column, count]) => [`${frontend} ${column}`, count]));
    return figure({
      title: "Lengths of texts",
      note: "lines, on a scale of powers of two: median, half of the texts, and 80 % of them",
      draw: ranges(items, `Lengths: ${items.map((each) => `${each.label} median ${each.quantiles[3]} lines`).join(", ")}`),
      heads: ["text", "front end", "texts", "min", "10 %", "median", "90 %", "max", "characters"],
      rows: data.lengths.map(({ frontend, column, texts, quantiles }) => [
        column, frontend, texts, quantiles[0], quantiles[1], quantiles[3], quantiles[5], quantiles[6], characters.get(`${frontend} ${column}`) ?? 0,
      ]),
    });
  }

  const legendOf = (data) => (data.frontends.length > 1 ? data.frontends.map(([name]) => [kindOf(data, name), name]) : null);

  const kindOf = (data, frontend) => `kind-${data.frontends.findIndex(([name]) => name === frontend) % 4}`;

  function growth(data) {
    const series = Object.entries(data.growth).map(([name, points]) => ({ name, kind: kindOf(data, name), points }));
    return figure({
      title: "Growth of different structures",
      note: "structures (names and numbers left out) against rows; on the dashed line every row is a new one",
      legend: legendOf(data),
      draw: curves(series, `Growth: ${series.map(({ name, points }) => `${name} ${number(points.at(-1)?.[1] ?? 0)} structures of ${number(points.at(-1)?.[0] ?? 0)} rows`).join(", ")}`),
      heads: ["front end", "rows", "different structures"],
      rows: series.flatMap(({ name, points }) => points.filter((_, place) => place % Math.ceil(points.length / 12) === 0 || place === points.length - 1).map(([rows, structures]) => [name, rows, structures])),
    });
  }

  function difficulties(data) {
    const names = [...new Set([...DIFFICULTIES, ...data.difficulties.map(([, name]) => name)])];
    const counts = (name) => data.frontends.map(([frontend]) => [kindOf(data, frontend), of(frontend, data.difficulties).find(([each]) => each === name)?.[1] ?? 0]);
    const items = names.map((name) => ({ label: name, parts: counts(name), href: to("difficulty", name) }));
    return figure({
      title: "Difficulty",
      note: "from 1, a map of a line or two, to 5, a long kernel",
      legend: legendOf(data),
      draw: bars(items, `Difficulty: ${items.map((each) => `${each.label} ${number(sum(each.parts.map(([, count]) => count)))}`).join(", ")}`),
      heads: ["difficulty", ...data.frontends.map(([name]) => name)],
      rows: names.map((name) => [name, ...counts(name).map(([, count]) => count)]),
    });
  }

  function splits(data) {
    const known = ["train", "validation", "test", "held_out"];
    const names = [...new Set(data.splits.map(([name]) => name))].sort((a, b) => (known.indexOf(a) + 9) % 9 - (known.indexOf(b) + 9) % 9);
    const counts = (name) => data.frontends.map(([frontend]) => [kindOf(data, frontend), data.splits.find(([split, each]) => split === name && each === frontend)?.[2] ?? 0]);
    const items = names.map((name) => ({ label: name, parts: counts(name), href: to("split", name) }));
    return figure({
      title: "Splits",
      note: data.leaks.some(Boolean) ? "" : "no report of leaks lies in the data set’s folder",
      legend: legendOf(data),
      draw: bars(items, `Splits: ${items.map((each) => `${each.label} ${number(sum(each.parts.map(([, count]) => count)))}`).join(", ")}`),
      heads: ["split", ...data.frontends.map(([name]) => name)],
      rows: names.map((name) => [name, ...counts(name).map(([, count]) => count)]),
    });
  }

  function rejected(title, what, note, entries) {
    if (!entries.length) return null;
    const sorted = entries.toSorted((a, b) => b[2] - a[2]);
    return figure({
      title,
      note,
      draw: bars(
        sorted.map(([stage, symptom, count]) => ({ label: `${symptom} at ${stage}`, parts: [["rejected", count]], href: `#/rejections?${new URLSearchParams({ what, symptom, stage })}` })),
        `${title}: ${sorted.map(([stage, symptom, count]) => `${symptom} at ${stage} ${number(count)}`).join(", ")}`,
        { letters: 34 },
      ),
      heads: ["symptom", "stage", "lines"],
      rows: sorted.map(([stage, symptom, count]) => [symptom, stage, count]),
    });
  }

  // A file of the data set, whatever is in it: objects and lists as tables of names and values.
  function anything(value, depth = 0) {
    if (value === null || typeof value !== "object") return text(value);
    if (Array.isArray(value) && value.every((each) => each === null || typeof each !== "object")) return value.slice(0, 200).map(text).join(", ");
    const entries = Object.entries(value).slice(0, 200);
    if (depth > 3 || !entries.length) return el("code", {}, JSON.stringify(value).slice(0, 400));
    return el("dl", { class: "pairs" }, entries.map(([name, each]) => [el("dt", {}, name), el("dd", {}, anything(each, depth + 1))]));
  }

  const plain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // What the report of `irsmith finalize` says that splits share: a line for each two splits; null if it is no such report.
  function sharedOf(report) {
    if (!plain(report) || !plain(report.splits)) return null;
    const rows = [];
    for (const [frontend, found] of Object.entries(report.splits)) {
      if (!plain(found) || !plain(found.shared)) return null;
      for (const [two, counts] of Object.entries(found.shared)) {
        if (!plain(counts) || !Object.values(counts).every(Number.isInteger)) return null;
        rows.push([frontend, two.replace("/", " and "), counts]);
      }
    }
    return rows;
  }

  function sharedTable(report, rows) {
    const kinds = [...new Set(rows.flatMap(([, , counts]) => Object.keys(counts)))];
    const total = sum(rows.flatMap(([, , counts]) => Object.values(counts)));
    const others = Object.fromEntries(["held_out", "near", "overlap"].filter((name) => plain(report[name]) && Object.keys(report[name]).length).map((name) => [name, report[name]]));
    return [
      el("p", {}, total ? `${number(total)} programs are in two splits` : rows.length ? "Nothing is in two splits." : "There is one split."),
      rows.length ? el("div", { class: "scroll whole" }, table(["front end", "splits", ...kinds.map((each) => each.replaceAll("_", " "))], rows.map(([frontend, two, counts]) => [frontend, two, ...kinds.map((each) => counts[each] ?? 0)]), "What splits share")) : "",
      Object.keys(others).length ? anything(others) : "",
    ];
  }

  function leaks(data) {
    const found = data.leaks.map((each, place) => [data.folders[place], each]).filter(([, each]) => each);
    if (!found.length) return null;
    return el(
      "section",
      { class: "card" },
      el("h3", {}, "Leaks between splits"),
      found.map(([folder, each]) => {
        const rows = sharedOf(each);
        return [el("p", { class: "note" }, folder), rows ? sharedTable(each, rows) : anything(each)];
      }),
    );
  }

  function small(title, heads, rows) {
    if (!rows.length) return null;
    return el("section", { class: "card" }, el("h3", {}, title), table(heads, rows, title));
  }

  irsmith.overview = async (host) => {
    const data = await irsmith.summary();
    const texts = sum(data.levels.map(([, , , unverified, verified]) => unverified + verified));
    const categories = data.frontends.map(([frontend]) => ranked(`Categories, ${frontend}`, of(frontend, data.categories), { kind: kindOf(data, frontend), filter: "category" }));
    const operations = data.frontends.map(([frontend]) => [frontend, of(frontend, data.ops)]).filter(([, list]) => list.length);
    host.replaceChildren(
      el("div", { class: "head" }, el("h1", {}, "Overview"), el("p", { class: "note" }, data.folders.join(", ")), el("p", { class: "note made" }, madeBy(data))),
      notices(data) ?? "",
      stats(data, texts),
      el(
        "div",
        { class: "figures" },
        levels(data),
        growth(data),
        lengths(data),
        difficulties(data),
        splits(data),
        leaks(data),
        rejected("Rejected kernels", "kernel", "candidates that are no row, by symptom and stage", data.rejections),
        rejected("Dropped texts", "text of a row", "texts that rows lack, by symptom and stage", data.dropped),
        ...categories,
        operations.map(([frontend, list]) => ranked(`Operations, ${frontend}`, list, { kind: kindOf(data, frontend), filter: "op", note: "rows that have each" })),
        small("Derivatives", ["gradient", "rows"], data.gradients),
        small("Texts that could not be executed", ["why", "texts"], data.reasons),
        small("Made by", ["version", "rows"], data.versions),
      ),
      el("p", { class: "foot note" }, `Made by irsmith ${data.version}; inputs and outputs of ${plural(data.ran, "run")}.`),
    );
  };
})();
