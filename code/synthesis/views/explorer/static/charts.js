// Plots: SVG of the width that there is, with the numbers behind each in a table.
"use strict";
(() => {
  const { el, svg, number, table } = irsmith;
  const ROW = 24; // pixels from one bar to the next
  const LETTER = 7.2; // pixels that a letter of a label takes, near enough

  // A figure: its title, what it says, a plot that is drawn again when the width changes, and the numbers.
  irsmith.figure = ({ title, note, draw, heads, rows, legend, wide }) => {
    const plot = el("div", { class: "plot" });
    const figure = el(
      "figure",
      { class: wide ? "card wide" : "card" },
      el("figcaption", {}, el("h3", {}, title), note ? el("p", { class: "note" }, note) : null),
      legend ? el("ul", { class: "legend" }, legend.map(([kind, words]) => el("li", {}, el("span", { class: `swatch ${kind}` }), words))) : null,
      plot,
      el("details", {}, el("summary", {}, "Numbers"), table(heads, rows, title)),
    );
    let drawn = 0;
    const again = (width) => {
      if (width && Math.abs(width - drawn) > 1) {
        drawn = width;
        plot.replaceChildren(draw(width));
      }
    };
    new ResizeObserver((entries) => again(Math.floor(entries[0].contentRect.width))).observe(plot);
    return figure;
  };

  const cut = (words, most) => (words.length > most ? `${words.slice(0, Math.max(1, most - 1))}…` : words);

  const picture = (width, height, words, ...children) =>
    svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, ...children);

  const linked = (href, ...children) => (href ? svg("a", { href, class: "hit" }, ...children) : svg("g", {}, ...children));

  // Horizontal bars: [{ label, parts: [[kind, count]], href }]; all of one scale, or each its own whole.
  irsmith.bars = (items, words, { whole = false, letters = 26 } = {}) => (width) => {
    const longest = Math.min(letters, Math.max(...items.map((each) => each.label.length), 4));
    const left = Math.min(Math.ceil(longest * LETTER) + 10, Math.floor(width * 0.45));
    const right = whole ? 58 : 56;
    const room = Math.max(20, width - left - right);
    const totals = items.map((each) => each.parts.reduce((sum, [, count]) => sum + count, 0));
    const most = Math.max(...totals, 1);
    return picture(
      width,
      items.length * ROW + 4,
      words,
      items.map((each, place) => {
        const y = place * ROW + 3;
        let x = left;
        const scale = room / (whole ? Math.max(totals[place], 1) : most);
        const pieces = each.parts
          .filter(([, count]) => count)
          .map(([kind, count]) => {
            const length = Math.max(1.5, count * scale);
            const piece = svg("rect", { class: `bar ${kind}`, x, y: y + 2, width: length, height: ROW - 10, rx: 1.5 });
            x += length + (whole ? 1 : 0);
            return piece;
          });
        const said = each.parts.map(([kind, count]) => (each.parts.length > 1 ? `${kind} ${number(count)}` : number(count))).join(", ");
        const value = whole ? each.value ?? number(totals[place]) : number(totals[place]);
        return linked(
          each.href,
          svg("title", {}, `${each.label}: ${said}`),
          svg("rect", { class: "back", x: 0, y: y - 3, width, height: ROW, rx: 4 }),
          svg("text", { class: "label", x: left - 10, y: y + 12, "text-anchor": "end" }, cut(each.label, Math.floor((left - 10) / LETTER))),
          pieces,
          svg("text", { class: "value", x: whole ? width - 2 : x + 7, y: y + 12, "text-anchor": whole ? "end" : "start" }, value),
        );
      }),
    );
  };

  const NICE = [1, 2, 5, 10];
  function ticksTo(most, wanted) {
    const rough = most / wanted;
    const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)));
    const step = Math.max(1, power * NICE.find((each) => each * power >= rough));
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => place * step);
  }

  // Lines from the origin: [{ name, kind, points: [[x, y]] }], with the diagonal that nothing can be above.
  irsmith.curves = (series, words) => (width) => {
    const height = 250;
    const [left, right, top, bottom] = [52, 14, 12, 34];
    const most = Math.max(1, ...series.flatMap((each) => each.points.map(([x]) => x)));
    const x = (value) => left + ((width - left - right) * value) / most;
    const y = (value) => height - bottom - ((height - top - bottom) * value) / most;
    const path = (points) => points.map(([a, b], place) => `${place ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
    return picture(
      width,
      height,
      words,
      ticksTo(most, 4).map((tick) => [
        svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
        svg("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, number(tick)),
      ]),
      ticksTo(most, width > 400 ? 5 : 3).map((tick) =>
        svg("text", { class: "tick", x: x(tick), y: height - bottom + 18, "text-anchor": "middle" }, number(tick)),
      ),
      svg("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(most), y2: y(most) }),
      series.map((each) => svg("path", { class: `curve ${each.kind}`, d: path([[0, 0], ...each.points]) }, svg("title", {}, each.name))),
      series.map((each) => {
        const [a, b] = each.points.at(-1) ?? [0, 0];
        return svg("circle", { class: `dot ${each.kind}`, cx: x(a), cy: y(b), r: 3.5 }, svg("title", {}, `${each.name}: ${number(b)} of ${number(a)}`));
      }),
      svg("text", { class: "tick", x: width - right, y: height - 2, "text-anchor": "end" }, "rows"),
    );
  };

  // Ranges on a scale of powers: [{ label, quantiles: [min, p10, p25, median, p75, p90, max] }].
  irsmith.ranges = (items, words) => (width) => {
    const longest = Math.min(18, Math.max(...items.map((each) => each.label.length), 4));
    const left = Math.min(Math.ceil(longest * LETTER) + 10, Math.floor(width * 0.4));
    const right = 18;
    const height = items.length * ROW + 30;
    const scale = (value) => Math.log2(Math.max(1, value));
    const most = Math.max(1, ...items.map((each) => scale(each.quantiles[6])));
    const x = (value) => left + ((width - left - right) * scale(value)) / most;
    const powers = Array.from({ length: Math.floor(most) + 1 }, (_, place) => 2 ** place);
    const every = Math.ceil((powers.length * 44) / Math.max(1, width - left - right));
    return picture(
      width,
      height,
      words,
      powers
        .filter((_, place) => place % every === 0)
        .map((power) => [
          svg("line", { class: "grid", x1: x(power), x2: x(power), y1: 2, y2: height - 24 }),
          svg("text", { class: "tick", x: x(power), y: height - 8, "text-anchor": "middle" }, number(power)),
        ]),
      items.map((each, place) => {
        const y = place * ROW + ROW / 2 + 1;
        const [least, low, first, median, third, high, largest] = each.quantiles;
        return svg(
          "g",
          {},
          svg("title", {}, `${each.label}: ${number(least)} to ${number(largest)} lines, median ${number(median)}, 10 to 90 %: ${number(low)} to ${number(high)}`),
          svg("text", { class: "label", x: left - 10, y: y + 4, "text-anchor": "end" }, cut(each.label, Math.floor((left - 10) / LETTER))),
          svg("line", { class: "thin", x1: x(least), x2: x(largest), y1: y, y2: y }),
          svg("rect", { class: `bar soft ${each.kind}`, x: x(low), y: y - 5, width: Math.max(2, x(high) - x(low)), height: 10, rx: 2 }),
          svg("rect", { class: `bar ${each.kind}`, x: x(first), y: y - 5, width: Math.max(2, x(third) - x(first)), height: 10, rx: 2 }),
          svg("line", { class: "median", x1: x(median), x2: x(median), y1: y - 8, y2: y + 8 }),
        );
      }),
    );
  };
})();
