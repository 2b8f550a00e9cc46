import { expect, it } from 'vitest';
import { formatProvider } from '../../../core/format/provider.ts';

it('names both hosts of WebGPU, and every other provider by its own name', () => {
  expect(['webgpu', 'webgpu-page', 'native'].map(formatProvider)).toEqual([
    'WebGPU (Dawn)',
    'WebGPU (browser)',
    'native',
  ]);
});
