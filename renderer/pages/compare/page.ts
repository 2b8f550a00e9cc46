import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { ComparePage } from './compare-page.tsx';

export const comparePage: Page = {
  id: 'compare',
  title: pageNames.compare,
  group: 'runs',
  key: 'c',
  component: ComparePage,
};
