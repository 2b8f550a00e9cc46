import { describe, expect, it } from 'vitest';
import {
  containerOf,
  findHypervisor,
  hypervisorOf,
  readContainer,
} from '../../../../main/machine/virtualization.ts';
import { filesOf, machineFiles } from '../../../fixtures/machines/machine-files.ts';

const bare = { flag: null, firmware: '', found: null };

describe('the hypervisor', () => {
  it.each([
    ['VMware, Inc. VMware Virtual Platform Phoenix Technologies LTD', 'VMware'],
    ['innotek GmbH VirtualBox', 'VirtualBox'],
    ['Microsoft Corporation Virtual Machine', 'Hyper-V'],
    ['Parallels Software International Inc. Parallels Virtual Platform', 'Parallels'],
    ['Xen HVM domU', 'Xen'],
    ['BHYVE', 'bhyve'],
    ['Google Google Compute Engine Google', 'KVM'],
    ['Amazon EC2 m6a.large', 'KVM'],
    ['DigitalOcean Droplet', 'KVM'],
    ['Apple Inc. Apple Virtualization Generic Platform', 'Apple Virtualization'],
    ['Hetzner vServer', 'KVM'],
    ['Alibaba Cloud Alibaba Cloud ECS', 'KVM'],
    ['Nutanix AHV', 'Nutanix AHV'],
    ['Tencent Cloud CVM', 'KVM'],
    ['Linode Compute Instance', 'KVM'],
    ['OpenStack Foundation OpenStack Nova', 'KVM'],
    ['QEMU Standard PC (Q35 + ICH9, 2009) SeaBIOS', 'QEMU'],
  ])('behind the firmware %s is %s', (firmware, name) => {
    expect(hypervisorOf({ ...bare, flag: true, firmware })).toBe(name);
    expect(hypervisorOf({ ...bare, firmware })).toBe(name);
  });

  it('is none where the processor says so, whatever else is said', () => {
    expect(hypervisorOf({ flag: false, firmware: 'Amazon EC2 m6a.metal', found: 'KVM' })).toBeNull();
  });

  it.each([
    'Amazon EC2 a1.metal',
    'Amazon EC2 c7g.metal',
    'Amazon EC2 m8g.metal-48xl',
    'Oracle Corporation Bare Metal',
  ])('is none of a server that is rented whole, where the processor has no word for it: %s', (firmware) => {
    expect(hypervisorOf({ ...bare, firmware })).toBeNull();
  });

  it.each([
    ['/sys/hypervisor/type', 'xen', '', 'Xen'],
    ['/none', '', 'Hypervisor vendor:       KVM\nVirtualization type: full', 'KVM'],
    ['/none', '', 'Hypervisor vendor:  Microsoft', 'Hyper-V'],
    ['/none', '', '', null],
  ])('is found in %s (%j) or by lscpu (%j): %j', async (path, text, lscpu, name) => {
    expect(await findHypervisor(filesOf({ [path]: text }), async () => lscpu)).toBe(name);
  });

  it('is the one that was found where the firmware does not name it', () => {
    expect(hypervisorOf({ flag: true, firmware: 'LENOVO', found: 'KVM' })).toBe('KVM');
  });

  it('is named by the firmware rather than by what was found', () => {
    expect(hypervisorOf({ flag: true, firmware: 'VMware, Inc.', found: 'KVM' })).toBe('VMware');
  });

  it('is unknown where it hides its name', () => {
    expect(hypervisorOf({ ...bare, flag: true })).toBe('unknown');
  });

  it.each(['', 'Microsoft Corporation Surface Laptop 5', 'LENOVO 21FVS0X300'])(
    'is none where nothing speaks of it but %j',
    (firmware) => {
      expect(hypervisorOf({ ...bare, firmware })).toBeNull();
    },
  );
});

describe('the container', () => {
  it.each([
    ['HOME=/root\0container=systemd-nspawn\0TERM=linux', '', 'systemd-nspawn'],
    ['container=lxc', '', 'lxc'],
    ['', '12:memory:/kubepods/burstable/pod4c1f/docker-2b9', 'Kubernetes'],
    ['', '12:memory:/docker/2b9c', 'Docker'],
    ['', '1:name=systemd:/lxc/build', 'LXC'],
    ['PATH=/usr/bin\0KUBERNETES_SERVICE_HOST=10.96.0.1', '0::/', 'Kubernetes'],
    ['', '0::/kubepods.slice/kubepods-pod1.slice', 'Kubernetes'],
    ['', '0::/machine.slice/libpod-2b9c.scope', 'Podman'],
    ['', '0::/system.slice/containerd.service', 'container'],
  ])('of %j and %j is %s', (environment, cgroup, name) => {
    expect(containerOf({ environment, cgroup })).toBe(name);
  });

  it.each([
    ['', ''],
    ['HOME=/', '0::/init.scope'],
    ['not_a_container=lxc\0container=', '0::/'],
  ])('of %j and %j is none', (environment, cgroup) => {
    expect(containerOf({ environment, cgroup })).toBeNull();
  });

  const root = (rest: string) => `601 500 0:58 / / rw,relatime - overlay overlay rw,${rest}`;

  it.each([
    ['lowerdir=/var/lib/docker/overlay2/l/X', 'Docker'],
    ['lowerdir=/var/lib/containers/storage/overlay/l/X', 'Podman'],
    ['lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs', 'container'],
    ['lowerdir=/run/live/rootfs/filesystem.squashfs', null],
  ])('is told by what its root lies on: %s', (options, name) => {
    expect(containerOf({ cgroup: '0::/', mounts: root(options) })).toBe(name);
  });

  it('is none of a host that keeps a store of containers', () => {
    const mounts =
      '30 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n90 30 0:58 / /var/lib/docker/overlay2/X/merged rw - overlay overlay rw';
    expect(containerOf({ cgroup: '0::/user.slice', mounts })).toBeNull();
  });

  it.each([
    ['its service account', { '/var/run/secrets/kubernetes.io/serviceaccount': 'x' }],
    ['its environment', { '/proc/self/environ': 'HOME=/\0KUBERNETES_SERVICE_HOST=10.0.0.1\0' }],
    [
      'a file of the kubelet',
      {
        '/proc/self/mountinfo': '9 8 8:1 /var/lib/kubelet/pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw',
      },
    ],
  ])('is of Kubernetes by %s', async (_what, files) => {
    expect(await readContainer(filesOf({ '/proc/1/cgroup': '0::/', ...files }))).toBe('Kubernetes');
  });

  it.each(['hybrid-laptop', 'garbage', 'nowhere'])('of the machine %s is none', async (machine) => {
    expect(await readContainer(machineFiles(machine))).toBeNull();
  });

  it.each([
    ['/', '.dockerenv', 'Docker'],
    ['/run', '.containerenv', 'Podman'],
  ])('with %s%s is of %s', async (folder, name, container) => {
    const files = machineFiles('nowhere');
    const list = async (path: string) => (path === folder ? [name] : []);
    expect(await readContainer({ ...files, list })).toBe(container);
  });

  it('is what the first process was told', async () => {
    const read = async (path: string) => (path === '/proc/1/environ' ? 'container=oci' : null);
    expect(await readContainer({ ...machineFiles('nowhere'), read })).toBe('oci');
  });
});
