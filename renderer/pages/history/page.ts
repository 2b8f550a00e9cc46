import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { HistoryPage } from './history-page.tsx';

export const historyPage: Page = {
  id: 'history',
  title: texts.pages.history,
  group: 'runs',
  key: 'h',
  component: HistoryPage,
};
