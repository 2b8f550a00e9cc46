/** A report as Markdown with GitHub's tables. It has no drawings: what they show stands in the tables. */
import type { Block, ReportDocument, TableBlock } from './document.ts';
import { escapeMarkdown } from './untrusted.ts';

export function writeMarkdown({ title, subtitle, sections }: ReportDocument): string {
  const parts = [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(subtitle),
    ...sections.flatMap((section) => [
      `## ${escapeMarkdown(section.title)}`,
      ...section.blocks.map(block).filter((text) => text !== ''),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function block(of: Block): string {
  switch (of.kind) {
    case 'paragraph':
      return escapeMarkdown(of.text);
    case 'heading':
      return `### ${escapeMarkdown(of.text)}`;
    case 'list':
      return of.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'terms':
      return of.terms
        .map(([term, meaning]) => `- **${escapeMarkdown(term)}**: ${escapeMarkdown(meaning)}`)
        .join('\n');
    case 'command':
      return of.lines.map((line) => `    ${line}`).join('\n');
    case 'figure':
      return `${escapeMarkdown(of.caption)} (Drawn in the HTML and PDF forms of this report.)`;
    case 'table':
      return tableOf(of);
  }
}

function tableOf({ columns, rows }: TableBlock): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join('\n');
}
