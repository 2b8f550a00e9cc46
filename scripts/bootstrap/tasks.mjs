/** Which steps a task needs, and the program that it is (run by Node 24, from the root of the checkout). */
import { chromium } from './steps/chromium.mjs';
import { compiler } from './steps/compiler.mjs';
import { userInterface } from './steps/interface.mjs';
import { lavapipe } from './steps/lavapipe.mjs';
import { native, nativeTests } from './steps/native.mjs';
import { onednn } from './steps/onednn.mjs';
import { packages } from './steps/packages.mjs';

/**
 * @typedef {object} Task
 * @property {Readonly<Record<string, import('./schedule.mjs').Step>>} steps
 * @property {readonly string[]} [program] none where everything is set up and nothing is run
 */

const tested = {
  compiler,
  onednn,
  chromium,
  lavapipe,
  packages,
  native,
  nativeTests,
  interface: userInterface,
};

/** @type {Readonly<Record<string, Task>>} */
export const tasks = {
  plimsoll: { steps: { compiler, packages, native }, program: ['main/cli/plimsoll.ts'] },
  profile: { steps: { compiler, packages, native }, program: ['main/cli/plimsoll.ts', 'profile'] },
  start: {
    steps: { compiler, packages, native, interface: userInterface },
    program: ['main/cli/start.ts'],
  },
  dev: { steps: { compiler, packages, native }, program: ['scripts/dev.ts'] },
  test: { steps: tested, program: ['scripts/test.ts'] },
  'test-quick': { steps: { compiler, packages, native }, program: ['scripts/test-quick.ts'] },
  'test-times': { steps: { packages }, program: ['scripts/test-times.ts'] },
  'test-cross': {
    steps: { compiler, packages, native, nativeTests },
    program: ['scripts/test-cross.ts'],
  },
  'test-sanitize': { steps: { compiler, packages }, program: ['scripts/test-sanitize.ts'] },
  'test-onnx': { steps: { packages }, program: ['scripts/test-onnx.ts'] },
  'test-zoo': { steps: { compiler, chromium, packages, native }, program: ['scripts/test-zoo.ts'] },
  'bench-native': { steps: { compiler, onednn, packages, native }, program: ['scripts/bench-native.ts'] },
  'bench-pages': {
    steps: { compiler, chromium, packages, native, interface: userInterface },
    program: ['scripts/bench-pages.ts'],
  },
  'bench-repeat': { steps: { compiler, packages, native }, program: ['scripts/bench-repeat.ts'] },
  'bench-verdicts': { steps: { packages }, program: ['scripts/bench-verdicts.ts'] },
  'bench-estimators': { steps: { packages }, program: ['scripts/bench-estimators.ts'] },
  'bench-store': { steps: { packages }, program: ['scripts/bench-store.ts'] },
  'bench-webgpu': { steps: { chromium, packages }, program: ['scripts/bench-webgpu.ts'] },
  static: { steps: { packages }, program: ['scripts/check-static.ts'] },
  setup: { steps: { compiler, packages, native, interface: userInterface } },
};
