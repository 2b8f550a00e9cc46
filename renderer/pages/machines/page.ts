import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { MachinesPage } from './machines-page.tsx';

export const machinesPage: Page = {
  id: 'machines',
  title: texts.pages.machines,
  group: 'machine',
  key: 'a',
  component: MachinesPage,
};
