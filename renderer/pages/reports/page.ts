import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { ReportsPage } from './reports-page.tsx';

export const reportsPage: Page = {
  id: 'reports',
  title: texts.pages.reports,
  group: 'runs',
  key: 'x',
  component: ReportsPage,
};
