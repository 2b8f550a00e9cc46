/** Texts that belong to no page. */

export const sharedTexts = {
  why: 'Why',
  name: 'Plimsoll',
  tagline: 'How much of this machine’s arithmetic a network really uses',
  close: 'Close',
  help: 'How to read this page',
  reason: 'Reason',
  unknown: 'unknown',
  none: 'none',
  reconstruction: 'reconstruction',
  theme: { toDark: 'Dark theme', toLight: 'Light theme', toSystem: 'Theme as the system has it' },
  loading: 'Loading …',
  machine: { title: 'Machine' },
  copy: { done: 'Copied', failed: 'Not allowed here' },
  error: {
    title: 'That did not work',
    dismiss: 'Dismiss',
    broken: 'The page stumbled over something that it should know. What was measured is stored.',
  },
} as const;
