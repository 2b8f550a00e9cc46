import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { RunPage } from './run-page.tsx';

export const runPage: Page = {
  id: 'gap',
  title: pageNames.gap,
  group: 'run',
  key: 'e',
  component: RunPage,
};
