/** Texts of the page Machines. */

export const machinesTexts = {
  sentence:
    'The machines that the runs come from, this one and others. A machine is known by its hardware, whatever its drivers and system are.',
  table: 'Machines',
  thisMachine: '(this one)',
  notThis:
    'The machine that this program runs on is not among them: none of its runs is stored, or it was deleted.',
  noRuns: 'None of its stored runs could be read, so nothing more is known about it.',
  undo: 'Undo',
  columns: {
    name: { title: 'Name', meaning: 'Its label, or else what its system calls it.' },
    cpu: { title: 'CPU', meaning: 'As the system names it.' },
    gpus: { title: 'GPUs', meaning: 'Those that compute; no software adapters.' },
    runs: { title: 'Runs', meaning: 'That are stored, and not deleted.' },
    last: { title: 'Last run', meaning: 'When its newest run began.' },
    price: { title: 'Price', meaning: 'As its owner gave it: the program knows no prices.' },
  },
  owner: {
    title: 'Label, price and notes',
    label: 'Label',
    price: 'Price',
    currency: 'Currency',
    notes: 'Notes',
    noPrice:
      'Give the price as a number such as 1999.90, and its currency as three letters such as EUR. Until then the old one holds.',
    meaning:
      'A field is kept when you leave it or press Enter; Escape takes back what is typed. Reports take the price.',
    kept: 'Kept.',
  },
  identity: {
    title: 'Identity',
    merged: 'These are shown as one with it:',
    part: (name: string, id: string, runs: number) =>
      `${name} (${id}), ${runs === 1 ? '1 run' : `${runs} runs`}`,
    split: 'Split again',
    splitOff: (name: string) => `Split ${name} again`,
    splitDone: (name: string) => `${name} is a machine of its own again.`,
    meaning:
      'Where one machine came under two identities, after a new mainboard or a new installation, show both as one.',
    other: 'Show as one with it',
    choose: 'choose a machine',
    willBe: (source: string, sourceRuns: number, target: string, targetRuns: number) =>
      `The ${sourceRuns === 1 ? 'run' : `${sourceRuns} runs`} of ${source} will be shown as runs of ${target}, which then has ` +
      `${sourceRuns + targetRuns}; its label, price and notes are those of ${target}. Nothing is lost: they can be split again.`,
    otherCpu: (source: string, target: string) =>
      `Their processors differ, ${source} and ${target}: what one history then shows is not one machine.`,
    merge: 'Show both as one',
    mergeDone: (source: string, target: string) => `${source} is now shown as ${target}.`,
    kept: 'What is deleted goes from every page, and is kept for 30 days.',
    remove: (runs: number) =>
      runs === 0 ? 'Delete this machine' : `Delete it with its ${runs === 1 ? 'run' : `${runs} runs`}`,
    deleteDone: (name: string, runs: number) =>
      runs === 0
        ? `${name} was deleted.`
        : `${name} was deleted with ${runs === 1 ? 'its run' : `its ${runs} runs`}.`,
  },
  deleted: {
    title: (count: number) => `Deleted: ${count === 1 ? '1 machine' : `${count} machines`}`,
    one: (name: string, cpu: string, time: string) => `${name}, ${cpu}, deleted ${time}`,
    restore: 'Restore',
    restoreOne: (name: string) => `Restore ${name}`,
    restored: (name: string) => `${name} is back, with the runs that were deleted with it.`,
  },
} as const;
