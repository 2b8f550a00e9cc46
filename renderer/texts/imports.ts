/** Texts of importing runs and networks. */

export const importTexts = {
  choose: 'Import runs or networks …',
  instead: 'Or look at what was measured elsewhere: drop an exported run anywhere in this window.',
  drop: 'Drop to import: runs that Plimsoll exported, and networks as ONNX files',
  busy: 'Importing …',
  done: (imported: number, all: number, what: 'run' | 'network' | 'file') =>
    imported === all
      ? `${all === 1 ? `1 ${what} was` : `${all} ${what}s were`} imported`
      : `${imported} of ${all} ${all === 1 ? 'file was' : 'files were'} imported; what was stored before is untouched`,
  taken: (file: string, runId: string) => `${file}: imported as run ${runId}.`,
  takenNetwork: (file: string, name: string) => `${file}: imported as ${name}, which can be measured now.`,
  refused: (file: string, why: string) => `${file}: not imported. ${why}`,
  tooLarge: (mebibytes: number) =>
    `It is larger than ${mebibytes} MiB, and no run is: choose a file that Plimsoll exported.`,
  unreadable: 'It cannot be read. A folder cannot be imported: drop the files in it.',
  show: 'Show it',
} as const;
