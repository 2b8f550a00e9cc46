import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { ReportsPage } from './reports-page.tsx';

export const reportsPage: Page = {
  id: 'reports',
  title: pageNames.reports,
  group: 'runs',
  key: 'x',
  component: ReportsPage,
};
