// Makes a checkout ready for a task, then runs it:
//
//     node scripts/bootstrap.mjs TASK [arguments …]
//
// Plain JavaScript without dependencies, because it is what installs them: it must run on a bare Node 20. Everything after
// it runs on the Node 24 that the project depends on. Each step is skipped when a stamp says that its inputs are unchanged;
// a step that runs prints one line to stderr with its time; one that fails says what failed, why, and what to do.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFolder = join(root, '.bootstrap');
const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Which steps a task needs, and the program that it is (run by Node 24, from the root of the checkout). */
const tasks = {
  plimsoll: { steps: ['compiler', 'packages', 'native'], program: ['main/cli/plimsoll.ts'] },
  profile: { steps: ['compiler', 'packages', 'native'], program: ['main/cli/plimsoll.ts', 'profile'] },
  start: { steps: ['compiler', 'packages', 'native', 'interface'], program: ['main/cli/start.ts'] },
  test: {
    steps: ['compiler', 'onednn', 'chromium', 'lavapipe', 'packages', 'native', 'interface'],
    program: ['scripts/test.ts'],
  },
  'test-cross': { steps: ['compiler', 'packages', 'native'], program: ['scripts/test-cross.ts'] },
  'bench-pages': {
    steps: ['compiler', 'chromium', 'packages', 'native', 'interface'],
    program: ['scripts/bench-pages.ts'],
  },
  'bench-repeat': { steps: ['compiler', 'packages', 'native'], program: ['scripts/bench-repeat.ts'] },
  'bench-store': { steps: ['packages'], program: ['scripts/bench-store.ts'] },
  'test-zoo': { steps: ['compiler', 'chromium', 'packages', 'native'], program: ['scripts/test-zoo.ts'] },
  'test-sanitize': { steps: ['compiler', 'packages'], program: ['scripts/test-sanitize.ts'] },
  'bench-native': {
    steps: ['compiler', 'onednn', 'packages', 'native'],
    program: ['scripts/bench-native.ts'],
  },
  'bench-webgpu': { steps: ['chromium', 'packages'], program: ['scripts/bench-webgpu.ts'] },
  static: { steps: ['packages'], program: ['scripts/check-static.ts'] },
  /** Sets everything up and runs nothing. */
  setup: { steps: ['compiler', 'packages', 'native', 'interface'], program: undefined },
};

const steps = {
  compiler: installCompiler,
  onednn: installOnednn,
  chromium: installChromium,
  lavapipe: installLavapipe,
  packages: installPackages,
  native: buildNative,
  interface: buildInterface,
};

class StepFailure extends Error {}

function main() {
  const [name, ...programArguments] = process.argv.slice(2);
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined) {
    fail(`There is no task '${name ?? ''}'. The tasks are: ${Object.keys(tasks).join(', ')}.`);
  }
  try {
    for (const step of task.steps) steps[step]();
  } catch (error) {
    if (error instanceof StepFailure) fail(error.message);
    throw error;
  }
  if (task.program === undefined) return;
  const child = spawn(
    node24,
    ['--disable-warning=ExperimentalWarning', ...task.program, ...programArguments],
    {
      cwd: root,
      stdio: 'inherit',
      env: environment(),
    },
  );
  // The program ends in order; this one waits for it. The keyboard's Ctrl-C reaches it by itself.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) =>
    fail(`${node24} could not be started: ${error.message}. Delete node_modules and try again.`),
  );
  child.on('exit', (code) => process.exit(code ?? 130));
}

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

/** The environment of every tool: the project's own Node and programs first on the path. */
function environment() {
  const path = [dirname(node24), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path };
}

// ------------------------------------------------------------------------------------------------------------- steps

function installCompiler() {
  const missing = [];
  if (!onPath('cmake')) missing.push('cmake');
  if (!onPath('make') && !onPath('ninja')) missing.push('make');
  if (!cxx20Works()) missing.push('g++');
  if (!existsSync('/usr/include/nlohmann/json.hpp') && !headerFound('nlohmann/json.hpp')) {
    missing.push('nlohmann-json3-dev');
  }
  installSystemPackages(missing, 'to build the native benchmarks');
}

/** What is compared with and tested against it is left out without it: its absence is said, and is no fault. */
function installOnednn() {
  if (process.platform !== 'linux' || onednnVersion() !== '') return;
  try {
    installSystemPackages(['libdnnl-dev'], 'to compare the native kernels with oneDNN');
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    process.stderr.write(`oneDNN is left out: ${error.message.split('\n')[0]}\n`);
  }
}

function installChromium() {
  const missing = ['chromium', 'chromium-browser', 'google-chrome'].some(onPath) ? [] : ['chromium'];
  installSystemPackages(
    [...missing, ...missingVulkanLoader()],
    'to test the interface and WebGPU in a real browser',
  );
}

/**
 * Mesa's software adapter, which has the 16-bit floats that Chromium's lacks; that of Debian 12 is too old for Dawn, so there the one of its
 * backports is unpacked into `build/lavapipe`, beside what the system has. The tests that need it are skipped without it.
 */
function installLavapipe() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const folder = join(root, 'build', 'lavapipe');
  if (existsSync(join(folder, 'icd.json'))) return;
  try {
    if (!isBookworm()) {
      const there = ['lvp_icd.json', 'lvp_icd.x86_64.json'].some((name) =>
        existsSync(join('/usr/share/vulkan/icd.d', name)),
      );
      if (!there) installSystemPackages(['mesa-vulkan-drivers'], 'to test WebGPU with 16-bit floats');
      return;
    }
    const start = Date.now();
    const library = './usr/lib/x86_64-linux-gnu/libvulkan_lvp.so';
    if (!existsSync(join(folder, library))) unpackFromBackports('mesa-vulkan-drivers', folder);
    const lacksLibraries = () =>
      (spawnSync('ldd', [join(folder, library)], { encoding: 'utf8' }).stdout ?? '').includes('not found');
    if (lacksLibraries()) {
      // What it is linked with is what Debian's own driver is linked with.
      installSystemPackages(['mesa-vulkan-drivers'], 'for the libraries of lavapipe');
      if (lacksLibraries())
        throw new StepFailure('Debian 12 lacks a library that the driver of its backports needs.');
    }
    const icd = {
      file_format_version: '1.0.0',
      ICD: { library_path: library, api_version: '1.3.0' },
    };
    writeFileSync(join(folder, 'icd.json'), JSON.stringify(icd));
    report('lavapipe', start);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    process.stderr.write(`lavapipe is left out: ${error.message.split('\n')[0]}\n`);
  }
}

function isBookworm() {
  return (
    existsSync('/etc/os-release') &&
    /^VERSION_CODENAME=bookworm$/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

/** By lists of its own and from the archive that the system uses, without root. */
function unpackFromBackports(name, folder) {
  const lists = join(folder, 'apt');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const targets = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages', 'Origin: Debian'],
    {
      encoding: 'utf8',
    },
  );
  // Where apt has no lists yet, it names none.
  const archive = /^(\S+) bookworm$/m.exec(targets.stdout ?? '')?.[1] ?? 'http://deb.debian.org/debian';
  // Not among the lists: apt deletes what it does not know there.
  const sources = join(folder, 'backports.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${keyring}] ${archive} bookworm-backports main\n`);
  const settings = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${lists}`,
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  const step = (command, commandArguments) => {
    const result = spawnSync(command, commandArguments, { cwd: lists, encoding: 'utf8' });
    if (result.status !== 0) {
      throw new StepFailure(
        `${command} ${commandArguments.at(-1)} failed: ${lastLines(result).split('\n').at(-1)}`,
      );
    }
  };
  step('apt-get', [...settings, 'update']);
  step('apt-get', [...settings, 'download', name]);
  const deb = readdirSync(lists).find((file) => file.startsWith(name) && file.endsWith('.deb'));
  if (deb === undefined) throw new StepFailure(`apt-get did not download ${name}.`);
  step('dpkg', ['-x', join(lists, deb), folder]);
  rmSync(lists, { recursive: true });
}

/** Dawn in Node finds its adapters by the Vulkan loader, Chromium's software adapter among them; Chromium has its own. */
function missingVulkanLoader() {
  if (process.platform !== 'linux') return [];
  const cache = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  return cache.includes('libvulkan.so.1') ? [] : ['libvulkan1'];
}

function installPackages() {
  const inputs = ['package.json', 'package-lock.json', '.npmrc'];
  const installed = existsSync(node24) && existsSync(join(root, 'node_modules', '.package-lock.json'));
  once('packages', inputs, installed, 'npm packages', () => {
    // Install scripts are left out, for they would fetch from other hosts or build what is there already; only the
    // package `node` needs its own, which links the right binary from the registry.
    for (const npmArguments of [
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      ['rebuild', 'node', '--loglevel=error'],
    ]) {
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      const result = spawnSync(npm, npmArguments, { cwd: root, encoding: 'utf8' });
      if (result.status !== 0) {
        throw new StepFailure(
          `npm ${npmArguments.slice(0, 2).join(' ')} failed:\n${lastLines(result)}\n` +
            'Check that the npm registry can be reached (npm ping), then run the command again.',
        );
      }
    }
    const version = spawnSync(node24, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    if (!version.startsWith('v24.')) {
      throw new StepFailure(
        `The project's own Node 24 did not install (found '${version}' at node_modules/node). ` +
          `The store needs it: better-sqlite3 crashes on Node ${process.versions.node}. ` +
          `Allow the install script of the package 'node' (npm install-scripts approve node), then run the command again.`,
      );
    }
  });
}

function buildNative() {
  const build = join(root, 'build', 'native');
  const inputs = filesUnder('native-bench', (path) => /\.(cc|cpp|h|hpp|inc|txt|cmake)$/.test(path));
  // What is built depends on whether oneDNN is installed, which no file of ours tells.
  const built = existsSync(join(build, executable('plimsoll-native-bench')));
  once('native', [...inputs, `oneDNN ${onednnVersion()}`], built, 'native benchmarks built', () => {
    run(
      'cmake',
      ['-S', 'native-bench', '-B', build, '-DCMAKE_BUILD_TYPE=Release'],
      'The native benchmarks could not be configured',
    );
    // Without a number make starts every compiler at once, and a machine with little memory has none left.
    run(
      'cmake',
      ['--build', build, '--parallel', String(availableParallelism())],
      'The native benchmarks could not be built',
    );
  });
}

function buildInterface() {
  const isSource = (path) => /\.(ts|tsx|css|html|json|svg|woff2)$/.test(path);
  const inputs = [
    'package-lock.json',
    'vite.config.ts',
    ...filesUnder('renderer', isSource),
    ...filesUnder('core', isSource),
    ...filesUnder('main', isSource),
    ...filesUnder('webgpu-bench', isSource),
  ];
  const built = existsSync(join(root, 'out', 'renderer', 'index.html'));
  once('interface', inputs, built, 'interface built', () => {
    run(node24, ['scripts/build.ts'], 'The interface could not be built');
  });
}

// ------------------------------------------------------------------------------------------------------------- tools

/** Runs the step unless its product is there and its inputs are what they were when it was made. */
function once(name, inputs, productIsThere, title, step) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const path = join(root, input);
    hash.update(input).update('\0');
    if (existsSync(path)) hash.update(readFileSync(path));
  }
  const digest = hash.digest('hex');
  const stamp = join(stampFolder, `${name}.stamp`);
  if (productIsThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const start = Date.now();
  step();
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp, digest);
  report(title, start);
}

function report(title, start) {
  process.stderr.write(`${title} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
}

function run(command, commandArguments, whatFailed) {
  const result = spawnSync(command, commandArguments, {
    cwd: root,
    encoding: 'utf8',
    env: environment(),
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) {
    throw new StepFailure(
      `${whatFailed}:\n${lastLines(result)}\nThe command was: ${[command, ...commandArguments].join(' ')}`,
    );
  }
}

function lastLines(result) {
  if (result.error) return result.error.message;
  return `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
}

function installSystemPackages(packages, purpose) {
  if (packages.length === 0) return;
  const start = Date.now();
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot = process.getuid?.() === 0;
  const prefix = asRoot ? [] : ['sudo', '-n'];
  const allowed = asRoot || (onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0);
  const withSudo = (command) => (onPath('sudo') ? `sudo ${command}` : command);
  if (!onPath('apt-get') || !allowed) {
    throw new StepFailure(
      `${packages.join(', ')} missing, needed ${purpose}. ` +
        (onPath('apt-get')
          ? `Type${onPath('sudo') ? '' : ' as root'}:\n\n    ${['apt-get update', line].map(withSudo).join(' && ')}\n`
          : `Install them with this system's package manager, then run the command again.`),
    );
  }
  const environmentForApt = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...aptArguments) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...aptArguments];
    return spawnSync(command, rest, { encoding: 'utf8', env: environmentForApt, maxBuffer: 1 << 28 });
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  // The package lists of a fresh machine are empty or old: fetch them first.
  apt('update');
  const result = install();
  if (result.status !== 0) {
    throw new StepFailure(
      `${packages.join(', ')} could not be installed, needed ${purpose}:\n${lastLines(result)}\nType it by hand to see why: ${line}`,
    );
  }
  report(`system packages: ${packages.join(', ')}`, start);
}

function onPath(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, executable(command)), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}

function executable(command) {
  return process.platform === 'win32' ? `${command}.exe` : command;
}

/** A compiler that knows C++20, by trying: an old g++ would fail much later and less clearly. */
function cxx20Works() {
  const stamp = join(stampFolder, 'cxx20.stamp');
  const compiler = process.env.CXX ?? 'c++';
  if (!onPath(compiler) && !existsSync(compiler)) return false;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === compiler) return true;
  const result = spawnSync(compiler, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], {
    input: '#include <concepts>\n#include <barrier>\nint main() { return std::same_as<int, int> ? 0 : 1; }\n',
  });
  if (result.status !== 0) return false;
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp, compiler);
  return true;
}

function headerFound(header) {
  const result = spawnSync(process.env.CXX ?? 'c++', ['-fsyntax-only', '-x', 'c++', '-'], {
    input: `#include <${header}>\n`,
  });
  return result.status === 0;
}

/** The lines of its header that say so; empty where it is not installed. */
function onednnVersion() {
  for (const folder of ['/usr/include', '/usr/local/include', '/opt/homebrew/include']) {
    const header = join(folder, 'oneapi', 'dnnl', 'dnnl_version.h');
    if (!existsSync(header)) continue;
    const lines = readFileSync(header, 'utf8').match(/DNNL_VERSION_(MAJOR|MINOR|PATCH) +\d+/g) ?? [];
    return `${header} ${lines.join(' ')}`;
  }
  return '';
}

function filesUnder(folder, wanted) {
  const found = [];
  const walk = (relative) => {
    for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
      const path = `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (wanted(path)) found.push(path);
    }
  };
  if (existsSync(join(root, folder))) walk(folder);
  return found.sort();
}

main();
