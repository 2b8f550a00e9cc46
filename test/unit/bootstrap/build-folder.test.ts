import { describe, expect, it } from 'vitest';
import { cacheEntry, faultOfCache, isFaultOfSource } from '../../../scripts/bootstrap/build-folder.mjs';

const cache = `# This is the CMakeCache file.
CMAKE_CXX_COMPILER:FILEPATH=/usr/bin/c++
CMAKE_MAKE_PROGRAM:FILEPATH=/usr/bin/ninja
CMAKE_CACHEFILE_DIR:INTERNAL=/home/ada/plimsoll/build/native
CMAKE_GENERATOR:INTERNAL=Ninja
CMAKE_HOME_DIRECTORY:INTERNAL=/home/ada/plimsoll/native-bench
`;
const here = {
  source: '/home/ada/plimsoll/native-bench',
  build: '/home/ada/plimsoll/build/native',
  compiler: undefined,
};
const disk = { exists: () => true, isSame: (a: string, b: string) => a === b };
const without = (path: string) => ({ ...disk, exists: (asked: string) => asked !== path });

describe('a build folder', () => {
  it('can be built on where it was made for these paths, and its tools are there', () => {
    expect(faultOfCache(cache, here, disk)).toBeUndefined();
    expect(faultOfCache(cache, { ...here, compiler: '/usr/bin/c++' }, disk)).toBeUndefined();
  });

  it('cannot where it was copied from elsewhere', () => {
    const copy = {
      ...here,
      source: '/srv/copy/native-bench',
      build: '/srv/copy/build/native',
    };
    expect(faultOfCache(cache, copy, disk)).toBe('it was copied from /home/ada/plimsoll/build/native');
    // Only the build folder was moved.
    expect(faultOfCache(cache, { ...here, build: '/srv/copy/build/native' }, disk)).toContain('copied');
  });

  it('can where another path leads to the same folder', () => {
    const link = { ...here, source: '/plimsoll/native-bench', build: '/plimsoll/build/native' };
    const isSame = (a: string, b: string) => a.replace('/home/ada', '') === b.replace('/home/ada', '');
    expect(faultOfCache(cache, link, { ...disk, isSame })).toBeUndefined();
  });

  it.each([
    ['is empty', ''],
    ['is garbage', '\0\u0001\u0002'.repeat(100)],
    ['ends in the middle', cache.slice(0, cache.indexOf('CMAKE_GENERATOR'))],
    ['has an entry without a value', cache.replace('/usr/bin/ninja', '')],
  ])('cannot where its cache %s', (_, text) => {
    expect(faultOfCache(text, here, disk)).toBe('its CMakeCache.txt is not whole');
  });

  it('cannot where its compiler or its build program is gone, or another compiler is asked for', () => {
    expect(faultOfCache(cache, here, without('/usr/bin/c++'))).toBe('its compiler /usr/bin/c++ is gone');
    expect(faultOfCache(cache, here, without('/usr/bin/ninja'))).toContain('/usr/bin/ninja is gone');
    expect(faultOfCache(cache, { ...here, compiler: '/usr/bin/clang++' }, disk)).toContain('CXX names');
  });

  it('gives the entries of its cache by their whole names', () => {
    expect(cacheEntry('A_GENERATOR:INTERNAL=no\nGENERATOR:STRING=yes\r\n', 'GENERATOR')).toBe('yes');
    expect(cacheEntry(cache, 'CMAKE')).toBeUndefined();
  });
});

describe('a build that failed', () => {
  it.each([
    '/home/ada/plimsoll/native-bench/src/main.cpp:12:3: error: expected ‘;’ before ‘}’ token',
    'src/main.cpp:3:10: fatal error: nothing.h: No such file or directory',
    "/usr/bin/ld: main.o: in function `main':\nmain.cpp:(.text+0x9): undefined reference to `f()'",
  ])('is the fault of the source: %s', (output) => {
    expect(isFaultOfSource(output)).toBe(true);
  });

  it.each([
    "ninja: error: build.ninja:3: expected '=', got identifier",
    '/usr/bin/ld: main.o: file format not recognized',
    'CMake Error: The source "/a" does not match the source "/b" used to generate cache.',
  ])('may be that of the folder: %s', (output) => {
    expect(isFaultOfSource(output)).toBe(false);
  });
});
