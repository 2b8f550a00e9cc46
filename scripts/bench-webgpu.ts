/** Our WebGPU kernels against those of ONNX Runtime and TensorFlow.js, layer by layer, in the system's Chromium. `--help` tells the options. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build, type InlineConfig, preview } from 'vite';
import { findBrowser } from '../main/report/browser.ts';
import { blockCases, type CompareCase, layerCases } from '../webgpu-bench/compare/cases.ts';
import { type CaseResult, type ComparePage, lostCase } from '../webgpu-bench/compare/results.ts';
import { geometricMeans, type NetworkResult, networkTable } from '../webgpu-bench/compare/table.ts';

const groups: Readonly<Record<string, () => CompareCase[]>> = {
  resnet50: () => layerCases('resnet50'),
  efficientnet_b0: () => layerCases('efficientnet_b0'),
  convnext_tiny: () => layerCases('convnext_tiny'),
  'convfirst blocks': () => blockCases('convfirst_pico', 'convfirst'),
};

const adapters = ['any', 'hardware', 'software'] as const;

const usage = `npm run bench:webgpu -- [options]

  --networks A,B     of ${Object.keys(groups).join(', ')}; all when left out
  --layers A,B       only layers whose name has one of these in it, for example '3x3/1 dw'
  --quick            three cheap layers of each network
  --rounds N         samples of each, 7 when left out
  --adapter KIND     ${adapters.join(', ')}: hardware fails where there is none; software is SwiftShader
  --json FILE        what was measured, written after each network`;

/** What is wrong with the command line, as a sentence. */
class Misuse extends Error {}

interface Options {
  readonly chosen: readonly { readonly name: string; readonly cases: readonly CompareCase[] }[];
  readonly rounds: number;
  readonly adapter: (typeof adapters)[number];
  readonly json: string | undefined;
}

/** Undefined where only the usage was asked for. @throws Misuse */
function readOptions(args: readonly string[]): Options | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  const names = values.networks?.split(',') ?? Object.keys(groups);
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new Misuse(`--rounds takes a whole number from 1 on, not ${values.rounds}.`);
  }
  const adapter = adapters.find((kind) => kind === values.adapter);
  if (adapter === undefined) {
    throw new Misuse(`--adapter takes ${adapters.join(', ')}, not ${values.adapter}.`);
  }
  const chosen = names.map((name) => {
    const cases = groups[name];
    if (cases === undefined) {
      throw new Misuse(`There is no network ${name} here: take some of ${Object.keys(groups).join(', ')}.`);
    }
    return { name, cases: chosenCases(cases(), values.layers?.split(','), values.quick) };
  });
  if (chosen.every(({ cases }) => cases.length === 0)) {
    throw new Misuse(`No layer of ${names.join(', ')} has ${values.layers} in its name.`);
  }
  return { chosen: chosen.filter(({ cases }) => cases.length > 0), rounds, adapter, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        networks: { type: 'string' },
        layers: { type: 'string' },
        rounds: { type: 'string', default: '7' },
        adapter: { type: 'string', default: 'any' },
      },
    }).values;
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}

/** With `quick` three of a network that have little to compute. */
function chosenCases(
  cases: readonly CompareCase[],
  layers: readonly string[] | undefined,
  quick: boolean,
): readonly CompareCase[] {
  const named =
    layers === undefined ? cases : cases.filter(({ name }) => layers.some((part) => name.includes(part)));
  if (!quick) return named;
  const cheapest = named.toSorted((a, b) => a.operations - b.operations).slice(0, 3);
  return named.filter((one) => cheapest.includes(one));
}

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

async function compareAll({ chosen, rounds, adapter: wanted, json }: Options): Promise<void> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error('No browser was found: install Chromium, or name one in PLIMSOLL_BROWSER.');
  }
  await build(site);
  const server = await preview(site);
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--enable-unsafe-webgpu',
      '--enable-webgpu-developer-features',
      '--disable-background-networking',
      '--disable-component-update',
      ...(wanted === 'software' ? ['--use-webgpu-adapter=swiftshader'] : []),
      ...(process.platform === 'linux' && wanted !== 'software' ? ['--enable-features=Vulkan'] : []),
    ],
  });
  try {
    const [address] = server.resolvedUrls?.local ?? [];
    if (address === undefined) throw new Error('The local server has no address.');
    let { page, adapter, versions } = await openPage(browser, address);
    if (wanted === 'hardware' && adapter.software) {
      throw new Error(`Chromium has no adapter but ${adapter.name} here. Its page chrome://gpu tells why.`);
    }
    process.stdout.write(`${adapter.name}, Chromium ${browser.version()}\n`);
    const networks: NetworkResult[] = [];
    for (const { name, cases } of chosen) {
      const results: CaseResult[] = [];
      for (const [index, one] of cases.entries()) {
        process.stderr.write(`${name} ${index + 1}/${cases.length} ${one.name}\n`);
        try {
          results.push(await inPage(page).compare(one, { rounds, sampleMs: 40 }));
        } catch (error) {
          // The device, or the page with it, is gone: this case is lost, and a new page goes on with the next.
          const [reason = 'it is not known why'] = String(error).split('\n');
          process.stderr.write(`${one.name} was lost: ${reason}\n`);
          results.push(lostCase(one, reason));
          await page.close();
          ({ page, adapter, versions } = await openPage(browser, address));
        }
      }
      networks.push({ name, cases: results });
      process.stdout.write(`\n${networkTable({ name, cases: results })}\n`);
      const report: Report = {
        date: new Date().toISOString().slice(0, 10),
        processor: cpus()[0]?.model ?? 'unknown',
        browser: `Chromium ${browser.version()}`,
        adapter,
        versions,
        networks,
      };
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
    }
    process.stdout.write(`\n${geometricMeans(networks)}\n`);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function openPage(browser: Browser, address: string) {
  const page = await browser.newPage();
  page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
  await page.goto(address);
  const { adapter, reason, versions } = await inPage(page).open();
  if (adapter === undefined) throw new Error(reason ?? 'There is no adapter.');
  return { page, adapter, versions };
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

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(`${usage}\n`);
  else await compareAll(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  if (error instanceof Misuse) process.stderr.write(`\n${usage}\n`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
