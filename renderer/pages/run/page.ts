import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { RunPage } from './run-page.tsx';

export const runPage: Page = {
  id: 'gap',
  title: texts.pages.gap,
  group: 'run',
  key: 'e',
  component: RunPage,
};
