/**
 * A report as one HTML file: no script, nothing loaded, a policy that would allow neither, and a form for A4 paper. The
 * browser prints the PDF from the same file.
 */
import { createHash } from 'node:crypto';
import type { Block, ReportDocument, Section, TableBlock } from './document.ts';
import { escapeHtml } from './untrusted.ts';

const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 1120px; background: #ffffff; color: #14171a;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
header { border-bottom: 3px solid #0072b2; padding-bottom: 0.8rem; }
h1 { margin: 0 0 0.3rem; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 0.5rem; font-size: 1.2rem; border-bottom: 1px solid #d5dae0; padding-bottom: 0.2rem; break-after: avoid; }
h3 { margin: 1.2rem 0 0.4rem; font-size: 1.05em; color: #00527f; break-after: avoid; overflow-wrap: anywhere; }
p { margin: 0.5rem 0; max-width: 52rem; overflow-wrap: anywhere; }
header p { margin: 0; color: #4a525a; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.7rem 0 1rem; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid #e3e6ea; text-align: left; vertical-align: top; overflow-wrap: break-word; }
thead th { border-bottom: 2px solid #8a939c; vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
ul { margin: 0.4rem 0; padding-left: 1.2rem; }
li { margin: 0.2rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 11rem 1fr; gap: 0.3rem 1rem; font-size: 0.94em; }
dt { font-weight: 600; }
dd { margin: 0; }
pre { padding: 0.7rem 0.9rem; background: #f2f4f6; border: 1px solid #d5dae0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9em; }
figure { margin: 1rem 0; }
figure .row { display: flex; flex-wrap: wrap; gap: 0.5rem; }
figure .row svg { flex: 1 1 24rem; min-width: 0; max-width: 100%; height: auto; }
figcaption { color: #4a525a; font-size: 0.9em; overflow-wrap: anywhere; }
@page { size: A4; margin: 15mm 13mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  p { max-width: none; }
  h1 { font-size: 17pt; }
  h2 { font-size: 12.5pt; margin-top: 1.3rem; }
  table { font-size: 7.4pt; }
  th, td { padding: 0.2rem 0.3rem; }
  .scroll { overflow: visible; }
  tr, p, figure .row, dt, dd, li, pre, .short, figure { break-inside: avoid; }
  p:has(+ h3), p:has(+ figure), p:has(+ .scroll), p:has(+ ul) { break-after: avoid; }
  figure .row { flex-wrap: nowrap; }
  figure .row svg { flex-basis: 0; }
}
`;

/** Lets in this very style and no other: not what a hostile name might smuggle in. */
export const reportStyleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

const policy = `default-src 'none'; style-src ${reportStyleSource}; base-uri 'none'; form-action 'none'`;

export function writeHtml(report: ReportDocument): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(report.title)}</h1>
<p>${escapeHtml(report.subtitle)}</p>
</header>
<main>
${report.sections.map(section).join('\n')}
</main>
</body>
</html>
`;
}

function section({ title, blocks }: Section): string {
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${blocks.map(block).join('\n')}\n</section>`;
}

function block(of: Block): string {
  switch (of.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(of.text)}</p>`;
    case 'heading':
      return `<h3>${escapeHtml(of.text)}</h3>`;
    case 'list':
      return `<ul>${of.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'terms':
      return `<dl>${of.terms.map(([term, meaning]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`).join('')}</dl>`;
    case 'command':
      return `<pre><code>${of.lines.map(escapeHtml).join('\n')}</code></pre>`;
    case 'figure':
      return `<figure>${of.rows.map((row) => `<div class="row">${row.join('')}</div>`).join('')}<figcaption>${escapeHtml(of.caption)}</figcaption></figure>`;
    case 'table':
      return tableOf(of);
  }
}

function tableOf({ columns, rows }: TableBlock): string {
  const kind = (index: number) => (columns[index]?.numeric ? ' class="number"' : '');
  const head = columns
    .map(({ title }, index) => `<th scope="col"${kind(index)}>${escapeHtml(title)}</th>`)
    .join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === 0
        ? `<th scope="row"${kind(index)}>${escapeHtml(cell)}</th>`
        : `<td${kind(index)}>${escapeHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  // A short one moves to the next page as a whole.
  return `<div class="scroll${rows.length <= 8 ? ' short' : ''}"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
