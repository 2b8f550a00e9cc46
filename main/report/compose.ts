/** What a report says, in the order in which it is read: first what was found, then how, then what the words mean. */
import type { ReportDocument } from './document.ts';
import type { Report } from './model.ts';
import { measurements, plots } from './sections/gaps.ts';
import { inShort } from './sections/in-short.ts';
import { ceilings, machines, method } from './sections/machine-and-method.ts';
import { lost, repeating, sources } from './sections/remarks.ts';
import { sideBySide } from './sections/side-by-side.ts';
import { formatUtc } from './sections/wording.ts';
import { words } from './words.ts';

export function composeReport(report: Report): ReportDocument {
  const { sides } = report;
  // A host's name alone identifies nothing to a reader of another house.
  const names = sides.map(({ report: { machine } }) => {
    const { physicalCores, model } = machine.cpu;
    return `${machine.machine.name} (${model}, ${physicalCores} ${physicalCores === 1 ? 'core' : 'cores'})`;
  });
  const several = sides.length > 1;
  return {
    title: several
      ? `Efficiency report: ${names.map((name, index) => `${sides[index]?.letter} ${name}`).join(' and ')}`
      : `Efficiency report: ${names.join()}`,
    subtitle: `How fast convolutional networks run here, and how much of the machine’s arithmetic they use. Written by Plimsoll ${report.plimsoll}, ${formatUtc(report.createdAt)}.`,
    sections: [
      inShort(report),
      ...(report.comparison === null ? [] : [sideBySide(report, report.comparison)]),
      plots(report),
      measurements(report),
      ceilings(report),
      machines(report),
      method(report),
      lost(report),
      { title: 'What the words mean', blocks: [{ kind: 'terms', terms: words }] },
      sources(report),
      repeating(report),
    ],
  };
}
