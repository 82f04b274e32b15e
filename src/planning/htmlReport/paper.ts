/**
 * The looks of a report: ink on light paper, in a browser and printed; inside VS Code, whose pages say by a class of their body which theme
 * they are in, the theme's own paper where it is dark. Nothing is loaded.
 */
export const paper = `
:root {
  color-scheme: light;
  --paper: #ffffff; --ink: #1b1f24; --quiet: #57606a; --rule: #d0d7de; --faint: #eaeef2; --wash: #f6f8fa;
  --accent: #12407f; --accent-ink: #ffffff; --best: #b3450a;
  --s0: #12407f; --s1: #b3450a; --s2: #1a7f55; --s3: #7a3f96; --s4: #8a6a00; --s5: #5b6470;
}
@media screen {
  body.vscode-dark, body.vscode-high-contrast:not(.vscode-high-contrast-light) {
    color-scheme: dark;
    --paper: var(--vscode-editor-background, #1e1e1e); --ink: #e6e6e6; --quiet: #a8b0ba; --rule: #4b525b; --faint: #32373e; --wash: #26292e;
    --accent: #9fd0ff; --accent-ink: #0b0f14; --best: #ffb27a;
    --s0: #9fd0ff; --s1: #ffb27a; --s2: #7fd6a8; --s3: #d5a6f0; --s4: #e3c766; --s5: #b4bcc6;
  }
  body.vscode-high-contrast:not(.vscode-high-contrast-light) {
    --ink: #ffffff; --quiet: #e0e0e0; --rule: #ffffff; --faint: #5a5a5a;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); }
body {
  margin: 0; padding: 0; background: var(--paper); color: var(--ink);
  font: 15.5px/1.55 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif;
}
main { max-width: 824px; margin: 0 auto; padding: 40px 32px 64px; }
h1, h2, table, figure, .facts, .eyebrow, pre, .provenance { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 12px; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 18px; line-height: 1.3; margin: 40px 0 10px; font-weight: 650; }
.eyebrow { color: var(--quiet); font-size: 13px; margin: 0 0 4px; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
.lead { font-size: 17.5px; line-height: 1.5; margin: 0 0 16px; }
.facts, .provenance { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: 3px 18px; margin: 20px 0; font-size: 13px; line-height: 1.5; }
.facts { padding: 12px 0; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
dt { color: var(--quiet); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
.provenance dd { font-variant-numeric: tabular-nums; }
.provenance code { font-size: 12px; }
dl.answers { margin: 0 0 16px; }
dl.answers dt { color: var(--ink); font-weight: 650; margin-top: 6px; }
ul { margin: 0 0 12px; padding-left: 22px; }
figure { margin: 20px 0 8px; }
svg { display: block; width: 100%; height: auto; max-width: 760px; margin: 0 auto; overflow: visible; }
figcaption { font: 13.5px/1.5 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; max-width: 760px; margin: 10px auto 0; }
figcaption b, caption b { font-weight: 650; }
.wide { overflow-x: auto; margin: 16px 0 24px; }
table { border-collapse: collapse; font-size: 12.5px; line-height: 1.4; width: 100%; font-variant-numeric: tabular-nums; border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
caption { text-align: left; font-size: 13px; padding: 0 0 6px; }
th, td { padding: 3px 8px; text-align: right; vertical-align: baseline; white-space: nowrap; }
th.name, td.name { text-align: left; }
td.long { white-space: normal; overflow-wrap: anywhere; min-width: 10em; }
th:first-child, td:first-child { padding-left: 2px; }
th:last-child, td:last-child { padding-right: 2px; }
thead th { font-weight: 600; border-bottom: 1px solid var(--ink); vertical-align: bottom; }
tbody th { font-weight: 400; }
tr.strong td, tr.strong th { font-weight: 650; }
td.planned { font-weight: 650; }
pre { font: 12px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--wash); border: 1px solid var(--rule); border-radius: 4px; padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 0.86em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
ol.references { padding-left: 30px; font-size: 13.5px; }
ol.references li { margin: 0 0 4px; padding-left: 4px; }
ol.references li::marker { content: "[" counter(list-item) "] "; }
footer { margin-top: 48px; padding-top: 10px; border-top: 1px solid var(--rule); color: var(--quiet); font-size: 13px; }
svg text { fill: var(--ink); font-size: 11px; font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
svg .tick, svg .note { fill: var(--quiet); }
svg .axis-title { fill: var(--quiet); }
svg .panel { font-size: 12px; }
svg .strong { font-weight: 650; }
svg .axis { stroke: var(--quiet); stroke-width: 1; }
svg .grid { stroke: var(--faint); stroke-width: 1; }
svg .zero { stroke: var(--ink); stroke-width: 1.25; }
svg .cell { fill: var(--accent); }
svg .frame { fill: none; stroke: var(--rule); stroke-width: 1; }
svg .absent { fill: none; stroke: var(--faint); stroke-width: 1; }
svg .planned { fill: none; stroke: var(--ink); stroke-width: 1.75; }
svg .bar { fill: var(--accent); fill-opacity: 0.3; }
svg .bar.kept { fill-opacity: 1; }
svg .in-low, svg .in-middle { fill: var(--ink); font-weight: 650; }
svg .in-high { fill: var(--accent-ink); font-weight: 650; }
@media screen { body.vscode-dark svg .in-middle, body.vscode-high-contrast:not(.vscode-high-contrast-light) svg .in-middle { fill: var(--accent-ink); } }
svg .band { fill: var(--quiet); fill-opacity: 0.13; }
svg .band-edge { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 3 3; }
svg .interval { stroke: var(--accent); stroke-width: 2.25; }
svg .mean { fill: var(--accent); stroke: var(--accent); stroke-width: 1.75; }
svg .mean.open { fill: var(--paper); }
svg .seed { fill: none; stroke: var(--quiet); stroke-width: 1.25; }
svg .trial { fill: var(--accent); fill-opacity: 0.75; stroke: var(--accent); stroke-width: 1; }
svg .trial.early { fill: var(--paper); stroke: var(--quiet); stroke-width: 1.4; }
svg .trial.failed { fill: none; stroke: var(--quiet); stroke-width: 1.4; }
svg .best { fill: none; stroke: var(--best); stroke-width: 2; }
svg .best-text { fill: var(--best); font-weight: 650; }
svg .expected { stroke: var(--quiet); stroke-width: 1; }
svg .leap { fill: none; stroke: var(--best); stroke-width: 1.5; stroke-dasharray: 5 3; }
svg .curve { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
svg .curve.raw { stroke-width: 1; stroke-opacity: 0.28; stroke-dasharray: none; }
svg .curve.other { stroke: var(--quiet); stroke-width: 1; stroke-opacity: 0.55; }
svg .point { stroke-width: 1.5; }
${[0, 1, 2, 3, 4, 5].map((at) => `svg .c${at} { stroke: var(--s${at}); }\nsvg .f${at} { fill: var(--s${at}); stroke: var(--s${at}); }`).join('\n')}
@media screen and (max-width: 800px) {
  main { padding: 28px 20px 48px; }
  .fit table { font-size: 11.5px; }
  .fit td, .fit th { padding: 3px 5px; }
}
@page { size: A4; margin: 18mm 16mm 20mm; }
@media print {
  html, body { font-size: 10.5pt; }
  main { max-width: none; margin: 0; padding: 0; }
  .wide { overflow: visible; }
  svg { max-height: 210mm; }
  table { font-size: 8.5pt; }
  th, td { padding: 2px 5px; }
  .fit td, .fit th { font-size: 7pt; padding: 1.5px 3px; }
  h2 { break-after: avoid; }
  figure, svg, dl.answers, pre, tr, .together { break-inside: avoid; }
  caption { break-after: avoid; }
  thead { display: table-header-group; }
  p, li { orphans: 3; widows: 3; }
  svg, .cell { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`.trim();
