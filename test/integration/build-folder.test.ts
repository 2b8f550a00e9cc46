/** The native build's folder in every state that people bring it into, with a CMake project of one file in place of the real one. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTarget, faultOf } from '../../scripts/bootstrap/cmake-build.mjs';
import { StepFailure } from '../../scripts/bootstrap/step-failure.mjs';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-build-'));
const ready = join(folder, 'ready');

function checkout(root: string) {
  const program = join(root, 'build', 'hello');
  const printed: string[] = [];
  const project = { title: 'The programs', source: join(root, 'source'), build: join(root, 'build') };
  const target = {
    name: 'all',
    program,
    starts: async () => spawnSync(program, { encoding: 'utf8' }).stdout === 'hello\n',
  };
  const report = { progress: () => {}, print: (text: string) => printed.push(text) };
  return { project, target, printed, build: () => buildTarget(project, target, report) };
}

/** A checkout whose folder is built, at a path of its own for which it was configured. */
async function builtCheckout(name: string) {
  const root = join(folder, name);
  cpSync(join(ready, 'source'), join(root, 'source'), { recursive: true });
  const made = checkout(root);
  await made.build();
  return { ...made, path: (...parts: string[]) => join(root, ...parts) };
}

beforeAll(async () => {
  mkdirSync(join(ready, 'source'), { recursive: true });
  writeFileSync(
    join(ready, 'source', 'CMakeLists.txt'),
    'cmake_minimum_required(VERSION 3.22)\nproject(hello LANGUAGES CXX)\nadd_executable(hello hello.cpp)\n',
  );
  writeFileSync(
    join(ready, 'source', 'hello.cpp'),
    '#include <cstdio>\nint main() { std::puts("hello"); }\n',
  );
  await checkout(ready).build();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a build folder', () => {
  it('that was copied with its checkout is built from nothing', async () => {
    const copy = join(folder, 'copied');
    cpSync(ready, copy, { recursive: true });
    const { project, target, build } = checkout(copy);
    expect(await faultOf(project)).toBe(`it was copied from ${join(ready, 'build')}`);
    await build();
    expect(await faultOf(project)).toBeUndefined();
    expect(await target.starts()).toBe(true);
    expect(readFileSync(join(copy, 'build', 'CMakeCache.txt'), 'utf8')).not.toContain(ready);
  });

  it('is healed of whatever is broken in it', async () => {
    const { project, target, printed, path, build } = await builtCheckout('broken');
    const cache = path('build', 'CMakeCache.txt');
    const whole = statSync(cache).ino;

    writeFileSync(target.program, 'no program');
    await build();
    expect(await target.starts()).toBe(true);
    expect(statSync(cache).ino, 'only the program was linked again').toBe(whole);

    writeFileSync(cache, '\0');
    expect(await faultOf(project)).toBe('its CMakeCache.txt is not whole');
    await build();
    expect(await target.starts()).toBe(true);

    rmSync(cache);
    expect(await faultOf(project)).toBe('it has no CMakeCache.txt');
    await build();
    expect(await target.starts()).toBe(true);
    expect(printed).toEqual([]);

    // No look at the folder tells of this one.
    const object = path('build', 'CMakeFiles', 'hello.dir', 'hello.cpp.o');
    rmSync(object);
    mkdirSync(object);
    rmSync(target.program);
    await build();
    expect(await target.starts()).toBe(true);
    expect(printed).toEqual([
      'The programs could not be built in the folder that was there. It is built from nothing.',
    ]);
  });

  it('stays with the generator that it has', async () => {
    const { project, target, path, build } = await builtCheckout('generator');
    rmSync(project.build, { recursive: true });
    spawnSync('cmake', ['-S', project.source, '-B', project.build, '-G', 'Unix Makefiles']);
    await build();
    expect(await target.starts()).toBe(true);
    expect(existsSync(path('build', 'Makefile'))).toBe(true);
    expect(existsSync(path('build', 'build.ninja'))).toBe(false);
  });

  it('is not thrown away for a mistake in a source file, which is shown', async () => {
    const { path, build, printed } = await builtCheckout('mistake');
    const cache = path('build', 'CMakeCache.txt');
    const whole = statSync(cache).ino;
    writeFileSync(path('source', 'hello.cpp'), 'int main() { return nothing; }\n');
    const failure = await build().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepFailure);
    expect(String(failure)).toMatch(/could not be built:[\s\S]*hello\.cpp:1:\d+: error: /);
    expect(statSync(cache).ino).toBe(whole);
    expect(printed).toEqual([]);
  });
});
