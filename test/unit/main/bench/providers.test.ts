import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, RunRequestSchema } from '../../../../core/protocol/api.ts';
import { findProvider, isInstalled } from '../../../../main/bench/providers.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a provider', () => {
  it('that is missing is told in one sentence, with what to do', () => {
    vi.stubEnv('PLIMSOLL_ONEDNN_BENCH', '/nowhere/onednn');
    expect(isInstalled('onednn')).toBe(false);
    let thrown: unknown;
    try {
      findProvider('onednn');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ApiError);
    expect(thrown).toMatchObject({
      code: 'provider',
      message:
        'The program of the provider onednn is missing, for it is only built where oneDNN is installed (/nowhere/onednn).',
      hint: expect.stringMatching(/libdnnl-dev.*npm run setup/),
    });
  });

  it('that is a script is run by Node, another as it is', () => {
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', import.meta.filename);
    expect(findProvider('native')).toEqual({
      name: 'native',
      command: process.execPath,
      args: [import.meta.filename],
    });
    vi.stubEnv('PLIMSOLL_ONEDNN_BENCH', '/bin/sh');
    expect(findProvider('onednn')).toEqual({ name: 'onednn', command: '/bin/sh', args: [] });
  });

  it('is asked for by a name that there is, or left to the default', () => {
    expect(RunRequestSchema.parse({}).providers).toBeUndefined();
    expect(RunRequestSchema.safeParse({ providers: ['native', 'onednn'] }).success).toBe(true);
    expect(RunRequestSchema.safeParse({ providers: [] }).success).toBe(false);
    expect(RunRequestSchema.safeParse({ providers: ['cudnn'] }).success).toBe(false);
  });
});
