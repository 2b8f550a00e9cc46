import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { HistoryPage } from './history-page.tsx';

export const historyPage: Page = {
  id: 'history',
  title: pageNames.history,
  group: 'runs',
  key: 'h',
  component: HistoryPage,
};
