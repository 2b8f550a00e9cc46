/** Which folder may import which: arrows point one way, and `electron` stays in one place. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What the shells may know of main besides their own folder. */
const joints = [
  'main/api.ts',
  'main/shell/content-security-policy.ts',
  'main/shell/page-files.ts',
  'main/app/paths.ts',
  'main/shell/transport.ts',
];

interface Rule {
  readonly folder: string;
  /** Paths in the project that its files may import: folders end in `/`. */
  readonly paths: readonly string[];
  /** Packages; `node:` stands for all of Node's own modules. Undefined: any but electron. */
  readonly packages?: readonly string[];
}

/** The rule of the longest folder holds. */
const rules: readonly Rule[] = [
  { folder: 'core/', paths: ['core/'], packages: ['zod'] },
  { folder: 'core/import/', paths: ['core/'], packages: ['pbf'] },
  { folder: 'renderer/', paths: ['renderer/', 'core/'] },
  // No host in it: the same modules run in Node, in a page and in a worker.
  { folder: 'webgpu-bench/', paths: ['webgpu-bench/', 'core/'], packages: [] },
  { folder: 'webgpu-bench/node/', paths: ['webgpu-bench/', 'core/'], packages: ['node:', 'webgpu'] },
  {
    folder: 'webgpu-bench/compare/',
    paths: ['webgpu-bench/', 'core/'],
    packages: ['onnxruntime-web/webgpu', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'],
  },
  { folder: 'webgpu-bench/page/', paths: ['webgpu-bench/', 'core/'], packages: ['zod'] },
  { folder: 'main/', paths: ['main/', 'core/', 'package.json'] },
  { folder: 'main/cli/', paths: ['main/cli/', 'main/serve/', 'core/', 'package.json', ...joints] },
  { folder: 'main/serve/', paths: ['main/serve/', 'core/', ...joints] },
  {
    folder: 'main/desktop/',
    paths: ['main/desktop/', 'core/', ...joints],
    packages: ['node:', 'electron'],
  },
  { folder: 'main/report/', paths: ['main/report/', 'core/'], packages: ['node:'] },
  ...['machine', 'store', 'bench'].map((name) => ({
    folder: `main/${name}/`,
    paths: ['main/machine/', 'main/store/', 'main/bench/', 'main/app/paths.ts', 'core/', 'package.json'],
  })),
];

/** Everything that is imported, exported from or loaded with `import()`, comments left aside. */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/\b(?:from\s+|import\s+|import\s*\(\s*)(['"])([^'"\n]+)\1/g)].map(
    (match) => match[2] ?? '',
  );
}

/** The sentence about an import that breaks its folder's rule; undefined for one that does not. */
function violation(file: string, specifier: string): string | undefined {
  const rule = rules
    .filter(({ folder }) => file.startsWith(folder))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
  if (rule === undefined) return `${file} lies in no folder that has a rule`;
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(file), specifier)).replaceAll(sep, '/');
    const allowed = rule.paths.some((path) =>
      path.endsWith('/') ? target.startsWith(path) : target === path,
    );
    return allowed ? undefined : `${file} must not import ${target}`;
  }
  const allowed =
    rule.packages === undefined
      ? specifier !== 'electron' && !(rule.folder === 'renderer/' && specifier.startsWith('node:'))
      : rule.packages.some((name) => specifier === name || (name === 'node:' && specifier.startsWith(name)));
  return allowed ? undefined : `${file} must not import the package ${specifier}`;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll(sep, '/')}`)
    .filter((path) => /\.tsx?$/.test(path));
}

/** Of each file, those that it imports, types included. */
function importGraph(
  files: readonly string[],
  read: (file: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => [
      file,
      importsOf(read(file))
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => normalize(join(dirname(file), specifier)).replaceAll(sep, '/'))
        .filter((target) => known.has(target)),
    ]),
  );
}

/** The files that reach each other: Tarjan's strongly connected components of more than one. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    let low = own;
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (path.includes(target)) low = Math.min(low, order.get(target) ?? low);
    }
    if (low === own) {
      const component = path.splice(path.indexOf(file));
      if (component.length > 1) circles.push(component);
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}

describe('the import rules', () => {
  it.each(['core', 'main', 'renderer', 'webgpu-bench'])('hold in %s', (folder) => {
    const violations = sourceFiles(folder).flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).flatMap(
        (specifier) => violation(file, specifier) ?? [],
      ),
    );
    expect(violations).toEqual([]);
  });

  it('go round in no circle', () => {
    const files = ['core', 'main', 'renderer', 'webgpu-bench'].flatMap(sourceFiles);
    expect(circlesIn(importGraph(files, (file) => readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it('see a circle of two, of three, and of one that is imported for its types', () => {
    const sources: Record<string, string> = {
      'a.ts': `import { b } from './b.ts';`,
      'b.ts': `import type { A } from './a.ts';`,
      'x/c.ts': `import '../d.ts';`,
      'd.ts': `export * from './x/e.ts';`,
      'x/e.ts': `const c = import('./c.ts');`,
      'f.ts': `import './a.ts'; import './d.ts';`,
    };
    const circles = circlesIn(importGraph(Object.keys(sources), (file) => sources[file] ?? ''));
    expect(circles.map((circle) => circle.toSorted())).toEqual([
      ['a.ts', 'b.ts'],
      ['d.ts', 'x/c.ts', 'x/e.ts'],
    ]);
  });

  it.each([
    ['core/graph/graph.ts', '../../main/api.ts'],
    ['core/graph/graph.ts', 'node:fs'],
    ['core/graph/graph.ts', 'pbf'],
    ['webgpu-bench/measure/submit.ts', 'node:fs'],
    ['webgpu-bench/measure/submit.ts', 'webgpu'],
    ['webgpu-bench/measure/submit.ts', '../../main/api.ts'],
    ['webgpu-bench/node/main.ts', 'zod'],
    ['renderer/app.tsx', '../main/api.ts'],
    ['renderer/app.tsx', 'node:fs'],
    ['renderer/app.tsx', 'electron'],
    ['main/api.ts', '../renderer/app.tsx'],
    ['main/serve/app.ts', 'electron'],
    ['main/serve/app.ts', '../store/store.ts'],
    ['main/cli/program.ts', '../bench/scheduler.ts'],
    ['main/desktop/main.ts', '../machine/detect.ts'],
    ['main/bench/scheduler.ts', '../cli/program.ts'],
    ['main/store/store.ts', '../api.ts'],
    ['webgpu-bench/page/main.ts', '../../renderer/app.tsx'],
    ['webgpu-bench/page/worker.ts', 'node:fs'],
    ['webgpu-bench/network/network.ts', 'webgpu'],
    ['webgpu-bench/node/main.ts', '../../main/app/paths.ts'],
    ['main/report/compose.ts', '../store/store.ts'],
    ['main/report/compose.ts', '../../renderer/texts/terms.ts'],
    ['main/cli/commands/report.ts', '../../report/write.ts'],
  ])('forbid %s to import %s', (file, specifier) => {
    expect(violation(file, specifier)).toContain('must not import');
  });

  it('see every form of import', () => {
    const source = `
      // import 'comment';
      import 'side-effect';
      import type { A } from 'type';
      import {
        b,
      } from "lines";
      export * from 'again';
      const c = await import('dynamic');
    `;
    expect(importsOf(source)).toEqual(['side-effect', 'type', 'lines', 'again', 'dynamic']);
  });
});
