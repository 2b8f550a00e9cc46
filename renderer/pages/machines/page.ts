import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { MachinesPage } from './machines-page.tsx';

export const machinesPage: Page = {
  id: 'machines',
  title: pageNames.machines,
  group: 'machine',
  key: 'a',
  component: MachinesPage,
};
