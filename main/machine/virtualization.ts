/** Whether this is a machine of its own, a guest, or a container. */
import type { SystemFiles } from './system-files.ts';

/** What firmware tables say in a guest. The first that fits counts. */
const firmwareNames = [
  [/vmware/i, 'VMware'],
  [/virtualbox|innotek/i, 'VirtualBox'],
  [/microsoft.*virtual|hyper-v/i, 'Hyper-V'],
  [/parallels/i, 'Parallels'],
  [/xen/i, 'Xen'],
  [/bhyve/i, 'bhyve'],
  [/amazon ec2|google compute|kvm|openstack|digitalocean|droplet/i, 'KVM'],
  [/qemu/i, 'QEMU'],
] as const;

export interface HypervisorHints {
  /** The processor says that it is a virtual one; null where it was not asked. */
  readonly flag: boolean | null;
  /** Vendor and product as the firmware tells them. */
  readonly firmware: string;
  /** What systeminformation found, if anything. */
  readonly found: string | null;
}

/** Its name; `unknown` for one that hides its name; null on bare metal or where it cannot be told. */
export function hypervisorOf({ flag, firmware, found }: HypervisorHints): string | null {
  // Some firmware of real machines names a hypervisor's vendor (a Surface is Microsoft's): the processor's word decides.
  if (flag === false) return null;
  const named = firmwareNames.find(([pattern]) => pattern.test(firmware))?.[1];
  return named ?? found ?? (flag === true ? 'unknown' : null);
}

export async function readContainer(files: SystemFiles): Promise<string | null> {
  const [root, run, environment, cgroup] = await Promise.all([
    files.list('/'),
    files.list('/run'),
    files.read('/proc/1/environ'),
    files.read('/proc/1/cgroup'),
  ]);
  if (run.includes('.containerenv')) return 'Podman';
  if (root.includes('.dockerenv')) return 'Docker';
  return containerOf(environment ?? '', cgroup ?? '');
}

/** From the environment (separated by NULs) and the control groups of the first process. */
export function containerOf(environment: string, cgroup: string): string | null {
  const declared = /(?:^|\0)container=([^\0]+)/.exec(environment)?.[1];
  if (declared !== undefined) return declared;
  if (/kubepods/.test(cgroup)) return 'Kubernetes';
  if (/docker/.test(cgroup)) return 'Docker';
  return /\/lxc/.test(cgroup) ? 'LXC' : null;
}
