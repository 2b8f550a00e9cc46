/** Whether this is a machine of its own, a guest, or a container. */
import type { RunProgram } from './run-program.ts';
import type { SystemFiles } from './system-files.ts';

/** What firmware tables say in a guest. The first that fits counts. */
const firmwareNames = [
  [/vmware/i, 'VMware'],
  [/virtualbox|innotek/i, 'VirtualBox'],
  [/microsoft.*virtual|hyper-v/i, 'Hyper-V'],
  [/parallels/i, 'Parallels'],
  [/apple.*virtual/i, 'Apple Virtualization'],
  [/nutanix/i, 'Nutanix AHV'],
  [/xen\b|hvm domu/i, 'Xen'],
  [/bhyve/i, 'bhyve'],
  [/cloud hypervisor/i, 'Cloud Hypervisor'],
  [/firecracker/i, 'Firecracker'],
  [/crosvm/i, 'crosvm'],
  [
    /amazon ec2|google compute|\bkvm\b|openstack|cloudstack|rhev|ovirt|proxmox|kubevirt|digitalocean|droplet/i,
    'KVM',
  ],
  [
    /hetzner.*vserver|alibaba|tencent|huawei ?cloud|scaleway|vultr|linode|akamai|upcloud|exoscale|oraclecloud/i,
    'KVM',
  ],
  [/qemu|bochs|dummy-virt/i, 'QEMU'],
] as const;

/** Rented whole: the firmware names the one who lets it, and there is no hypervisor. */
const bareMetal = /\bmetal\b|bare ?metal|\becs\.ebm/i;

export interface HypervisorHints {
  /** The processor says that it is a virtual one; null where it was not asked, as on Arm. */
  readonly flag: boolean | null;
  /** Vendor and product as the firmware tells them, or what the device tree calls the machine. */
  readonly firmware: string;
  /** What the system found, if anything. */
  readonly found: string | null;
}

/** Its name; `unknown` for one that hides its name; null on bare metal or where it cannot be told. */
export function hypervisorOf({ flag, firmware, found }: HypervisorHints): string | null {
  // Some firmware of real machines names a hypervisor's vendor (a Surface is Microsoft's): the processor's word decides.
  if (flag === false || (flag === null && bareMetal.test(firmware))) return null;
  const named = firmwareNames.find(([pattern]) => pattern.test(firmware))?.[1];
  return named ?? found ?? (flag === true ? 'unknown' : null);
}

/** What the kernel found out: of Xen in a file, of the others by lscpu, which asks the processor. */
export async function findHypervisor(files: SystemFiles, run: RunProgram): Promise<string | null> {
  const type = await files.read('/sys/hypervisor/type');
  if (type !== null) return type === 'xen' ? 'Xen' : type;
  const vendor = /^Hypervisor vendor:\s*(.+)$/m.exec((await run('lscpu', [])) ?? '')?.[1]?.trim();
  return vendor === 'Microsoft' ? 'Hyper-V' : (vendor ?? null);
}

export async function readContainer(files: SystemFiles): Promise<string | null> {
  const [root, run, first, own, cgroup, ownCgroup, mounts, account] = await Promise.all([
    files.list('/'),
    files.list('/run'),
    files.read('/proc/1/environ'),
    files.read('/proc/self/environ'),
    files.read('/proc/1/cgroup'),
    files.read('/proc/self/cgroup'),
    files.read('/proc/self/mountinfo'),
    files.list('/var/run/secrets/kubernetes.io'),
  ]);
  const signs = {
    // Only the first process is asked what it was told of its container: others inherit much.
    environment: first ?? '',
    isPod: account.length > 0 || /(?:^|\0)KUBERNETES_SERVICE_HOST=/.test(own ?? ''),
    cgroup: `${cgroup ?? ''}\n${ownCgroup ?? ''}`,
    mounts: mounts ?? '',
  };
  const found = containerOf(signs);
  if (found === 'Kubernetes') return found;
  if (run.includes('.containerenv')) return 'Podman';
  if (root.includes('.dockerenv')) return 'Docker';
  return found;
}

export interface ContainerSigns {
  /** Of the first process, separated by NULs. */
  readonly environment: string;
  readonly isPod: boolean;
  /** Control groups: within a namespace of their own they tell nothing (`0::/`). */
  readonly cgroup: string;
  /** /proc/self/mountinfo: where the root and what is mounted over it come from. */
  readonly mounts: string;
}

export function containerOf({ environment, isPod, cgroup, mounts }: Partial<ContainerSigns>): string | null {
  const declared = /(?:^|\0)container=([^\0]+)/.exec(environment ?? '')?.[1];
  const told = `${cgroup ?? ''}\n${layersOf(mounts ?? '')}`;
  const isKubernetes =
    /(?:^|\0)KUBERNETES_SERVICE_HOST=/.test(environment ?? '') || /kubepods|kubelet/.test(told);
  if (isPod === true || isKubernetes) return 'Kubernetes';
  if (declared !== undefined) return declared;
  if (/libpod|containers\/storage|buildah/.test(told)) return 'Podman';
  if (/docker|buildkit|moby/.test(told)) return 'Docker';
  if (/\/lxc|lxc\.payload|lxcfs/.test(told)) return 'LXC';
  return /containerd|cri-o|\/crio|garden|nspawn|apptainer|singularity|runsc/.test(told) ? 'container' : null;
}

/** Of the root and the few files that an engine puts over it: what else is mounted may be a host's own store of containers. */
function layersOf(mounts: string): string {
  const over = [
    '/',
    '/etc/hosts',
    '/etc/hostname',
    '/etc/resolv.conf',
    '/dev/termination-log',
    '/proc/meminfo',
  ];
  return mounts
    .split('\n')
    .filter((line) => over.includes(line.split(' ')[4] ?? ''))
    .join('\n');
}
