// The site's data: scripts that hand over packed JSON, loaded when they are wanted.
"use strict";
(() => {
  const KEPT = 24; // chunks of pairs that stay in memory
  const waiting = new Map();
  const cache = new Map();

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  }

  async function inflate(base64) {
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  }

  irsmith.take = (name, base64) => {
    const taker = waiting.get(name);
    waiting.delete(name);
    if (taker) inflate(base64).then(taker.resolve, taker.reject);
  };

  function fetchScript(name) {
    return new Promise((resolve, reject) => {
      waiting.set(name, { resolve, reject });
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onload = () => script.remove();
      script.onerror = () => {
        script.remove();
        waiting.delete(name);
        reject(new Error(`data/${name}.js is missing: this copy of the site is not whole`));
      };
      document.head.append(script);
    });
  }

  const padded = (number, digits) => String(number).padStart(digits, "0");

  // The chunk of a pair's page; those looked at last are kept.
  irsmith.content = async (row) => {
    const { together } = await irsmith.summary();
    const name = `rows-${padded(Math.floor(row / together), 5)}`;
    let found = cache.get(name);
    cache.delete(name);
    if (!found) found = fetchScript(name);
    cache.set(name, found);
    if (cache.size > KEPT) cache.delete(cache.keys().next().value);
    try {
      return (await found)[row % together];
    } catch (error) {
      cache.delete(name);
      throw error;
    }
  };

  const once = (make) => {
    let found = null;
    return () => (found ??= make());
  };

  irsmith.summary = once(() => fetchScript("summary"));

  // Several shards as one: words of few kinds are numbers, everything else is a list.
  function joined(shards, free) {
    const total = shards.reduce((sum, shard) => sum + shard.rows, 0);
    const coded = {};
    const lists = Object.fromEntries(free.map((name) => [name, new Array(total)]));
    const numbers = {};
    let start = 0;
    for (const shard of shards) {
      for (const [name, { words, codes }] of Object.entries(shard.coded)) {
        coded[name] ??= { words: [], codes: new Uint32Array(total) };
        numbers[name] ??= new Map();
        const here = words.map((word) => {
          const key = typeof word === "object" ? JSON.stringify(word) : word;
          if (!numbers[name].has(key)) numbers[name].set(key, coded[name].words.push(word) - 1);
          return numbers[name].get(key);
        });
        const into = coded[name].codes;
        for (let at = 0; at < codes.length; at++) into[start + at] = here[codes[at]];
      }
      for (const name of free) {
        const from = shard[name];
        const into = lists[name];
        for (let at = 0; at < from.length; at++) into[start + at] = from[at];
      }
      start += shard.rows;
    }
    return { rows: total, coded, ...lists };
  }

  const shardsOf = (stem, count) =>
    Promise.all(Array.from({ length: count }, (_, number) => fetchScript(`${stem}-${padded(number, 4)}`)));

  irsmith.index = once(async () => {
    const { shards } = await irsmith.summary();
    return joined(await shardsOf("index", shards), ["key", "short", "name", "description", "lines"]);
  });

  irsmith.ledger = once(async () => {
    const { ledgers } = await irsmith.summary();
    return joined(await shardsOf("ledger", ledgers), ["id", "name", "detail"]);
  });

  // Rows by what addresses call them: their keys, of several with one key the second is KEY~1, and so on; and short ids.
  irsmith.rowsByKey = once(async () => {
    const { key, short } = await irsmith.index();
    const rows = new Map();
    const names = key.map((each, row) => {
      let name = each;
      for (let more = 1; rows.has(name); more++) name = `${each}~${more}`;
      rows.set(name, row);
      return name;
    });
    short.forEach((each, row) => each && !rows.has(each) && rows.set(each, row));
    return { rows, names };
  });
})();
