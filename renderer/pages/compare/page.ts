import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { ComparePage } from './compare-page.tsx';

export const comparePage: Page = {
  id: 'compare',
  title: texts.pages.compare,
  group: 'runs',
  key: 'c',
  component: ComparePage,
};
