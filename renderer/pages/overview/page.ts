import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { OverviewPage } from './overview-page.tsx';

export const overviewPage: Page = {
  id: 'overview',
  title: texts.pages.overview,
  group: 'machine',
  key: 'o',
  component: OverviewPage,
};
