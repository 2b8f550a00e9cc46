import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { historyOf } from '../../../../core/analysis/history.ts';
import { measurementDetail, summarizeRun } from '../../../../core/analysis/report.ts';
import { ApiError, type ApiInput, type Settings, SettingsSchema } from '../../../../core/protocol/api.ts';
import { type Comparison, ComparisonSchema, type History } from '../../../../core/protocol/compare.ts';
import type { Machine } from '../../../../core/protocol/machines.ts';
import { BundleSchema } from '../../../../core/protocol/run.ts';
import { runPlimsoll } from '../../../../main/cli/program.ts';
import { FakeApi } from '../../../fixtures/api/fake-api.ts';
import { memoryTerminal } from '../../../fixtures/api/memory-terminal.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';
import { OnnxFile } from '../../../fixtures/onnx/onnx-file.ts';
import { changedRun } from '../../../fixtures/statistics/changed-run.ts';
import { compareRuns, figuresOf } from '../../../fixtures/statistics/stored-runs.ts';

const report = summarizeRun(sampleRun);

const preferring = (suite: string) => ({
  'settings.get': () => ({
    settings: { theme: 'system' as const, suite, providers: ['native' as const], softwareAdapters: true },
    dataFolder: '/data',
    problem: null,
  }),
});

const stored = {
  'runs.get': () => report,
  'runs.list': () => [report.run],
  'runs.measurement': ({ measurementId }: { measurementId: string }) => {
    const detail = measurementDetail(sampleRun, measurementId);
    if (detail === undefined) throw new ApiError('notFound', 'No such measurement.');
    return detail;
  },
  'runs.export': () =>
    BundleSchema.parse({
      format: 'plimsoll-run',
      version: 1,
      exportedAt: '2026-03-02T00:00:00.000Z',
      run: sampleRun,
    }),
};

async function run(args: string, api: FakeApi = new FakeApi(stored)) {
  const terminal = memoryTerminal();
  const exitCode = await runPlimsoll(args.split(' ').filter(Boolean), { terminal, api });
  const output = terminal.output.join('\n');
  return { exitCode, output, errors: terminal.errors.join('\n'), api, json: () => JSON.parse(output) };
}

describe('models', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-models-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const importing = () => new FakeApi({ 'models.import': ({ name }) => ({ name: name ?? 'net' }) });
  const writeOpenFile = async () => {
    const file = new OnnxFile();
    file.output(file.node('Conv', [file.input('x', [1, 3, 'H', 'W']), file.weights([8, 3, 3, 3])]));
    await writeFile(join(folder, 'net.onnx'), file.bytes());
    return join(folder, 'net.onnx');
  };

  it('are imported for the size asked for, under a name of their own', async () => {
    const path = await writeOpenFile();
    const { output, exitCode, api } = await run(`models import ${path} --size 64 --name mine`, importing());
    expect(exitCode).toBe(0);
    expect(output).toContain('plimsoll profile --models mine');
    const [call] = api.calls;
    expect(call).toMatchObject({ method: 'models.import', input: { name: 'mine', source: 'net.onnx' } });
    const input = call?.input as ApiInput<'models.import'> | undefined;
    expect(input?.graph.operators.map((operator) => operator.output.height)).toEqual([64, 62]);
    expect((await run(`models import ${path} --json`, importing())).json()).toEqual({ name: 'net' });
  });

  it('are refused with the file, the reason and what to do, before the program is asked', async () => {
    const path = join(folder, 'text.onnx');
    await writeFile(path, 'not a network');
    const { exitCode, errors, api } = await run(`models import ${path}`, importing());
    expect(exitCode).toBe(2);
    expect(errors).toBe(
      `${path} was not imported. It is no ONNX file, or only a part of one.\nExport the network anew.`,
    );
    expect(api.calls).toEqual([]);
    expect((await run(`models import ${folder}/none.onnx`, importing())).errors).toContain(
      'could not be read',
    );
  });

  it('of far too many bytes are not read', async () => {
    const path = await writeOpenFile();
    await truncate(path, 2 ** 30 + 1);
    expect((await run(`models import ${path}`, importing())).errors).toContain('larger than 1 GiB');
  });
});

describe('usage', () => {
  it('prints the version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toMatchObject({ exitCode: 0, output: version, errors: '' });
  });

  it.each([
    '',
    'detect',
    'profile',
    'runs',
    'show',
    'verify',
    'noise',
    'compare',
    'history',
    'delete',
    'restore',
    'machines',
    'models',
    'export',
    'import',
    'report',
    'settings',
    'serve',
    'doctor',
  ])('has help for "%s"', async (command) => {
    const { exitCode, output } = await run(`${command} --help`);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Usage: plimsoll ${command}`.trim());
    if (command !== '') expect(output).toContain('--json');
  });

  it('names the command that was meant', async () => {
    const { exitCode, output, errors } = await run('profle');
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^Unknown command 'profle'\nDid you mean profile\?$/i);
    expect(output).toBe('');
  });

  it('asks for a command where there is none', async () => {
    const { exitCode, errors } = await run('');
    expect(exitCode).toBe(2);
    expect(errors).toContain('A command is missing.');
  });

  it.each([
    ['profile --batch 1,x', 'whole number'],
    ['profile --threads 0', 'from 1 up'],
    ['profile --cache-state all-could', 'Did you mean all-cold?'],
    ['profile --settle -1', 'from 0 to 3600'],
    ['profile --plans layrwise', 'Did you mean layerwise?'],
    ['profile --providers onednm', 'Did you mean onednn?'],
    ['profile --models a,,b', 'commas'],
    ['models --size 8', 'from 32 up'],
    ['serve --port 70000', 'from 0 to 65535'],
    ['runs --nonsense', 'nonsense'],
    ['compare --plans layerwise', 'Two plans are compared, not 1'],
    ['compare --plans layerwise,fusd', 'Did you mean fused?'],
    ['compare --fail-on wors', 'Did you mean worse?'],
    ['history --limit 0', 'from 1 to 1000'],
    ['delete', "argument 'run'"],
  ])('refuses %s', async (args, sentence) => {
    const api = new FakeApi(stored);
    const { exitCode, errors } = await run(args, api);
    expect(exitCode).toBe(2);
    expect(errors).toContain(sentence);
    expect(api.calls).toEqual([]);
  });

  it('prints errors as JSON too where JSON is wanted', async () => {
    const api = new FakeApi({
      'runs.get': () => {
        throw new ApiError('notFound', "There is no run 'x'.", 'See plimsoll runs.');
      },
    });
    const { exitCode, errors, json } = await run('show x --json', api);
    expect(exitCode).toBe(1);
    expect(json()).toEqual({
      error: { code: 'notFound', message: "There is no run 'x'.", hint: 'See plimsoll runs.' },
    });
    expect(errors).toBe("There is no run 'x'.\nSee plimsoll runs.");
  });

  it('closes the API after a failure as after a success', async () => {
    const { api } = await run('runs');
    expect(api.closed).toBe(1);
    const failed = await run('detect');
    expect(failed.exitCode).toBe(1);
    expect(failed.api.closed).toBe(1);
  });
});

describe('what is stored', () => {
  it('lists runs', async () => {
    expect((await run('runs')).output).toMatch(/^run1abcd .*finished +3 +1 +bench/m);
    expect((await run('runs --json')).json()).toEqual([report.run]);
    const none = await run('runs', new FakeApi({ 'runs.list': () => [] }));
    expect(none.output).toContain('plimsoll profile');
  });

  it('shows the latest run', async () => {
    const { api, output } = await run('show');
    expect(api.calls).toEqual([{ method: 'runs.get', input: { runId: 'latest' } }]);
    expect(output).toContain('Run run1abcd, quick');
    expect((await run('show run1abcd --json')).json()).toEqual(report);
  });

  it('shows kernel by kernel, with what is not known left out', async () => {
    const { output } = await run('show latest --kernels resnet50');
    expect(output).toMatch(/^stem +conv2d\.dense\.avx512 +1\.00 G +10\.0 ms +100\.0%/m);
    expect(output).toMatch(/^head +linear\.avx512 +100 M +– +–/m);
    expect((await run('show latest --kernels convfirst_pico --json')).json()).toHaveLength(2);
  });

  it('names the measured model that was meant', async () => {
    const { exitCode, errors } = await run('show latest --kernels resnet5');
    expect(exitCode).toBe(1);
    expect(errors).toContain('Did you mean resnet50?');
  });

  describe('export', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plimsoll-export-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('writes the bundle to the terminal', async () => {
      expect(BundleSchema.parse((await run('export')).json()).run).toEqual(sampleRun);
    });

    it('overwrites no file unless told to', async () => {
      const file = join(folder, 'run.json');
      await writeFile(file, 'mine');
      const refused = await run(`export latest --output ${file}`);
      expect(refused).toMatchObject({ exitCode: 2, output: '' });
      expect(refused.errors).toContain('exists already');
      expect(await readFile(file, 'utf8')).toBe('mine');
      expect(await run(`export latest --output ${file} --force`)).toMatchObject({ exitCode: 0 });
      expect(BundleSchema.parse(JSON.parse(await readFile(file, 'utf8'))).run.id).toBe('run1abcd');
    });

    it('says that a folder is not there', async () => {
      const { exitCode, errors } = await run(`export latest --output ${join(folder, 'no', 'run.json')}`);
      expect(exitCode).toBe(2);
      expect(errors).toContain('could not be written');
    });
  });
});

describe('report', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-report-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const writing = () =>
    new FakeApi({
      'reports.create': ({ format }) => ({
        fileName: `plimsoll-report-run1abcd.${format}`,
        mediaType: 'text/plain',
        encoding: format === 'pdf' ? 'base64' : 'utf8',
        content: format === 'pdf' ? 'JVBERi0=' : `as ${format}`,
      }),
    });

  it('goes to the terminal as HTML, or in the format that is asked for', async () => {
    expect(await run('report', writing())).toMatchObject({ exitCode: 0, output: 'as html' });
    expect(await run('report latest --format md', writing())).toMatchObject({ output: 'as md' });
  });

  it('takes the format from the name of the file, and writes bytes as they are', async () => {
    const file = join(folder, 'report.PDF');
    expect(await run(`report latest --output ${file}`, writing())).toMatchObject({ exitCode: 0, output: '' });
    expect(await readFile(file, 'utf8')).toBe('%PDF-');
    const refused = await run(`report latest --output ${file}`, writing());
    expect(refused.errors).toContain('exists already');
    const told = await run(`report latest --output ${file} --force --json`, writing());
    expect(told.json()).toEqual({
      file,
      format: 'pdf',
      bytes: 5,
      suggestedName: 'plimsoll-report-run1abcd.pdf',
    });
  });

  it('hands on both runs and the prices', async () => {
    const { api } = await run(
      'report run1 run2 --format csv --price 1200.50 --other-price 900 --currency EUR',
      writing(),
    );
    expect(api.calls).toEqual([
      {
        method: 'reports.create',
        input: {
          runId: 'run1',
          otherRunId: 'run2',
          format: 'csv',
          price: { currency: 'EUR', amount: 1200.5, otherAmount: 900 },
        },
      },
    ]);
  });

  it.each([
    ['report --format docx', 'There is: html, pdf, md, csv, json.'],
    ['report --format pdf', '--output FILE'],
    ['report --price 5', 'without its currency'],
    ['report --currency EUR', 'without a price'],
    ['report --price 1,200 --currency EUR', 'for example 1999.90'],
    ['report --price 0 --currency EUR', 'above zero'],
  ])('refuses "%s" before anything is written', async (args, sentence) => {
    const { exitCode, errors, api } = await run(args, writing());
    expect(exitCode).toBe(2);
    expect(errors).toContain(sentence);
    expect(api.calls).toEqual([]);
  });
});

describe('import', () => {
  it('hands on what the file holds, and says where the run is now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-import-'));
    const file = join(folder, 'run.json');
    await writeFile(file, 'the bundle');
    const api = new FakeApi({ 'runs.import': () => ({ runId: 'run1abcd' }) });
    const { exitCode, output } = await run(`import ${file}`, api);
    expect(exitCode).toBe(0);
    expect(output).toContain('plimsoll show run1abcd');
    expect(api.calls).toEqual([{ method: 'runs.import', input: { content: 'the bundle' } }]);
    // Sparse: as large as it says, without taking the space.
    await truncate(file, 129 * 2 ** 20);
    expect((await run(`import ${file}`, api)).errors).toContain('larger than 64 MiB');
    for (const wrong of [folder, join(folder, 'none')]) {
      expect(await run(`import ${wrong}`, api)).toMatchObject({
        exitCode: 2,
        errors: expect.stringContaining('could not be read'),
      });
    }
    expect(api.calls).toHaveLength(1);
    await rm(folder, { recursive: true });
  });
});

describe('compare', () => {
  const worse = compareRuns(
    { run: changedRun('before1') },
    { run: changedRun('after1', { latency: { resnet50: 1.1, convfirst_pico: 0.9 } }) },
    [],
  );
  const same = compareRuns({ run: changedRun('before1') }, { run: changedRun('after1', { seed: 2 }) }, []);
  const stem = { name: 'stem', beforeNs: 1e7, afterNs: 1.1e7, ratio: 1.1 };
  const parts = { kernels: [{ ...stem, block: 'stem' }], blocks: [stem] };
  const comparing = (comparison: Comparison) =>
    new FakeApi({ 'runs.compare': () => comparison, 'runs.compareParts': () => parts });

  it('holds the newest run against the one before it', async () => {
    const { api, output, exitCode } = await run('compare', comparing(worse));
    expect(exitCode).toBe(0);
    expect(api.calls).toEqual([
      { method: 'runs.compare', input: { before: { runId: 'latest~1' }, after: { runId: 'latest' } } },
    ]);
    expect(output).toMatch(/^resnet50 +layerwise +19\.\d ms +2\d\.\d ms +\+\d.*WORSE$/m);
    expect(output).toMatch(/^convfirst_pico +fused .*-\d.*BETTER$/m);
    expect(output).toContain('1 OF 3 WORSE, 2 OF 3 BETTER\nresnet50 layerwise is 10% slower.');
    expect(output).toMatch(/^- resnet50 layerwise: \d.*slower when left alone, more than/m);
    expect(output).toMatch(/^- mobilenetv2_100 .*no figure/m);
    expect(output).toContain('is not known yet');
  });

  it('holds plans and providers of one run against each other', async () => {
    const { api } = await run(
      'compare run1 --plans layerwise,fused --providers native,onednn',
      comparing(same),
    );
    expect(api.calls[0]?.input).toEqual({
      before: { runId: 'run1', plan: 'layerwise', provider: 'native' },
      after: { runId: 'run1', plan: 'fused', provider: 'onednn' },
    });
    const other = await run('compare --plans layerwise,fused', comparing(same));
    expect(other.api.calls[0]?.input).toMatchObject({
      before: { runId: 'latest' },
      after: { runId: 'latest' },
    });
  });

  it('exits with 3 where something is worse, if it is told to, and only then', async () => {
    expect((await run('compare a b --fail-on worse', comparing(worse))).exitCode).toBe(3);
    expect((await run('compare a b --fail-on worse --json', comparing(worse))).exitCode).toBe(3);
    expect((await run('compare a b --fail-on worse', comparing(same))).exitCode).toBe(0);
    expect((await run('compare a b', comparing(worse))).exitCode).toBe(0);
  });

  it('prints what scripts rely on', async () => {
    const { json } = await run('compare --json', comparing(worse));
    expect(ComparisonSchema.parse(json())).toEqual(worse);
    expect(json().rows[0]).toMatchObject({
      model: 'resnet50',
      verdict: 'WORSE',
      effect: { ratio: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      p: expect.any(Number),
      floor: { threshold: expect.any(Number) },
    });
  });

  it('shows the parts of one network', async () => {
    const { output, api } = await run('compare --kernels resnet50', comparing(worse));
    expect(api.calls[1]).toEqual({
      method: 'runs.compareParts',
      input: { beforeMeasurementId: 'before1-m1', afterMeasurementId: 'after1-m1' },
    });
    expect(output).toMatch(/^stem +10\.0 ms +11\.0 ms +\+10\.0%$/m);
    expect((await run('compare --blocks resnet50', comparing(worse))).output).toMatch(/^block +before/m);
    const { json } = await run('compare --blocks resnet50 --json', comparing(worse));
    expect(json().rows).toEqual([expect.objectContaining({ model: 'resnet50', ...parts })]);
    const missing = await run('compare --blocks resnet5', comparing(worse));
    expect(missing.exitCode).toBe(1);
    expect(missing.errors).toContain('Did you mean resnet50?');
  });

  it('says what else differs', async () => {
    const other = changedRun('after1', {
      environment: { power: { source: 'battery', governor: null, profile: null } },
    });
    const { output } = await run(
      'compare',
      comparing(compareRuns({ run: changedRun('before1') }, { run: other }, [])),
    );
    expect(output).toContain('- power source: unknown → battery');
  });
});

describe('history', () => {
  const history = historyOf(
    Array.from({ length: 12 }, (_, index) =>
      changedRun(`run${index}`, {
        seed: index,
        startedAt: `2026-03-${String(index + 1).padStart(2, '0')}T12:00:00.000Z`,
        latency: { resnet50: index < 6 ? 1 : 1.2 },
        environment: { firmware: { vendor: null, version: index < 6 ? '1' : '2', date: null } },
      }),
    ).map(figuresOf),
  );
  const remembering = (answer: History) => new FakeApi({ 'history.get': () => answer });

  it('shows each series, its changes and their candidate causes', async () => {
    const { api, output } = await run(
      'history --model resnet50 --plan layerwise --threads 2 --machine machine1',
      remembering(history),
    );
    expect(api.calls[0]?.input).toEqual({
      model: 'resnet50',
      plan: 'layerwise',
      threads: 2,
      machineId: 'machine1',
      limit: 200,
    });
    expect(output).toMatch(/^bench +resnet50 +native +layerwise +fp32 +1 +2 +12 .* ms .*[▁▂]+.*[▇█]+$/m);
    expect(output).toMatch(
      /^- resnet50 native layerwise fp32 batch 1: 2\d\.\d% slower from run run6 .*BIOS 1 → 2$/m,
    );
    expect(output).toMatch(/^- run run6 .*BIOS 1 → 2$/m);
    expect((await run('history --json', remembering(history))).json()).toEqual(history);
  });

  it('says that there is nothing', async () => {
    expect((await run('history', remembering({ series: [], marks: [] }))).output).toContain('No stored run');
  });
});

describe('delete', () => {
  it('tells by its id what was named by its age, and how to undo it', async () => {
    const api = new FakeApi({ 'runs.delete': () => ({ runId: 'run1abcd' }) });
    const { output } = await run('delete latest', api);
    expect(api.calls).toEqual([{ method: 'runs.delete', input: { runId: 'latest' } }]);
    expect(output).toBe(
      'Run run1abcd was deleted. For 30 days it can be brought back: plimsoll restore run1abcd',
    );
  });
});

describe('machines', () => {
  const machine: Machine = {
    id: 'aaaa',
    ownName: 'bench',
    name: 'The quiet one',
    label: 'The quiet one',
    notes: '',
    price: { currency: 'EUR', amount: 1999.9 },
    cpu: 'Test CPU',
    gpus: ['Big GPU'],
    firstSeenAt: '2026-03-01T12:00:00.000Z',
    lastSeenAt: '2026-03-02T12:00:00.000Z',
    runs: 7,
    thisMachine: true,
    merged: [],
    deletedAt: null,
  };
  const other: Machine = {
    ...machine,
    id: 'bbbb',
    name: 'other',
    label: null,
    price: null,
    thisMachine: false,
  };
  const nothing = () => ({});
  const knowing = () =>
    new FakeApi({
      'machines.list': ({ deleted }) => (deleted ? [] : [machine, other]),
      'machines.update': nothing,
      'machines.merge': nothing,
      'machines.delete': nothing,
      'machines.restore': nothing,
      'machines.split': nothing,
    });
  /** What was asked of the program but for the list. */
  const asked = async (...args: readonly string[]) => {
    const api = knowing();
    const terminal = memoryTerminal();
    const exitCode = await runPlimsoll(['machines', ...args], { terminal, api });
    return { exitCode, calls: api.calls.filter(({ method }) => method !== 'machines.list'), terminal };
  };

  it('are listed, this one marked', async () => {
    const { output } = await run('machines', knowing());
    expect(output).toMatch(/^aaaa +The quiet one \(this one\) +7 .* 1,999\.90 EUR +Test CPU +Big GPU/m);
    expect((await run('machines --json', knowing())).json()).toEqual([machine, other]);
    expect((await run('machines --deleted', knowing())).output).toBe('No machine is deleted.');
  });

  it.each<readonly [readonly string[], string, object]>([
    [['label', 'this', 'A b'], 'machines.update', { machineId: 'aaaa', label: 'A b' }],
    [['label', 'The quiet one'], 'machines.update', { machineId: 'aaaa', label: null }],
    [['note', 'bbbb', 'loud'], 'machines.update', { machineId: 'bbbb', notes: 'loud' }],
    [
      ['price', 'other', '12.5', 'EUR'],
      'machines.update',
      { machineId: 'bbbb', price: { amount: 12.5, currency: 'EUR' } },
    ],
    [['price', 'this'], 'machines.update', { machineId: 'aaaa', price: null }],
    [['merge', 'other', 'this'], 'machines.merge', { sourceId: 'bbbb', targetId: 'aaaa' }],
    [['split', 'cccc'], 'machines.split', { machineId: 'cccc' }],
    [['delete', 'other'], 'machines.delete', { machineId: 'bbbb' }],
    [['restore', 'cccc'], 'machines.restore', { machineId: 'cccc' }],
  ])('are changed by %j', async (args, method, input) => {
    expect(await asked(...args)).toMatchObject({ exitCode: 0, calls: [{ method, input }] });
  });

  it.each([[['label', 'none', 'x']], [['price', 'this', '12,5', 'EUR']], [['price', 'this', '12']]])(
    'are left alone by %j',
    async (args) => {
      const { exitCode, calls } = await asked(...args);
      expect(exitCode).not.toBe(0);
      expect(calls).toEqual([]);
    },
  );

  it('say how a deletion and a merge are undone', async () => {
    expect((await asked('delete', 'other')).terminal.output.join()).toContain(
      'plimsoll machines restore bbbb',
    );
    expect((await asked('merge', 'other', 'this')).terminal.output.join()).toContain(
      'plimsoll machines split bbbb',
    );
  });
});

describe('restore', () => {
  it('brings a run back', async () => {
    const { api, output } = await run('restore run1abcd', new FakeApi({ 'runs.restore': () => ({}) }));
    expect(api.calls).toEqual([{ method: 'runs.restore', input: { runId: 'run1abcd' } }]);
    expect(output).toBe('Run run1abcd is back.');
  });
});

describe('runs', () => {
  it('that cannot be read say so', async () => {
    const broken = { ...report.run, id: 'broken', unreadable: 'No machine.' };
    const { output, errors } = await run('runs', new FakeApi({ 'runs.list': () => [broken] }));
    expect(output).toMatch(/^broken .* unreadable /m);
    expect(errors).toContain('plimsoll delete broken');
  });
});

describe('settings', () => {
  const kept = () => {
    const { settings: first, ...rest } = preferring('quick')['settings.get']();
    let settings: Settings = first;
    return {
      'settings.get': () => ({ settings, ...rest }),
      'settings.change': (change: ApiInput<'settings.change'>) => {
        settings = SettingsSchema.parse({ ...settings, ...change });
        return { settings, ...rest };
      },
    };
  };

  it('are shown, and changed one by one', async () => {
    const api = new FakeApi(kept());
    expect((await run('settings', api)).output).toMatch(/^suite +quick$/m);
    await run('settings --suite paper --software-adapters no', api);
    expect((await run('settings --json', api)).json()).toEqual({
      theme: 'system',
      suite: 'paper',
      providers: ['native'],
      softwareAdapters: false,
      dataFolder: '/data',
    });
  });

  it('are not changed to what there is not', async () => {
    for (const [args, meant] of [
      ['--theme drak', 'dark'],
      ['--providers natve', 'native'],
      ['--software-adapters maybe', 'There is: yes, no.'],
    ] as const) {
      const { exitCode, errors, api } = await run(`settings ${args}`, new FakeApi(kept()));
      expect(exitCode).toBe(2);
      expect(errors).toContain(meant);
      expect(api.calls).toEqual([]);
    }
  });

  it('say what is wrong with their file', async () => {
    const problem = 'The settings cannot be used.';
    const { errors } = await run(
      'settings',
      new FakeApi({ 'settings.get': () => ({ ...preferring('quick')['settings.get'](), problem }) }),
    );
    expect(errors).toContain(problem);
  });
});

describe('doctor', () => {
  it('fails where a check fails, and not for a warning', async () => {
    const doctor = (status: 'warning' | 'failed') =>
      run('doctor', new FakeApi({ 'app.doctor': () => [{ name: 'store', status, message: 'Told.' }] }));
    expect(await doctor('warning')).toMatchObject({ exitCode: 0 });
    expect(await doctor('failed')).toMatchObject({ exitCode: 1 });
  });
});

describe('profile', () => {
  const progress = {
    runId: 'run1abcd',
    suite: 'quick',
    startedAt: '2026-03-01T12:00:00.000Z',
    phase: 'measuring',
    casesDone: 0,
    casesTotal: 2,
    fraction: 0.1,
    current: 'resnet50 layerwise',
    elapsedSeconds: 1,
    remainingSeconds: 9,
  } as const;

  /** An API whose run ends as soon as it has begun; `during` sees it while it goes on. */
  function running(during: (api: FakeApi) => void, ended = report): FakeApi {
    const api: FakeApi = new FakeApi({
      ...preferring('quick'),
      ...stored,
      'runs.get': () => ended,
      'runs.start': () => {
        setImmediate(() => {
          api.emit('run.progress', progress);
          during(api);
        });
        return { runId: 'run1abcd' };
      },
      'runs.cancel': () => {
        api.emit('run.ended', { runId: 'run1abcd', status: 'cancelled', reason: null });
        return {};
      },
    });
    return api;
  }
  const finish = (api: FakeApi) =>
    api.emit('run.ended', { runId: 'run1abcd', status: 'finished', reason: null });

  it('hands on what was asked for', async () => {
    const args =
      'profile --models resnet50,vgg16 --plans layerwise --providers native,onednn --batch 1,8 --threads 2 ' +
      '--cache-state all-cold --settle 0';
    const { api } = await run(args, running(finish));
    expect(api.calls[1]).toEqual({
      method: 'runs.start',
      input: {
        suite: 'quick',
        models: ['resnet50', 'vgg16'],
        plans: ['layerwise'],
        providers: ['native', 'onednn'],
        batches: [1, 8],
        threads: 2,
        cacheState: 'all-cold',
        settleSeconds: 0,
      },
    });
  });

  it('names the adapter to the providers that it starts, and leaves it to them otherwise', async () => {
    vi.stubEnv('PLIMSOLL_WEBGPU_ADAPTER', 'before');
    try {
      const seen: (string | undefined)[] = [];
      const watching = running((api) => {
        seen.push(process.env.PLIMSOLL_WEBGPU_ADAPTER);
        finish(api);
      });
      await run('profile --providers webgpu', watching);
      await run('profile --providers webgpu --adapter geforce', watching);
      expect(seen).toEqual(['before', 'geforce']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('shows progress on stderr and the table on stdout', async () => {
    const { exitCode, output, errors, api } = await run('profile', running(finish));
    expect(exitCode).toBe(0);
    expect(errors).toContain('10% 0/2, 9 s left: resnet50 layerwise');
    expect(errors).toContain('npm start');
    expect(output).toMatch(/^resnet50 +layerwise/m);
    expect(output).not.toContain('left:');
    expect(api.listenerCount).toBe(0);
  });

  it('prints one object whose names scripts rely on', async () => {
    const { json } = await run('profile --json', running(finish));
    const result = json();
    expect(Object.keys(result)).toEqual(['runId', 'status', 'machine', 'ceilings', 'measurements', 'lost']);
    expect(result.measurements[0]).toMatchObject({
      model: 'resnet50',
      provider: 'native',
      plan: 'layerwise',
      dtype: 'fp32',
      batch: 1,
      threads: 2,
      latencyNs: { median: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      idealLatencyNs: expect.any(Number),
      waterlineLatencyNs: expect.any(Number),
      efficiency: expect.any(Number),
      gap: expect.any(Number),
      memoryGap: expect.any(Number),
      kernelGap: expect.any(Number),
      verified: true,
    });
  });

  it('ends the run at a signal, prints what was measured, and exits with 130', async () => {
    const cancelled = { ...report, run: { ...report.run, status: 'cancelled' as const } };
    const api = running(() => process.emit('SIGINT'), cancelled);
    const { exitCode, output, errors } = await run('profile', api);
    expect(exitCode).toBe(130);
    expect(errors).toContain('Stopping');
    expect(output).toMatch(/^resnet50 +layerwise/m);
    expect(api.calls.map(({ method }) => method)).toEqual([
      'settings.get',
      'runs.start',
      'runs.cancel',
      'runs.get',
    ]);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('exits at once at the second signal', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    try {
      const api = running((api) => {
        process.emit('SIGINT');
        process.emit('SIGINT');
        finish(api);
      });
      await run('profile', api);
      expect(exit).toHaveBeenCalledWith(130);
    } finally {
      exit.mockRestore();
    }
  });

  it('takes what was not asked for from the settings, and says what it would be without beginning', async () => {
    const [first] = report.measurements;
    if (first === undefined) throw new Error('the sample has a measurement');
    const plan = {
      suite: 'paper',
      cases: [first],
      impossible: ['native does not execute bf16.'],
      expectedSeconds: 75,
      rounds: 3,
      knownCases: 0,
    };
    const api = new FakeApi({ ...preferring('paper'), 'runs.plan': () => plan });
    const { exitCode, output } = await run('profile --dry-run --dtypes fp32,bf16', api);
    expect(exitCode).toBe(0);
    expect(api.calls.at(-1)).toEqual({
      method: 'runs.plan',
      input: { suite: 'paper', providers: ['native'], dtypes: ['fp32', 'bf16'] },
    });
    expect(api.calls.map(({ method }) => method)).not.toContain('runs.start');
    expect(output).toContain(`native  ${first.model}  ${first.plan}  fp32`);
    expect(output).toContain('not measured: native does not execute bf16.');
    expect(output).toContain('1 case in 3 rounds, about 1 min 15 s; 0 of them were measured here before.');
  });

  it('fails where nothing could be measured', async () => {
    const empty = { ...report, measurements: [] };
    expect(await run('profile', running(finish, empty))).toMatchObject({ exitCode: 1 });
  });

  it('says why a run could not be started', async () => {
    const api = new FakeApi({
      ...preferring('quick'),
      'runs.start': () => {
        throw new ApiError('busy', 'Another run is going on.', 'Wait for its end.');
      },
    });
    const { exitCode, errors } = await run('profile', api);
    expect(exitCode).toBe(1);
    expect(errors).toBe('Another run is going on.\nWait for its end.');
    expect(api.listenerCount).toBe(0);
  });
});
