import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../checkout.mjs';
import { lastLines, run } from '../processes.mjs';
import { StepFailure } from '../step-failure.mjs';
import { installSystemPackages } from '../system-packages.mjs';

const folder = join(root, 'build', 'lavapipe');
const library = './usr/lib/x86_64-linux-gnu/libvulkan_lvp.so';

/**
 * Mesa's software adapter, which has the 16-bit floats that Chromium's lacks; that of Debian 12 is too old for Dawn, so there the one of its
 * backports is unpacked into `build/lavapipe`, beside what the system has. The tests that need it are skipped without it.
 */
/** @type {import('../schedule.mjs').Step} */
export const lavapipe = {
  title: 'lavapipe',
  after: ['compiler', 'onednn', 'chromium'],
  async due() {
    if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
    if (existsSync(join(folder, 'icd.json'))) return undefined;
    if (isBookworm()) return 'unpacking it from the backports of Debian 12';
    return isOnTheSystem() ? undefined : 'installing mesa-vulkan-drivers';
  },
  async run(report) {
    try {
      if (isBookworm()) await unpackLavapipe(report);
      else await installSystemPackages(['mesa-vulkan-drivers'], 'to test WebGPU with 16-bit floats', report);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      report.print(`lavapipe is left out: ${error.message.split('\n')[0]}`);
    }
  },
};

function isBookworm() {
  return (
    existsSync('/etc/os-release') &&
    /^VERSION_CODENAME=bookworm$/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

function isOnTheSystem() {
  const names = ['lvp_icd.json', 'lvp_icd.x86_64.json'];
  return names.some((name) => existsSync(join('/usr/share/vulkan/icd.d', name)));
}

/** @param {import('../schedule.mjs').Report} report */
async function unpackLavapipe(report) {
  if (!existsSync(join(folder, library))) await unpackFromBackports('mesa-vulkan-drivers');
  const lacksLibraries = async () => (await run('ldd', [join(folder, library)])).stdout.includes('not found');
  if (await lacksLibraries()) {
    // What it is linked with is what Debian's own driver is linked with.
    await installSystemPackages(['mesa-vulkan-drivers'], 'for the libraries of lavapipe', report);
    if (await lacksLibraries())
      throw new StepFailure('Debian 12 lacks a library that the driver of its backports needs.');
  }
  const icd = { file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } };
  writeFileSync(join(folder, 'icd.json'), JSON.stringify(icd));
}

/**
 * By lists of its own and from the archive that the system uses, without root.
 * @param {string} name
 */
async function unpackFromBackports(name) {
  const lists = join(folder, 'apt');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE)',
    'Created-By: Packages',
    'Origin: Debian',
  ]);
  // Where apt has no lists yet, it names none.
  const archive = /^(\S+) bookworm$/m.exec(stdout)?.[1] ?? 'http://deb.debian.org/debian';
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
  const step = async (/** @type {string} */ command, /** @type {string[]} */ commandArguments) => {
    const { ok, output } = await run(command, commandArguments, { cwd: lists });
    if (!ok) throw new StepFailure(`${command} ${commandArguments.at(-1)} failed: ${lastLines(output, 1)}`);
  };
  await step('apt-get', [...settings, 'update']);
  await step('apt-get', [...settings, 'download', name]);
  const deb = readdirSync(lists).find((file) => file.startsWith(name) && file.endsWith('.deb'));
  if (deb === undefined) throw new StepFailure(`apt-get did not download ${name}.`);
  await step('dpkg', ['-x', join(lists, deb), folder]);
  rmSync(lists, { recursive: true });
}
