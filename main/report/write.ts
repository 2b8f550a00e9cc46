/** A report in any of its formats. */
import type { ReportFile, ReportFormat } from '../../core/protocol/api.ts';
import { composeReport } from './compose.ts';
import { writeCsv } from './csv.ts';
import { writeHtml } from './html.ts';
import { writeMarkdown } from './markdown.ts';
import type { Report } from './model.ts';
import type { PrintPdf } from './pdf.ts';

/** Raised whenever the JSON form changes its shape. */
const jsonVersion = 1;

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  md: 'text/markdown; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
};

/** Throws ApiError where a PDF cannot be printed. */
export async function writeReport(
  report: Report,
  format: ReportFormat,
  printPdf: PrintPdf,
): Promise<ReportFile> {
  const file = { fileName: fileName(report, format), mediaType: mediaTypes[format] };
  if (format === 'pdf') {
    const pdf = await printPdf(writeHtml(composeReport(report)));
    return { ...file, encoding: 'base64', content: Buffer.from(pdf).toString('base64') };
  }
  return { ...file, encoding: 'utf8', content: textOf(report, format) };
}

function textOf(report: Report, format: Exclude<ReportFormat, 'pdf'>): string {
  switch (format) {
    case 'html':
      return writeHtml(composeReport(report));
    case 'md':
      return writeMarkdown(composeReport(report));
    case 'csv':
      return writeCsv(report);
    case 'json':
      return `${JSON.stringify({ format: 'plimsoll-report', version: jsonVersion, ...report }, null, 2)}\n`;
  }
}

/** Of the runs' names, as far as every file system takes them: a run may come from elsewhere. */
function fileName({ sides }: Report, format: ReportFormat): string {
  const runs = sides.map(({ report }) => report.run.id.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 40));
  return `plimsoll-report-${runs.join('-')}.${format}`;
}
