/**
 * Our WebGPU kernels against those of ONNX Runtime and TensorFlow.js, layer by layer, in the system's Chromium:
 *
 *     npm run bench:webgpu -- [--quick] [--json FILE] [--networks resnet50,…] [--rounds N] [--adapter hardware|software]
 */
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { build, type InlineConfig, preview } from 'vite';
import { blockCases, type CompareCase, layerCases } from '../webgpu-bench/compare/cases.ts';
import type { CaseResult, ComparePage } from '../webgpu-bench/compare/results.ts';
import { geometricMeans, type NetworkResult, networkTable } from '../webgpu-bench/compare/table.ts';

const groups: Readonly<Record<string, () => CompareCase[]>> = {
  resnet50: () => layerCases('resnet50'),
  efficientnet_b0: () => layerCases('efficientnet_b0'),
  convnext_tiny: () => layerCases('convnext_tiny'),
  'convfirst blocks': () => blockCases('convfirst_small', 'convfirst'),
};

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    networks: { type: 'string' },
    layers: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    adapter: { type: 'string', default: 'any' },
  },
});

const root = join(import.meta.dirname, '..');
const outDir = join(root, 'out', 'compare');
/** Without them `performance.now()` goes in steps of 100 microseconds. */
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const site: InlineConfig = {
  configFile: false,
  root: join(root, 'webgpu-bench', 'compare'),
  base: './',
  publicDir: false,
  logLevel: 'error',
  build: {
    outDir,
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 10_000,
  },
  preview: { host: '127.0.0.1', port: 0, headers: isolated },
};

interface Report {
  readonly date: string;
  readonly processor: string;
  readonly browser: string;
  readonly adapter: {
    readonly name: string;
    readonly driver?: string | undefined;
    readonly software: boolean;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkResult[];
}

async function main(): Promise<void> {
  const names = options.networks === undefined ? Object.keys(groups) : options.networks.split(',');
  const chosen = names.map((name) => {
    const cases = groups[name];
    if (cases === undefined) throw new Error(`There is no group ${name}: ${Object.keys(groups).join(', ')}.`);
    return { name, cases: chosenCases(cases()) };
  });
  await build(site);
  const server = await preview(site);
  const browser = await chromium.launch({
    ...(chromiumPath() === undefined ? {} : { executablePath: chromiumPath() as string }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--enable-unsafe-webgpu',
      '--enable-webgpu-developer-features',
      '--disable-background-networking',
      '--disable-component-update',
      ...(options.adapter === 'software' ? ['--use-webgpu-adapter=swiftshader'] : []),
      ...(process.platform === 'linux' && options.adapter !== 'software' ? ['--enable-features=Vulkan'] : []),
    ],
  });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
    page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
    const [address] = server.resolvedUrls?.local ?? [];
    if (address === undefined) throw new Error('The local server has no address.');
    await page.goto(address);
    const { adapter, reason, versions } = await inPage(page).open();
    if (adapter === undefined) throw new Error(reason ?? 'There is no adapter.');
    if (options.adapter === 'hardware' && adapter.software) {
      throw new Error(`Chromium has no adapter but ${adapter.name} here. Its page chrome://gpu tells why.`);
    }
    process.stdout.write(`${adapter.name}, Chromium ${browser.version()}\n`);
    const networks: NetworkResult[] = [];
    for (const { name, cases } of chosen) {
      const results: CaseResult[] = [];
      for (const [index, wanted] of cases.entries()) {
        process.stderr.write(`${name} ${index + 1}/${cases.length} ${wanted.name}\n`);
        results.push(await inPage(page).compare(wanted, { rounds: Number(options.rounds), sampleMs: 40 }));
      }
      networks.push({ name, cases: results });
      process.stdout.write(`\n${networkTable({ name, cases: results })}\n`);
    }
    const report: Report = {
      date: new Date().toISOString().slice(0, 10),
      processor: cpus()[0]?.model ?? 'unknown',
      browser: `Chromium ${browser.version()}`,
      adapter,
      versions,
      networks,
    };
    process.stdout.write(`\n${geometricMeans(networks)}\n`);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** What the page put on its window, called in it. */
function inPage(page: Page): ComparePage {
  type Global = { readonly comparePage: ComparePage };
  return {
    open: () => page.evaluate(() => (globalThis as unknown as Global).comparePage.open()),
    compare: (wanted, sampling) =>
      page.evaluate(
        ([first, second]) => (globalThis as unknown as Global).comparePage.compare(first, second),
        [wanted, sampling] as const,
      ),
  };
}

/** With `--quick` three of a network that have little to compute. */
function chosenCases(cases: readonly CompareCase[]): readonly CompareCase[] {
  const wanted = options.layers?.split(',');
  const named =
    wanted === undefined ? cases : cases.filter(({ name }) => wanted.some((w) => name.includes(w)));
  if (!options.quick) return named;
  const cheapest = named.toSorted((a, b) => a.operations - b.operations).slice(0, 3);
  return named.filter((one) => cheapest.includes(one));
}

function chromiumPath(): string | undefined {
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return process.env.CHROMIUM_PATH ?? candidates.find((path) => existsSync(path));
}

await main();
