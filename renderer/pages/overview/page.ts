import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { OverviewPage } from './overview-page.tsx';

export const overviewPage: Page = {
  id: 'overview',
  title: pageNames.overview,
  group: 'machine',
  key: 'o',
  component: OverviewPage,
};
