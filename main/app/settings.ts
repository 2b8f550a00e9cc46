/** What its user prefers, in one file of the data folder that people may read and edit. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeText } from '../../core/format/decode-text.ts';
import { type Settings, SettingsSchema } from '../../core/protocol/api.ts';
import { findSuite, suites } from '../bench/suites.ts';

export const defaultSettings: Settings = {
  theme: 'system',
  suite: 'quick',
  providers: ['native'],
  softwareAdapters: true,
};

/** A setting that an older version did not know has its default. */
const FileSchema = z.object({
  version: z.literal(1),
  ...SettingsSchema.partial().shape,
  suite: z
    .string()
    .refine((name) => suites.some((suite) => suite.name === name), 'There is no suite of that name')
    .optional(),
});

export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export interface StoredSettings {
  readonly settings: Settings;
  /** A sentence about a file that could not be used, and what becomes of it. */
  readonly problem: string | null;
}

/** Never throws: without a file that can be used, the defaults hold. */
export function readSettings(folder: string): StoredSettings {
  const path = settingsPath(folder);
  let text: string;
  try {
    text = decodeText(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { settings: defaultSettings, problem: null };
    return unusable(path, error instanceof Error ? error.message : String(error));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unusable(path, 'it is no JSON');
  }
  const parsed = FileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return unusable(path, `${issue?.path.join('.') || 'it'}: ${issue?.message}`);
  }
  return { settings: SettingsSchema.parse({ ...defaultSettings, ...parsed.data }), problem: null };
}

/** A file that could not be used is put aside and not overwritten. Throws ApiError for a suite that there is not. */
export function changeSettings(folder: string, change: SettingsChange): StoredSettings {
  if (change.suite !== undefined) findSuite(change.suite);
  const path = settingsPath(folder);
  const { settings: before, problem } = readSettings(folder);
  const settings = SettingsSchema.parse({ ...before, ...change });
  mkdirSync(folder, { recursive: true });
  if (problem !== null) renameSync(path, badPath(path));
  // Whole or not at all, also where the machine stops meanwhile.
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify({ version: 1, ...settings }, null, 2)}\n`);
  renameSync(draft, path);
  return { settings, problem: null };
}

function settingsPath(folder: string): string {
  return join(folder, 'settings.json');
}

function badPath(path: string): string {
  return path.replace(/\.json$/, '.bad.json');
}

function unusable(path: string, why: string): StoredSettings {
  const problem = `The settings in ${path} cannot be used (${why}), so the defaults hold. Correct the file; or change a setting, and it is put aside as ${badPath(path)}.`;
  return { settings: defaultSettings, problem };
}
