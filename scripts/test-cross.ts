/**
 * native-bench's own tests on processors that this machine does not have, by qemu-user: 64-bit Arm, built by a cross compiler,
 * and x86 processors without the newer instruction sets, whose absence an illegal instruction would betray.
 * What cannot be tested for want of a compiler or of qemu is said to be skipped. Takes minutes, so `npm test` leaves it out.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';

const armBuild = 'build/aarch64';
const armCompiler = 'aarch64-linux-gnu-g++';
const x86Build = 'build/native';

/** Models of qemu, without what it would only warn of, and what the tests must find there. */
const x86Processors = [
  { title: 'x86 of 2008, without AVX', model: 'Nehalem', instructionSets: 'generic', missing: 'avx2' },
  {
    title: 'x86 of 2013, without AVX-512',
    model: 'Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid',
    instructionSets: 'avx2 generic',
    missing: 'avx512',
  },
];

let passed = 0;
let failed = 0;
let skipped = 0;

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

/** One step: its time, and where it fails the end of what it wrote. */
function step(title: string, command: string, args: readonly string[], isRight = /^/, status = 0): boolean {
  const start = Date.now();
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, input: '' });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  const right = result.status === status && isRight.test(output);
  console.log(`${right ? 'passed' : 'FAILED'}: ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  if (right) {
    passed += 1;
  } else {
    failed += 1;
    const reason = result.error?.message ?? result.signal ?? `exit status ${result.status}`;
    console.error(`${output.trim().split('\n').slice(-25).join('\n')}\n${command} ended with ${reason}`);
  }
  return right;
}

/** False, and said to be skipped, where one of the commands is not installed. */
function has(title: string, commands: readonly string[], packages: string): boolean {
  const missing = commands.filter((command) => !isInstalled(command));
  if (missing.length === 0) return true;
  skipped += 1;
  console.log(`skipped: ${title}, for want of ${missing.join(' and ')} (apt-get install ${packages})`);
  return false;
}

function testArm(): void {
  const title = '64-bit Arm';
  if (!has(title, [armCompiler, 'qemu-aarch64'], 'g++-aarch64-linux-gnu qemu-user')) return;
  const toolchain = `${process.cwd()}/native-bench/cmake/aarch64-linux-gnu.cmake`;
  const built =
    step(`${title}, configured`, 'cmake', [
      ...['-S', 'native-bench', '-B', armBuild, '-DCMAKE_BUILD_TYPE=Release'],
      `-DCMAKE_TOOLCHAIN_FILE=${toolchain}`,
    ]) &&
    step(`${title}, built`, 'cmake', ['--build', armBuild, '--parallel', String(availableParallelism())]);
  if (!built) return;
  // But for the speeds: those of an emulator say nothing.
  const only = ['--exclude-regex', 'ceilings_crosscheck', '--parallel', '2'];
  step(`${title}, every test`, 'ctest', ['--test-dir', armBuild, '--output-on-failure', ...only]);
  const program = ['-L', '/usr/aarch64-linux-gnu', `${armBuild}/plimsoll-native-bench`];
  step(
    `${title}, no --isa avx2`,
    'qemu-aarch64',
    [...program, '--isa', 'avx2'],
    /neon-bf16, neon, generic\./,
    2,
  );
}

function testOldX86(): void {
  if (process.arch !== 'x64') {
    skipped += 1;
    console.log('skipped: old x86, for this is none');
    return;
  }
  if (!has('old x86', ['qemu-x86_64'], 'qemu-user')) return;
  for (const { title, model, instructionSets, missing } of x86Processors) {
    const on = (program: string) => ['-cpu', model, `${x86Build}/${program}`];
    step(
      `${title}, every test`,
      'qemu-x86_64',
      on('native-tests'),
      new RegExp(`^instruction sets: ${instructionSets}$`, 'm'),
    );
    step(
      `${title}, no --isa ${missing}`,
      'qemu-x86_64',
      [...on('plimsoll-native-bench'), '--isa', missing],
      /There is no instruction set/,
      2,
    );
  }
}

const start = Date.now();
testArm();
testOldX86();
console.log(
  `\n${passed} passed, ${failed} failed, ${skipped} skipped (${Math.round((Date.now() - start) / 1000)} s)`,
);
process.exit(failed > 0 ? 1 : 0);
