/** What was lost, where published figures come from, and how to repeat the run. */
import { type Block, type Section, table } from '../document.ts';
import type { Report, ReportSide } from '../model.ts';
import { isPlainWord } from '../untrusted.ts';
import { methodSource } from '../words.ts';

import { heading, list, paragraph } from './wording.ts';

type Lost = ReportSide['report']['lost'][number];

export function lost(report: Report): Section {
  const blocks = report.sides.flatMap((side): Block[] => {
    const rows = side.report.lost;
    if (rows.length === 0) return [...heading(report, side), paragraph('Nothing: every case has a figure.')];
    return [
      ...heading(report, side),
      table<Lost>(
        [
          { title: 'network', cell: ({ model }) => model },
          { title: 'plan', cell: ({ plan }) => plan },
          { title: 'provider', cell: ({ provider, device }) => `${provider}, ${device}` },
          { title: 'type', cell: ({ dtype }) => dtype },
          { title: 'batch', numeric: true, cell: ({ batch }) => String(batch) },
          { title: 'why', cell: ({ reason }) => reason },
        ],
        rows,
      ),
    ];
  });
  return { title: 'What was lost, and why', blocks };
}

export function sources(report: Report): Section {
  const rows = report.sides.flatMap(({ report: { measurements: all } }) => all);
  const accuracies = new Map(
    rows.flatMap((row) =>
      row.top1 === null || row.top1Source === null
        ? []
        : [[`${row.model} at ${row.imageSize} pixels: top-1 ${row.top1}%`, row.top1Source]],
    ),
  );
  const reconstructions = new Map(
    rows.flatMap(({ model, reconstruction }) => (reconstruction === null ? [] : [[model, reconstruction]])),
  );
  const withoutAccuracy = new Set(rows.filter(({ top1 }) => top1 === null).map(({ model }) => model));
  return {
    title: 'Where the published figures come from',
    blocks: [
      paragraph(
        'Every other figure in this report was measured in its run, or is computed from what was measured. Published are:',
      ),
      list([
        ...[...accuracies].map(([what, source]) => `${what}. ${source}`),
        ...[...reconstructions].map(([model, text]) => `* ${model} is a reconstruction. ${text}`),
        ...(withoutAccuracy.size === 0
          ? []
          : [`No accuracy is published at this image size for ${[...withoutAccuracy].join(', ')}.`]),
        `The method and the words: ${methodSource}`,
      ]),
    ],
  };
}

export function repeating(report: Report): Section {
  return {
    title: 'How to repeat it',
    blocks: [
      paragraph(
        'Install Plimsoll of the same version, leave the machine alone, on mains power, and run what stands below; in a checkout, write npm run --silent plimsoll -- instead of plimsoll. Two runs of one machine differ by what else it does; a report of both shows by how much.',
      ),
      ...report.sides.flatMap((side): Block[] => {
        const line = repeatCommand(side);
        return [
          ...heading(report, side),
          line === undefined
            ? paragraph(
                'The run has no case, or names that cannot be typed into a shell as they stand, so no line is given.',
              )
            : { kind: 'command', lines: line },
        ];
      }),
    ],
  };
}

/** Undefined where a name could do something else in a shell: a run may come from anywhere. */
export function repeatCommand({ report }: ReportSide): string[] | undefined {
  const cases = [...report.measurements, ...report.lost];
  const option = (name: string, values: readonly (string | number)[]) => {
    const unique = [...new Set(values.map(String))];
    return { name, unique };
  };
  const options = [
    option(
      '--models',
      cases.map(({ model }) => model),
    ),
    option(
      '--plans',
      cases.map(({ plan }) => plan),
    ),
    option(
      '--dtypes',
      cases.map(({ dtype }) => dtype),
    ),
    option(
      '--providers',
      cases.map(({ provider }) => provider),
    ),
    option(
      '--batch',
      cases.map(({ batch }) => batch),
    ),
    option(
      '--threads',
      cases.map(({ threads }) => threads),
    ),
  ];
  if (cases.length === 0 || !options.every(({ unique }) => unique.every(isPlainWord))) return undefined;
  const written = options
    // A run has one number of threads; a file from elsewhere that has more is repeated with the default.
    .filter(({ name, unique }) => name !== '--threads' || unique.length === 1)
    .map(({ name, unique }) => `${name} ${unique.join(',')}`);
  // In lines, for a browser would break a long one within an option.
  return ['plimsoll profile', ...written.map((option) => `  ${option}`)].map((line, index) =>
    index < written.length ? `${line} \\` : line,
  );
}
