import { describe, expect, it } from 'vitest';
import { containerOf, hypervisorOf, readContainer } from '../../../../main/machine/virtualization.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

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
    ['QEMU Standard PC (Q35 + ICH9, 2009) SeaBIOS', 'QEMU'],
  ])('behind the firmware %s is %s', (firmware, name) => {
    expect(hypervisorOf({ ...bare, flag: true, firmware })).toBe(name);
    expect(hypervisorOf({ ...bare, firmware })).toBe(name);
  });

  it('is none where the processor says so, whatever else is said', () => {
    expect(hypervisorOf({ flag: false, firmware: 'Amazon EC2 m6a.metal', found: 'KVM' })).toBeNull();
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
  ])('of %j and %j is %s', (environment, cgroup, name) => {
    expect(containerOf(environment, cgroup)).toBe(name);
  });

  it.each([
    ['', ''],
    ['HOME=/', '0::/init.scope'],
    ['not_a_container=lxc\0container=', '0::/'],
  ])('of %j and %j is none', (environment, cgroup) => {
    expect(containerOf(environment, cgroup)).toBeNull();
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
