/** A network of the user's own, from the file that it was exported to, to its figures and away again. */
import type { Page } from '@playwright/test';
import { formatCount } from '../../core/format/units.ts';
import { countGraph } from '../../core/graph/count.ts';
import { importOnnx } from '../../core/import/network.ts';
import { findModel } from '../../core/models/zoo.ts';
import { exportGraph, OnnxFile } from '../fixtures/onnx/onnx-file.ts';
import { seriousOf } from './support/serious.ts';
import { expect, openPage, test } from './support/served-app.ts';

/** Drops files on the page, as a file manager would. */
async function drop(page: Page, files: readonly { name: string; bytes: Uint8Array }[]): Promise<void> {
  const texts = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  // As text, for the tests are compiled without a page's own types.
  const data = await page.evaluateHandle(`
    const transfer = new DataTransfer();
    for (const { name, base64 } of ${JSON.stringify(texts)}) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name));
    }
    transfer;
  `);
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
}

function foreignNetwork(): Uint8Array {
  const file = new OnnxFile();
  const image = file.input('image', [1, 3, 32, 32]);
  file.output(file.node('ConvTranspose', [image, file.weights([3, 8, 2, 2])], {}, '/up/ConvTranspose'));
  return file.bytes();
}

test('is dropped, looked at, measured and deleted', async ({ page, emptyApp }) => {
  test.setTimeout(240_000);
  const graph = findModel('mobilenetv3_small_100')?.build(64);
  if (graph === undefined) throw new Error('the zoo has no such model');
  const bytes = exportGraph(graph, { foldsBatchNorm: true, decomposes: true }).bytes();
  const { macs, parameters } = countGraph(importOnnx(bytes, 'my-net.onnx').graph);

  await openPage(page, emptyApp, 'models');
  await expect(page.getByRole('button', { name: 'Import a network …' })).toBeVisible();
  await drop(page, [
    { name: 'my-net.onnx', bytes },
    { name: 'up.onnx', bytes: foreignNetwork() },
    { name: 'torn.onnx', bytes: bytes.subarray(0, 5000) },
  ]);
  const told = page.getByRole('status').filter({ hasText: '1 of 3 files were imported' });
  await expect(told).toContainText('my-net.onnx: imported as my-net');
  await expect(told).toContainText('Plimsoll has no ConvTranspose (node /up/ConvTranspose).');
  await expect(told).toContainText('torn.onnx: not imported. It is no ONNX file, or only a part of one.');
  await told.getByRole('button', { name: 'Show it' }).click();

  await expect(
    page.getByRole('heading', { name: 'my-net: blocks from the image to the classes' }),
  ).toBeVisible();
  const main = page.getByRole('main');
  await expect(main).toContainText(
    `${formatCount(macs)} multiply-accumulates and ${formatCount(parameters)}`,
  );
  await expect(main).toContainText('Imported from my-net.onnx for an image of 64×64.');
  await expect(
    page.getByRole('heading', { name: 'my-net: operations and bytes by kind of operator' }),
  ).toBeVisible();
  await expect(page.getByRole('row', { name: /^my-net imported 64/ })).toBeVisible();
  expect(await seriousOf(page)).toEqual([]);

  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByRole('radio', { name: 'Networks of my choice' }).check();
  await page.getByRole('button', { name: 'Choose none' }).click();
  await page.getByRole('checkbox', { name: 'my-net' }).check();
  await expect(page.getByRole('region', { name: 'Plan and duration' })).toContainText(/\D2 cases, about/);
  await page.getByRole('button', { name: 'Profile this machine' }).click();
  await expect(page.getByRole('heading', { name: 'Run finished' })).toBeVisible({ timeout: 180_000 });
  const shown = await emptyApp.json('show', '--json');
  expect(shown.measurements).toMatchObject([
    { model: 'my-net', family: 'imported', operations: 2 * macs, verified: true },
    { model: 'my-net', family: 'imported', operations: 2 * macs, verified: true },
  ]);

  await page.getByRole('link', { name: 'Models' }).click();
  await page.getByRole('button', { name: 'my-net' }).click();
  await page.getByRole('button', { name: 'Delete …' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await expect(page.getByRole('button', { name: 'my-net' })).toHaveCount(0);
  expect(await emptyApp.json('models', '--json')).not.toContainEqual(
    expect.objectContaining({ name: 'my-net' }),
  );
});
