import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { WaterlinePage } from './waterline-page.tsx';

export const waterlinePage: Page = {
  id: 'waterline',
  title: pageNames.waterline,
  group: 'run',
  key: 'w',
  component: WaterlinePage,
};
