// Colours for code: one regular expression a language, in time linear in the text, whatever the text is.
"use strict";
(() => {
  const PYTHON_WORDS =
    "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield match case";
  const CPP_WORDS =
    "auto break case catch class const constexpr continue default delete do else enum extern false for goto if inline namespace new noexcept nullptr operator private public return sizeof static struct switch template this throw true try typedef typename union using volatile while __global__ __device__ __shared__ __restrict__ __launch_bounds__ __forceinline__ __syncthreads";
  const CPP_TYPES =
    "void bool char short int long float double unsigned signed size_t int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t";
  const IR_WORDS = "module return lambda let in HloModule ENTRY ROOT func private public call define declare attributes to";
  const words = (list) => `\\b(?:${list.replaceAll(" ", "|")})\\b`;
  const NUMBER = String.raw`\b(?:0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?[uUlLfF]*)|\.\d+(?:[eE][-+]?\d+)?`;
  const STRING = String.raw`"(?:\\.|[^"\\\n])*"?`;
  const QUOTED = String.raw`'(?:\\.|[^'\\\n])*'?`;

  const LANGUAGES = {
    python: [
      ["comment", "#[^\\n]*"],
      ["string", String.raw`[rRbBfFuU]{0,2}"""[\s\S]*?(?:"""|$)|[rRbBfFuU]{0,2}'''[\s\S]*?(?:'''|$)`],
      ["string", String.raw`\b[rRbBfFuU]{1,2}${STRING}|\b[rRbBfFuU]{1,2}${QUOTED}|${STRING}|${QUOTED}`],
      ["mark", String.raw`@[\w.]+`],
      ["word", words(PYTHON_WORDS)],
      ["value", words("True False None self")],
      ["number", NUMBER],
      ["call", String.raw`\b[A-Za-z_]\w*(?=\()`],
      ["name", String.raw`\b[A-Za-z_]\w*`],
    ],
    cpp: [
      ["comment", String.raw`//[^\n]*|/\*[\s\S]*?(?:\*/|$)`],
      ["mark", String.raw`#[a-z]+[^\n]*`],
      ["string", `${STRING}|${QUOTED}`],
      ["word", words(CPP_WORDS)],
      ["type", words(CPP_TYPES)],
      ["number", NUMBER],
      ["call", String.raw`\b[A-Za-z_]\w*(?=\()`],
      ["name", String.raw`\b[A-Za-z_]\w*`],
    ],
    ir: [
      ["comment", "//[^\\n]*"],
      ["string", STRING],
      ["type", String.raw`\b(?:tensor|memref|vector|complex|index|bool|pred|token|(?:[fiusc]|bf|ui|si)\d+)\b(?:\[[\d,?]*\](?:\{[\d,]*\})?)?`],
      ["type", String.raw`(?:\d+x)+[a-z]+\d*\b`],
      ["name", String.raw`[%@#!^][\w.$-]+`],
      ["word", words(IR_WORDS)],
      ["call", String.raw`\b[a-z_]+\.[a-z_.]+\b|(?<== )[a-z][\w-]*|\b[a-z_][\w-]*(?=[\[(])`],
      ["number", String.raw`-?${NUMBER}`],
      ["name", String.raw`\b[A-Za-z_][\w.-]*`],
    ],
    llvm: [
      ["comment", ";[^\\n]*"],
      ["string", STRING],
      ["type", String.raw`\b(?:void|ptr|float|double|half|bfloat|label|metadata|i\d+)\b`],
      ["name", String.raw`[%@#!][\w.$-]+`],
      ["word", String.raw`\b(?:define|declare|ret|br|load|store|call|phi|add|sub|mul|fadd|fsub|fmul|fdiv|icmp|fcmp|select|getelementptr|inbounds|alloca|to|align|nsw|nuw|fast|source_filename|target|attributes|zext|sext|trunc|bitcast|private|global|constant|unnamed_addr)\b`],
      ["number", String.raw`-?${NUMBER}`],
      ["name", String.raw`\b[A-Za-z_][\w.]*`],
    ],
    ptx: [
      ["comment", String.raw`//[^\n]*|/\*[\s\S]*?(?:\*/|$)`],
      ["string", STRING],
      ["type", String.raw`\.(?:[fusb]\d+(?:x2)?|pred|b128)\b`],
      ["mark", String.raw`\.[A-Za-z_]\w*`],
      ["name", String.raw`%\w+|\$?\w+:(?=\s)`],
      ["call", String.raw`\b[a-z][a-z0-9]+(?=[.\s])`],
      ["number", String.raw`\b0[fFdD][\da-fA-F]+|${NUMBER}`],
      ["name", String.raw`[A-Za-z_$][\w$]*`],
    ],
  };
  LANGUAGES.cuda = LANGUAGES.cpp;
  LANGUAGES.nasm = LANGUAGES.ptx;

  const compiled = new Map();
  function grammarOf(name) {
    if (!compiled.has(name) && LANGUAGES[name]) {
      const rules = LANGUAGES[name];
      const source = rules.map(([, pattern], place) => `(?<r${place}>${pattern})`).join("|");
      compiled.set(name, { rules, pattern: new RegExp(source, "g") });
    }
    return compiled.get(name);
  }

  // A text's lines, each a list of [kind, piece]; kind is empty for what has no colour.
  irsmith.colour = (text, language) => {
    const grammar = grammarOf(language);
    const lines = [[]];
    const put = (kind, piece) => {
      const parts = piece.split("\n");
      for (let at = 0; at < parts.length; at++) {
        if (at) lines.push([]);
        if (parts[at]) lines.at(-1).push([kind, parts[at]]);
      }
    };
    let done = 0;
    if (grammar) {
      for (const found of text.matchAll(grammar.pattern)) {
        if (!found[0]) continue;
        if (found.index > done) put("", text.slice(done, found.index));
        const place = grammar.rules.findIndex((_, each) => found.groups[`r${each}`] !== undefined);
        put(grammar.rules[place][0], found[0]);
        done = found.index + found[0].length;
      }
    }
    if (done < text.length) put("", text.slice(done));
    if (lines.length > 1 && !lines.at(-1).length) lines.pop();
    return lines;
  };
})();
