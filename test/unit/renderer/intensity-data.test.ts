import { expect, it } from 'vitest';
import {
  channelsAboveWater,
  channelTicks,
  intensityDecades,
  intensityHeight,
  intensityRows,
  intensityTable,
} from '../../../renderer/charts/intensity-data.ts';

const rows = intensityRows({
  imageSize: 56,
  batch: 128,
  dtype: 'fp16',
  groupWidth: 32,
  countWeights: false,
});
/** Of the paper's figure: 76.68 TFLOP/s and 480 GB/s. */
const ridge = 76.68e12 / 480e9;

it('the curves rise out of the paper’s water where they do in its figure', () => {
  expect(channelsAboveWater(rows, 'dense', ridge)).toBe(38);
  expect(channelsAboveWater(rows, 'pointwise', ridge)).toBe(215);
  // 144 operations a byte: just below, as the paper draws it.
  expect(channelsAboveWater(rows, 'grouped', ridge)).toBeUndefined();
  expect(channelsAboveWater(rows, 'depthwise', ridge)).toBeUndefined();
});

it('the plot is as high as the paper’s, and as all curves where there is no ridge', () => {
  expect(intensityHeight(rows, ridge)).toBeCloseTo(998.4, 0);
  expect(intensityHeight(rows, undefined)).toBeCloseTo(4.5 * 1024, 9);
});

it('there is a row for every tick, and no grouped convolution narrower than its group', () => {
  for (const tick of channelTicks) expect(rows.some(({ channels }) => channels === tick)).toBe(true);
  for (const { channels, grouped } of rows) expect(grouped === null).toBe(channels < 32);
  expect(intensityTable(rows).rows).toHaveLength(rows.length);
});

it('a logarithmic axis holds every curve and the ridge', () => {
  expect(intensityDecades(rows, ridge)).toEqual([1, 10, 100, 1000, 10000]);
  expect(intensityDecades(rows, 0.5)).toContain(0.1);
});
